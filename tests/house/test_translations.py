"""Every string of the console has its Chinese, whole and current, and no page speaks past it."""

import ast
import re
from gettext import GNUTranslations

import pytest

from app.codes.tables import DATA, table
from tests.house.strings import APP, PO, extracted, read

HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")
BLANK = re.compile(r"%\((\w+)\)[sd]")
HALF_WIDTH = re.compile(r"[\u3400-\u9fff][,;:!?]|[,;:!?][\u3400-\u9fff]|[\u3400-\u9fff]\.(?![\w])")
NOT_WORDS = {  # Chinese that is no text of a page
    "templates/xueji/side.html": {"籍"},  # the seal
    "views/screens/sheet.py": {"成员"},  # a column of the template
    "templates/xueji/export/bits.html": {"KB", "MB"},  # units
    "templates/xueji/export/certificate.html": {"SHA"},  # the name of a digest
    "templates/xueji/export_request/file.html": {"SHA"},
}
CATALOGUE = [message for message in read(PO) if message.id]
CLASSES = re.compile(r"\{% block main_class %\}.*?\{% endblock %\}", re.DOTALL)
ATTRIBUTES = {"aria", "invalid", "describedby", "true"}  # written by a macro
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|&\w+;", re.DOTALL)
KEYS = re.compile(r"<(kbd|script|style)\b.*?</\1>", re.DOTALL)
TAGS = re.compile(r"<.*?>", re.DOTALL)
CODE = sorted(APP.glob("views/**/*.py"))
SCRIPTS = sorted(APP.glob("static/js/*.js"))
REMARKS = re.compile(r"^\s*//.*$|\s{2}//.*$", re.MULTILINE)
BOTH = re.compile(r"""say\(("[^"]+"|`[^`]+`), ("[^"]+"|`[^`]+`)""")
CODE_TABLES = sorted({path.stem for path in DATA.glob("*.csv")} - {"admin_division"})
PAGES = sorted(APP.glob("templates/**/*.html"))


def sources(message):
    return message.id if isinstance(message.id, tuple) else (message.id,)


def translations(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


def key(message):
    return message.context, message.id


def test_the_catalogue_holds_every_string_and_no_other():
    found = {key(message) for message in extracted() if message.id}
    known = {key(message) for message in CATALOGUE}
    assert found == known, "run `make translations` and translate what is new"


def test_every_string_is_translated():
    missing = [m.id for m in CATALOGUE if m.fuzzy or not all(translations(m))]
    assert missing == []


def test_a_translation_keeps_the_blanks():
    torn = [
        message.id
        for message in CATALOGUE
        for text in translations(message)
        if set(BLANK.findall(text)) != set(BLANK.findall(sources(message)[-1]))
        or re.sub(BLANK, "", text).count("%") != re.sub(BLANK, "", sources(message)[-1]).count("%")
    ]
    assert torn == []


def test_a_translation_is_chinese():
    said = {text: BLANK.sub("", text) for m in CATALOGUE for text in translations(m)}
    plain = {text for text in said if LATIN.search(said[text]) and not HAN.search(said[text])}
    assert plain == set()


def test_chinese_sentences_have_chinese_marks():
    half = [t for m in CATALOGUE for t in translations(m) if HALF_WIDTH.search(BLANK.sub("甲", t))]
    assert half == []


def test_the_compiled_catalogue_is_the_written_one():
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = GNUTranslations(file)
    stale = [
        message.id for message in CATALOGUE if said(compiled, message) != translations(message)[0]
    ]
    assert stale == [], "run `make translations`"


def said(compiled, message):
    one, *many = sources(message)
    if many:
        return compiled.ngettext(one, many[0], 1)
    return compiled.pgettext(message.context, one) if message.context else compiled.gettext(one)


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(APP)))
def test_code_says_nothing_in_chinese_by_itself(path):
    tree = ast.parse(path.read_text("utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    words = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    }
    allowed = NOT_WORDS.get(str(path.relative_to(APP)), set())
    assert {word for word in words if HAN.search(word)} <= allowed


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(APP)))
def test_pages_say_nothing_by_themselves(path):
    text = path.read_text("utf-8")
    for part in (CLASSES, JINJA, KEYS, TAGS):
        text = part.sub(" ", text)
    allowed = NOT_WORDS.get(str(path.relative_to(APP)), ATTRIBUTES)
    assert set(re.findall(r"[^\W\d_]{2,}|[\u3400-\u9fff]", text)) <= allowed
    assert re.findall(r"[%}]\}[:,] .{0,20}", path.read_text("utf-8")) == [], (
        "say _(': ') or _(', ')"
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_say_everything_in_both_languages(path):
    text = REMARKS.sub("", path.read_text("utf-8"))
    assert set(HAN.findall(BOTH.sub("", text))) == set()


@pytest.mark.parametrize("name", CODE_TABLES)
def test_codes_are_named_in_both_languages(name):
    unnamed = [
        entry.code for entry in table(name) if not entry.name_en or HAN.search(entry.name_en)
    ]
    assert unnamed == []
