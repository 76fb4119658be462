"""A large sheet read row by row, so that memory does not grow with its rows.

ECMA-376 part 1, 18.3 (sheets), 18.4 (shared strings): expat walks the XML, a row is handed on as
soon as it ends. Only the shared strings are held, as one run of bytes.
"""

from __future__ import annotations

import zipfile
from array import array
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from xml.parsers import expat

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from app.imports.parsing.cells import Cells, Strings, styles_of
from app.imports.parsing.wire import refuse, send, send_rows

STRETCH = 1 << 18
MOST_BOOK, MOST_STYLES = 1_000_000, 20_000_000  # bytes
WORKSHEET = "/worksheet"
SHOWN = (None, "visible")
BROKEN = (
    zipfile.BadZipFile, expat.ExpatError, ParseError, DefusedXmlException, KeyError, ValueError,
    IndexError, EOFError, OSError, NotImplementedError, RuntimeError,
)  # fmt: skip


class SheetPart(NamedTuple):
    """A sheet of the book: its name, the part it lies in, whether a reader sees it."""

    name: str
    part: str
    is_open: bool


def sheets_of(book: zipfile.ZipFile) -> list[SheetPart]:
    """Return the sheets of a book in their order, or refuse it."""
    try:
        links = {
            link.get("Id"): (link.get("Target", ""), link.get("Type", ""))
            for link in tree(book, "xl/_rels/workbook.xml.rels")
        }
        found = []
        for sheet in tree(book, "xl/workbook.xml").iter():
            if not sheet.tag.endswith("}sheet"):
                continue
            key = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            target, kind = links.get(key, ("", ""))
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            is_open = kind.endswith(WORKSHEET) and sheet.get("state") in SHOWN
            found.append(SheetPart(sheet.get("name", ""), part, is_open))
    except BROKEN:
        refuse("E-FILE-DAMAGED")
    return found


def tree(book: zipfile.ZipFile, part: str, most: int = MOST_BOOK) -> Any:
    """Return a small part as a tree."""
    if book.getinfo(part).file_size > most:
        refuse("E-FILE-BOMB")
    return fromstring(book.read(part))


def read(
    book: zipfile.ZipFile, sheets: list[SheetPart], name: str, part: str, version_sheet: str
) -> None:
    """Send a sheet row by row."""
    try:
        strings = strings_of(book)
        styles = styles_of(book, tree)
        version = None
        for sheet in sheets:
            if sheet.name == version_sheet:
                first = next(rows_of(book, sheet.part, strings, styles), [])
                version = str(first[0]) if first else ""
        # whoever scans the sheet counts its rows and sees what is merged
        send({"sheet": name, "rows": 0, "version": version, "merged": 0, "formulas": []})
        send_rows(rows_of(book, part, strings, styles))
    except BROKEN:
        refuse("E-FILE-DAMAGED")


def strings_of(book: zipfile.ZipFile) -> Strings:
    """Return the strings the cells refer to."""
    strings = Strings(bytearray(), array("Q", [0]))
    names = {name.lower(): name for name in book.namelist()}
    part = names.get("xl/sharedstrings.xml")
    if part is not None:
        parser = walker(strings.start, strings.end, strings.text)
        for block in blocks(book, part):
            parser.Parse(block)
        parser.Parse(b"", True)  # noqa: FBT003  expat's own word for the end
    return strings


def rows_of(book: zipfile.ZipFile, part: str, strings: Strings, styles: Any) -> Iterator[list[Any]]:
    """Yield the rows, those nobody wrote as empty ones."""
    cells = Cells(strings, styles)
    parser = walker(cells.start, cells.end, cells.text)
    for block in blocks(book, part):
        parser.Parse(block)
        yield from cells.given()
    parser.Parse(b"", True)  # noqa: FBT003
    yield from cells.given()


def blocks(book: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield a part in stretches."""
    with book.open(part) as stream:
        while block := stream.read(STRETCH):
            yield block


def walker(
    start: Callable[[str, Any], None], end: Callable[[str], None], text: Callable[[str], None]
) -> expat.XMLParserType:
    """Return a parser that knows names without their prefixes and no document types."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_about: Any) -> None:
    refuse("E-FILE-UNSAFE")
