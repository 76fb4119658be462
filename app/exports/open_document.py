"""An .ods written straight as XML, as `app.exports.sheet` writes an .xlsx (OpenDocument 1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from app.exports.cells import Value
from app.exports.notice import Notice
from app.exports.packing import Pack
from app.exports.sheet import escaped

MIME = "application/vnd.oasis.opendocument.spreadsheet"
ODF = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = (
    f'xmlns:office="{ODF}:office:1.0" xmlns:table="{ODF}:table:1.0" xmlns:text="{ODF}:text:1.0"'
    f' xmlns:style="{ODF}:style:1.0" xmlns:meta="{ODF}:meta:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.2"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
ENTRY = '<manifest:file-entry manifest:full-path="{}" manifest:media-type="{}"/>'
MANIFEST = (
    f'{HEAD}<manifest:manifest xmlns:manifest="{ODF}:manifest:1.0" manifest:version="1.2">'
    + ENTRY.format("/", MIME)
    + "".join(ENTRY.format(f"{name}.xml", "text/xml") for name in ("content", "styles", "meta"))
    + "</manifest:manifest>"
)
BLANKS = re.compile(r"^ | $| {2,}")  # which ODF would fold into one


class OpenDocument:
    """One spreadsheet of one table, row by row; `close` gives its bytes."""

    def __init__(self, headings: Sequence[str], notice: Notice) -> None:
        self.notice, self.pack = notice, Pack()
        self.pack.add("mimetype", MIME, stored=True)
        self._entry = self.pack.entry("content.xml")
        self._out = self._entry.__enter__()
        name = escaped(notice.title).replace('"', "'")
        self._say(
            f"{HEAD}<office:document-content {SPACES}><office:body><office:spreadsheet>"
            f'<table:table table:name="{name}">'
        )
        self.put([[self.cell(word) for word in headings]])

    @staticmethod
    def cell(value: Value) -> str:
        """Draw a cell: a number as one, everything else as text."""
        if value is None or value == "":
            return "<table:table-cell/>"
        if isinstance(value, int | Decimal):
            return (
                f'<table:table-cell office:value-type="float" office:value="{value}">'
                f"<text:p>{value}</text:p></table:table-cell>"
            )
        lines = [_line(line) for line in value.splitlines() or [""]]
        said = "".join(f"<text:p>{line}</text:p>" for line in lines)
        return f'<table:table-cell office:value-type="string">{said}</table:table-cell>'

    def put(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows of drawn cells."""
        whole = ["<table:table-row>" + "".join(row) + "</table:table-row>" for row in rows]
        self._say("".join(whole))

    def close(self) -> bytes:
        """Write what stands around the rows and return the file."""
        told = self.notice
        self._say("</table:table></office:spreadsheet></office:body></office:document-content>")
        self._entry.__exit__(None, None, None)
        said = f"{escaped(told.mark)} · {told.when}"
        self.pack.add(
            "styles.xml",
            f"{HEAD}<office:document-styles {SPACES}><office:automatic-styles>"
            '<style:page-layout style:name="page"/></office:automatic-styles>'
            '<office:master-styles><style:master-page style:name="Default"'
            f' style:page-layout-name="page"><style:footer><text:p>{said}</text:p></style:footer>'
            "</style:master-page></office:master-styles></office:document-styles>",
        )
        self.pack.add(
            "meta.xml",
            f"{HEAD}<office:document-meta {SPACES}><office:meta>"
            f"<dc:title>{escaped(told.title)} {escaped(told.number)}</dc:title>"
            f"<meta:initial-creator>{escaped(told.login)}</meta:initial-creator>"
            f"<meta:creation-date>{told.at:%Y-%m-%dT%H:%M:%S}</meta:creation-date>"
            "</office:meta></office:document-meta>",
        )
        self.pack.add("META-INF/manifest.xml", MANIFEST)
        return self.pack.close()

    def _say(self, text: str) -> None:
        self._out.write(text.encode())


def _line(line: str) -> str:
    told = escaped(line).replace("\t", "<text:tab/>")
    return BLANKS.sub(lambda gap: f'<text:s text:c="{len(gap[0])}"/>', told)
