"""The words of the console: every string of code and templates, and the Chinese catalogue.

`make translations` runs this file: it reads app/, brings messages.po into step (new strings come
in without a translation, those no longer used go) and compiles messages.mo from it. Of
Flask-AppBuilder's strings ours are those its own Chinese catalogue lacks, and those `SAID_OUR_WAY`;
of WTForms' all, which forms look up here.
"""

import io
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from config import ROOT

APP = ROOT / "app"
FAB, WTFORMS = (
    Path(find_spec(name).submodule_search_locations[0]) for name in ("flask_appbuilder", "wtforms")
)
PO = APP / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"silent": "false", "newstyle_gettext": "true"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "lazy_pgettext": ((1, "c"), 2)}
HEADER = r"""# English is the source, this the reviewed text; `make translations` keeps it in step.
msgid ""
msgstr ""
"Language: zh\n"
"Plural-Forms: nplurals=1; plural=0;\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
SAID_OUR_WAY = {
    "Access is Denied",
    "Added Row",
    "Already exists.",
    "Changed Row",
    "Deleted Row",
    "Not a valid choice",
    "Not a valid date value",
    "No records found",
    "This field is required.",
}


def read(path):
    with path.open("rb") as file:
        return read_po(file, locale="zh", domain="messages")


def strings_of(folder):
    """Yield every string of a folder as path, message and context."""
    found = extract_from_dir(folder, METHODS, OPTIONS, KEYWORDS)
    for name, _line, message, _comments, context in found:
        yield name, message, context


def extracted():
    """Return a catalogue, not translated, of all that our pages may say."""
    catalog = Catalog(domain="messages", locale="zh")
    for name, message, context in strings_of(APP):
        catalog.add(message, locations=[(f"app/{name}", 0)], context=context)
    for name, message, context in strings_of(WTFORMS):
        catalog.add(message, locations=[(f"wtforms/{name}", 0)], context=context)
    known = read(FAB / "translations" / "zh" / "LC_MESSAGES" / "messages.po")
    for name, message, context in strings_of(FAB):
        theirs = known.get(message)
        if theirs is None or not theirs.string or message in SAID_OUR_WAY:
            catalog.add(message, locations=[(f"flask_appbuilder/{name}", 0)], context=context)
    return catalog


def compiled(catalog):
    """Return the bytes of messages.mo, the same for the same strings."""
    file = io.BytesIO()
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    write_mo(file, catalog)
    return file.getvalue()


def write(catalog):
    """Write messages.po, in the order of the pages, and messages.mo from it."""
    with PO.open("wb") as file:
        file.write(HEADER.encode())
        write_po(
            file,
            catalog,
            width=100,
            omit_header=True,
            sort_by_file=True,
            ignore_obsolete=True,
            include_lineno=False,
        )
    PO.with_suffix(".mo").write_bytes(compiled(read(PO)))


def update():
    """Bring the catalogue into step with code and templates, write it and give it."""
    catalog = read(PO)
    catalog.update(extracted(), no_fuzzy_matching=True)
    write(catalog)
    return catalog


if __name__ == "__main__":
    strings = [message for message in update() if message.id]
    missing = sum(not message.string for message in strings)
    sys.stdout.write(f"{len(strings)} strings, {missing} without a translation: {PO}\n")
