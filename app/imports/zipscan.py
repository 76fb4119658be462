"""A look into the zip before anyone parses it: sizes, far cells, document types, formulas.

The scan is the door-bell, the limited child is the wall: what escapes the scan costs a child.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.errors import BadFile, Refusal

FILE_BYTES = 64_000_000
ALL_BYTES, PARTS = 800_000_000, 200  # 100,000 rows of 60 columns unpack to 300 MB
RATIO, RATIO_FROM_BYTES = 100, 10_000_000  # honest sheets: 5 to 30
BOOK_BYTES = 1_000_000  # of workbook.xml
STRETCH, TAIL = 1 << 20, 256
OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
ENCRYPTED = 0x1
FAR_ROW, FAR_COLUMN = 200_000, "ZZ"
FAR = re.compile(rb'r="(?:[A-Z]{3,}\d|[A-Z]{0,2}(?:[2-9]\d{5}|\d{7}))')
FORMULA_MARKS = (b"<f", b":f")  # cheap to look for; what they stand for is looked at closely
FORMULA = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f[\s/>]")
PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
UNSAFE = ("vbaproject.bin", "externallinks/", "embeddings/", "activex/", "connections.xml")

Cell = tuple[int, int]  # row as Excel counts, column from 0


class Scan(NamedTuple):
    """What a look through the zip found: per sheet part the cells that hold a formula."""

    formulas: dict[str, set[Cell]]
    sheets: dict[str, str]  # name of a sheet → its part

    def formulas_of(self, sheet: str) -> frozenset[Cell]:
        """Return the formulas of a sheet; of all sheets when nobody can tell which part it is."""
        part = self.sheets.get(sheet)
        if part is None:
            return frozenset().union(*self.formulas.values())
        return frozenset(self.formulas.get(part, ()))


def refuse(code: str, **params: object) -> BadFile:
    """Return the refusal of a whole file."""
    return BadFile(Refusal(code, params))


def check_outside(path: Path) -> None:
    """Judge the file by its first bytes and the zip by its own list, or raise `BadFile`."""
    if path.stat().st_size > FILE_BYTES:
        raise refuse("E-FILE-SIZE", limit=f"{FILE_BYTES // 1_000_000} MB")
    with path.open("rb") as stream:
        head = stream.read(8)
    if head == OLE:
        raise refuse("E-FILE-OLD")
    if head[:4] != ZIP:
        raise refuse("E-FILE-TYPE")
    with opened(path) as book:
        parts = book.infolist()
        if any(part.flag_bits & ENCRYPTED for part in parts):
            raise refuse("E-FILE-OLD")
        if "xl/workbook.xml" not in book.namelist():
            raise refuse("E-FILE-TYPE")
        if len(parts) > PARTS or sum(part.file_size for part in parts) > ALL_BYTES:
            raise refuse("E-FILE-BOMB")
        if any(p.file_size > max(RATIO * p.compress_size, RATIO_FROM_BYTES) for p in parts):
            raise refuse("E-FILE-BOMB")
        if any(mark in part.filename.lower() for part in parts for mark in UNSAFE):
            raise refuse("E-FILE-UNSAFE")


def check_inside(path: Path) -> Scan:
    """Stream the XML once and return what was found, or raise `BadFile`."""
    formulas: dict[str, set[Cell]] = {}
    with opened(path) as book:
        for part in book.infolist():
            if not part.filename.lower().endswith((".xml", ".rels")):
                continue
            for text in stretches(book, part):
                if DOCTYPE.search(text, 0, 4096):
                    raise refuse("E-FILE-UNSAFE")
                if "worksheets/" not in part.filename:
                    continue
                if FAR.search(text):
                    raise refuse("E-FILE-FAR", rows=f"{FAR_ROW:,}", column=FAR_COLUMN)
                if any(mark in text for mark in FORMULA_MARKS):
                    formulas.setdefault(part.filename, set()).update(places(text))
        return Scan(formulas, sheet_parts(book))


def stretches(book: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part's text a megabyte at a time, each with the end of the one before."""
    tail = b""
    with book.open(part) as stream:
        while block := stream.read(STRETCH):
            yield tail + block
            tail = block[-TAIL:]


def places(text: bytes) -> Iterator[Cell]:
    """Yield where the formulas of a stretch stand; a cell without an address is refused."""
    for found in FORMULA.finditer(text):
        place = PLACE.search(found[1])
        if place is None:
            raise refuse("E-FILE-DAMAGED")
        column = 0
        for letter in place[1]:
            column = column * 26 + letter - 64
        yield int(place[2]), column - 1


def sheet_parts(book: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of every sheet by its name."""
    names = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
    if any(book.getinfo(name).file_size > BOOK_BYTES for name in names):
        raise refuse("E-FILE-BOMB")
    sheets, targets = (fromstring(book.read(name)) for name in names)
    by_id = {target.get("Id"): target.get("Target", "") for target in targets}
    parts = {}
    for sheet in sheets.iter():
        if not sheet.tag.endswith("}sheet"):  # the namespace depends on the flavour of the format
            continue
        link = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        target = by_id.get(link, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        parts[sheet.get("name", "")] = part
    return parts


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a zip; whatever is broken in it is one refusal."""
    try:
        with zipfile.ZipFile(path) as book:
            yield book
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError,
        KeyError, ValueError, ParseError, DefusedXmlException,
    ) as error:  # fmt: skip
        raise refuse("E-FILE-DAMAGED") from error
