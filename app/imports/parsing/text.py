"""A text whose cells are separated: which characters, which separator, then row by row.

What Chinese offices write: UTF-8 with or without a mark, GB18030 (Excel's "CSV"), UTF-16 with a
mark (Excel's "Unicode text"). A file nobody can be sure of is refused, never half understood.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from app.imports.parsing.wire import refuse, send, send_rows

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SEPARATORS = "\t;,"
STRETCH = 1 << 20  # characters
MOST_COLUMNS = 702  # ZZ
HEAD = 65_536
IDEOGRAPHS = "\u2e80"  # what lies from here on is written with three bytes or more in UTF-8


def read_text(path: str, wanted: str) -> None:
    """Send the rows of a text; the wanted name stands for the sheet it has not."""
    coding = coding_of(path)
    lines = counted(path, coding)
    with Path(path).open(encoding=coding, newline="") as stream:
        separator = separator_of(stream.read(HEAD))
        stream.seek(0)
        send({"sheet": wanted, "rows": lines, "version": None, "merged": 0, "formulas": []})
        send_rows(cells(stream, separator), typed=False)


def coding_of(path: str) -> str:
    """Return how the text is written, or refuse it."""
    with Path(path).open("rb") as stream:
        head = stream.read(4)
        for mark, coding in MARKS:
            if head.startswith(mark):
                return coding
        stream.seek(0)
        if is_written(stream, "utf-8"):
            return "utf-8"
        stream.seek(0)
        if not is_written(stream, "gb18030"):
            refuse("E-FILE-TEXT")
        stream.seek(0)
        if any(is_of_another_kind(line) for line in stream):
            refuse("E-FILE-TEXT")
    return "gb18030"


def is_written(stream: IO[bytes], coding: str) -> bool:
    """Tell whether all bytes read as this coding."""
    decoder = codecs.getincrementaldecoder(coding)()
    try:
        while block := stream.read(STRETCH):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def is_of_another_kind(line: bytes) -> bool:
    """Tell a line of UTF-8 in a file of GB18030, where it would read as other characters."""
    if line.isascii():
        return False
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return False
    return all(mark >= IDEOGRAPHS for mark in text if not mark.isascii())


def counted(path: str, coding: str) -> int:
    """Return how many rows there are, and refuse what no text holds."""
    outside, lines, carriages, last = True, 0, 0, "\n"
    try:
        with Path(path).open(encoding=coding, newline="") as stream:
            while piece := stream.read(STRETCH):
                if "\0" in piece or "\ufffd" in piece:
                    refuse("E-FILE-TEXT")
                for nth, run in enumerate(piece.split('"')):
                    outside = outside if nth == 0 else not outside
                    if outside:
                        lines += run.count("\n")
                        carriages += run.count("\r")
                last = piece[-1]
    except UnicodeError:
        refuse("E-FILE-TEXT")
    return max(lines, carriages) + (last not in "\r\n")


def separator_of(head: str) -> str:
    """Return what stands most often between the headings."""
    outside = "".join(head.split('"')[::2])
    line = outside.lstrip("\r\n").splitlines()[:1]
    most = max(SEPARATORS, key=lambda mark: line[0].count(mark) if line else 0)
    return most if line and most in line[0] else ","


def cells(stream: IO[str], separator: str) -> Iterator[list[str]]:
    """Yield the rows; one with more cells than there are headings was torn by a separator."""
    reader = csv.reader(stream, delimiter=separator, strict=True)
    width = 0
    try:
        for number, row in enumerate(reader, start=1):
            if len(row) > MOST_COLUMNS:
                refuse("E-FILE-WIDE", row=number)
            if number == 1:
                width = len(row)
            elif any(cell.strip() for cell in row[width:]):
                refuse("E-FILE-WIDE", row=number)
            yield row[:width] if len(row) > width else row
    except csv.Error:
        refuse("E-FILE-QUOTES", row=min(reader.line_num, 2**31))
