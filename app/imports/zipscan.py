"""A look into the zip before anyone parses it: sizes, far cells, document types, formulas.

The scan is the door-bell, the limited child is the wall: what escapes the scan costs a child.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.errors import BadFile, Refusal
from app.imports.form import HEAD_BYTES, UTF_8_MARK, Form, form_of

FILE_BYTES = 128_000_000
ALL_BYTES, PARTS = 1_600_000_000, 200  # 100,000 rows of 72 columns unpack to 350 MB
LIST_BYTES = 1_000_000  # of the list at the end of the zip
RATIO, RATIO_FROM_BYTES = 100, 10_000_000  # honest sheets: 5 to 30
BOOK_BYTES = 1_000_000  # of workbook.xml
STRETCH, TAIL = 1 << 20, 256
ENCRYPTED = 0x1
LIST_ENDS, LIST_IS_LONG, LIST_END_BYTES = b"PK\x05\x06", b"PK\x06\x07", 22
LONGEST_COMMENT = 65_535
FAR_ROW, FAR_COLUMN = 400_000, "ZZ"
FAR = (re.compile(rb'r="[A-Z][A-Z][A-Z]'), re.compile(rb'row r="(?:[4-9]\d{5}|\d{7})'))
MOST_CELLS, MOST_FORMULAS = 30_000_000, 500_000  # 300,000 rows of 72 columns: 22 million
FORMULA = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f[\s/>]")
ANY_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="[A-Z]{1,3}(\d{1,7})\b')
STRANGE_CODING = re.compile(
    rb"""<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["']|us-ascii["'])""", re.IGNORECASE
)
PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
UNSAFE = ("vbaproject.bin", "externallinks/", "embeddings/", "activex/", "connections.xml")

Cell = tuple[int, int]  # row as Excel counts, column from 0


@dataclass
class Part:
    """What a look through one sheet found."""

    formulas: set[Cell] = field(default_factory=set)
    rows: int = 0
    cells: int = 0
    opens: bytes = b"<"  # what stands before a name: a book may prefix them all
    merged_from: int = 0  # row of the first merged cells, 0 when there are none


class Scan(NamedTuple):
    """What a look through the zip found, by part; and which sheet lies in which part."""

    parts: dict[str, Part]
    sheets: dict[str, str]

    def of(self, sheet: str) -> Part:
        """Return what was found in a sheet; in all when nobody can tell which part it is."""
        part = self.sheets.get(sheet)
        if part is not None:
            return self.parts.get(part, Part())
        all_ = self.parts.values()
        return Part(
            set().union(*(one.formulas for one in all_)),
            sum(one.rows for one in all_),
            merged_from=max((one.merged_from for one in all_), default=0),
        )


def refuse(code: str, **params: object) -> BadFile:
    """Return the refusal of a whole file."""
    return BadFile(Refusal(code, params))


def check_outside(path: Path) -> Form:
    """Return what a file is by its first bytes and the zip's own list, or raise `BadFile`."""
    if path.stat().st_size > FILE_BYTES:
        raise refuse("E-FILE-SIZE", limit=f"{FILE_BYTES // 1_000_000} MB")
    with path.open("rb") as stream:
        form = form_of(stream.read(HEAD_BYTES))
    if form is None:
        raise refuse("E-FILE-TYPE")
    if form is Form.XLSX:
        _check_list_ends(path)
        with opened(path) as book:
            _check_list(book)
    return form


def _check_list(book: zipfile.ZipFile) -> None:
    parts = book.infolist()
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise refuse("E-FILE-LOCKED")
    if "xl/workbook.xml" not in book.namelist():
        raise refuse("E-FILE-TYPE")
    if len(parts) > PARTS or sum(part.file_size for part in parts) > ALL_BYTES:
        raise refuse("E-FILE-BOMB")
    if any(p.file_size > max(RATIO * p.compress_size, RATIO_FROM_BYTES) for p in parts):
        raise refuse("E-FILE-BOMB")
    if any(mark in part.filename.lower() for part in parts for mark in UNSAFE):
        raise refuse("E-FILE-UNSAFE")
    if len({part.filename.lower() for part in parts}) < len(parts):
        raise refuse("E-FILE-DAMAGED")  # two readers would read two workbooks


def _check_list_ends(path: Path) -> None:
    """Refuse a list of members that would cost more to read than any workbook's."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - LONGEST_COMMENT - 2 * LIST_END_BYTES))
        tail = stream.read()
    at = tail.rfind(LIST_ENDS)
    end = tail[at : at + LIST_END_BYTES]
    if at < 0 or len(end) < LIST_END_BYTES or LIST_IS_LONG in tail[max(0, at - 20) : at]:
        raise refuse("E-FILE-DAMAGED")
    if int.from_bytes(end[12:16], "little") > LIST_BYTES:
        raise refuse("E-FILE-BOMB")


def check_inside(path: Path) -> Scan:
    """Stream the XML once and return what was found, or raise `BadFile`."""
    parts: dict[str, Part] = {}
    with opened(path) as book:
        for member in book.infolist():
            if not member.filename.lower().endswith((".xml", ".rels")):
                continue
            part = Part()
            if "worksheets/" in member.filename:
                parts[member.filename] = part
            for nth, (text, fresh) in enumerate(stretches(book, member)):
                if nth == 0:
                    _check_head(text)
                if member.filename in parts:
                    _look(part, text, fresh)
        return Scan(parts, sheet_parts(book))


def _check_head(text: bytes) -> None:
    if DOCTYPE.search(text, 0, 4096):
        raise refuse("E-FILE-UNSAFE")
    if b"\0" in text[:64] or STRANGE_CODING.match(text.removeprefix(UTF_8_MARK)[:400]):
        raise refuse("E-FILE-DAMAGED")  # nothing here could be looked for


def _look(part: Part, text: bytes, fresh: int) -> None:
    """Look through a stretch of a sheet; what lies before ``fresh`` was seen before."""
    if any(far.search(text) for far in FAR):
        raise refuse("E-FILE-FAR", rows=f"{FAR_ROW:,}", column=FAR_COLUMN)
    if fresh == 0 and b"<worksheet" not in text:
        part.opens = b":"
    if part.opens + b"f" in text:  # cheap to look for; what it stands for is looked at closely
        part.formulas.update(places(text, fresh))
    part.rows += text.count(part.opens + b"row", fresh)
    part.cells += text.count(part.opens + b"c", fresh)
    if part.cells > MOST_CELLS or len(part.formulas) > MOST_FORMULAS:
        raise refuse("E-FILE-BOMB")
    if b"mergeCell" in text:
        rows = [int(found[1]) for found in MERGED.finditer(text)]
        part.merged_from = min(
            [*rows, *([part.merged_from] if part.merged_from else [])], default=0
        )


def stretches(book: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Yield a part's text by the megabyte, each with the end of the one before and its size."""
    tail = b""
    with book.open(part) as stream:
        while block := stream.read(STRETCH):
            yield tail + block, len(tail)
            tail = block[-TAIL:]


def places(text: bytes, fresh: int = 0) -> Iterator[Cell]:
    """Yield where the formulas of a stretch stand; one at no known cell is refused."""
    ends = set()
    for found in FORMULA.finditer(text):
        ends.add(found.end())
        place = PLACE.search(found[1])
        if place is None:
            raise refuse("E-FILE-DAMAGED")
        column = 0
        for letter in place[1]:
            column = column * 26 + letter - 64
        yield int(place[2]), column - 1
    if any(found.end() > fresh and found.end() not in ends for found in ANY_FORMULA.finditer(text)):
        raise refuse("E-FILE-DAMAGED")


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
