"""Exports in words: what was taken out, for what, and what a certificate says of it."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _

from app.exports.asking import unpacked
from app.exports.purposes import PURPOSES
from app.exports.sources import SOURCES
from app.models.export import Export, ExportShare
from app.views.labels import figure, moment
from app.views.words import lang


class Line(NamedTuple):
    """A heading and what stands beside it."""

    word: str
    said: str


def source_word(name: str) -> str:
    """Return the name of a list in the language of the page."""
    source = SOURCES.get(name)
    return name if source is None else source.text.zh if lang() == "zh" else source.text.en


def purpose_word(export: Export | ExportShare) -> str:
    """Return what an export is for: the code's words, and the person's own."""
    known = PURPOSES.get(export.purpose)
    word = export.purpose if known is None else known.zh if lang() == "zh" else known.en
    return f"{word}{_(': ')}{export.purpose_words}" if export.purpose_words else word


def column_words(source: str, columns: list[str]) -> str:
    """Return the headings of an export's columns as one text."""
    known = SOURCES[source].by_name if source in SOURCES else {}
    said = [known[name].heading(lang()) if name in known else name for name in columns]
    return str(_(", ")).join(said)


def filter_count(export: Export) -> int:
    """Return by how many filters an export was narrowed; what they ask for stays sealed."""
    return len(unpacked(export))


def certificate_lines(export: Export) -> list[Line]:
    """Return what the certificate of destruction says."""
    by = export.asker.name if export.destroyed_by else _("the system: the time was up")
    return [
        Line(_("Export"), export.number),
        Line(_("Organisation"), export.organisation.name),
        Line(_("Asked for by"), f"{export.asker.name} ({export.asker.login})"),
        Line(_("Asked for at"), str(moment(export.created_at))),
        Line(_("Exported list"), source_word(export.source)),
        Line(_("Columns"), column_words(export.source, export.columns)),
        Line(_("Purpose"), purpose_word(export)),
        Line(_("Values"), _("masked") if export.masked else _("whole, on request")),
        Line(_("Rows"), figure(export.rows)),
        Line(_("Times fetched"), figure(len(export.downloads))),
        Line(_("Destroyed at"), str(moment(export.destroyed_at))),
        Line(_("Destroyed by"), by),
    ]
