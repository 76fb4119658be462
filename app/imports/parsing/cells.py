"""Cells out of XML: shared strings packed tight, days out of numbers by their style."""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

DAYS_BUILT_IN = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
DAY_LETTERS = frozenset("ymdhsYMDHS年月日")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
LAST_SERIAL = 2_958_466  # the day after 9999-12-31
MOST_GAP = 400_000  # rows
MOST_COLUMNS = 702
DIGITS = "0123456789"
REMEMBERED, MOST_NAMES = 20_000, 1_000
STYLES = "xl/styles.xml"
SURROGATES = range(0xD800, 0xE000)


class Local(dict[str, str]):
    """Names without their prefixes; a sheet has a dozen."""

    def __missing__(self, name: str) -> str:
        local = name.rpartition(":")[2]
        if len(self) < MOST_NAMES:
            self[name] = local
        return local


LOCAL = Local()


class Styles(NamedTuple):
    """Which styles show a number as a day, and the day that is number nought."""

    days: frozenset[str]
    nought: datetime


def styles_of(book: zipfile.ZipFile, tree: Callable[..., Any]) -> Styles:
    """Return how numbers are shown."""
    after_1904 = any(
        one.tag.endswith("}workbookPr") and one.get("date1904") in ("1", "true")
        for one in tree(book, "xl/workbook.xml").iter()
    )
    nought = datetime(1904, 1, 1) if after_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
    if STYLES not in book.namelist():
        return Styles(frozenset(), nought)
    formats: dict[str, str] = {}
    shown: list[str] = []
    for one in tree(book, STYLES, 20_000_000).iter():
        kind = one.tag.rpartition("}")[2]
        if kind == "numFmt":
            formats[one.get("numFmtId", "")] = one.get("formatCode", "")
        elif kind == "cellXfs":
            shown = [xf.get("numFmtId", "0") for xf in one]
    days = {str(at) for at, key in enumerate(shown) if is_day(key, formats)}
    return Styles(frozenset(days), nought)


def is_day(key: str, formats: dict[str, str]) -> bool:
    """Tell a number format that shows a day or a time."""
    if key in formats:
        return not DAY_LETTERS.isdisjoint(QUOTED.sub("", formats[key]))
    return key.isdecimal() and int(key) in DAYS_BUILT_IN


class Strings:
    """The shared strings as bytes, one after the other; and a handler that fills them."""

    def __init__(self, data: bytearray, ends: array[int]) -> None:
        self.data, self.ends = data, ends
        self.known: dict[int, str] = {}
        self.parts: list[str] = []
        self.is_text = self.is_spoken = False

    def __getitem__(self, at: int) -> str:
        """Return a string; one that is asked for again and again is kept."""
        if at in self.known:
            return self.known[at]
        if at < 0:
            raise IndexError(at)
        found = unescaped(self.data[self.ends[at] : self.ends[at + 1]].decode())
        if len(self.known) < REMEMBERED:
            self.known[at] = found
        return found

    def start(self, name: str, _about: Any) -> None:
        """Begin a string or a run of it; how it is spoken is no part of it."""
        kind = LOCAL[name]
        self.is_text = kind == "t" and not self.is_spoken
        self.is_spoken = self.is_spoken or kind == "rPh"

    def text(self, run: str) -> None:
        """Take characters."""
        if self.is_text:
            self.parts.append(run)

    def end(self, name: str) -> None:
        """End a run; a string that ends is packed away."""
        kind = LOCAL[name]
        self.is_text = False
        if kind == "rPh":
            self.is_spoken = False
        elif kind == "si":
            self.data += "".join(self.parts).encode()
            self.ends.append(len(self.data))
            self.parts.clear()


class Cells:
    """Makes rows of what a parser tells of a sheet."""

    def __init__(self, strings: Strings, styles: Styles) -> None:
        self.strings, self.styles = strings, styles
        self.done: list[list[Any]] = []
        self.row: list[Any] = []
        self.number = 0
        self.at, self.kind, self.style, self.value = -1, "", "0", ""
        self.is_text = self.is_spoken = False
        self.columns: dict[str, int] = {}

    def given(self) -> list[list[Any]]:
        """Return the rows that ended since it was asked."""
        done, self.done = self.done, []
        return done

    def start(self, name: str, about: dict[str, str]) -> None:
        """Begin a row, a cell or a value."""
        kind = LOCAL[name]
        if kind == "c":
            place = about.get("r", "")
            letters = place.rstrip(DIGITS)
            known = self.columns.get(letters)
            self.at = self._column(letters) if known is None else known
            self.kind = about.get("t", "n")
            self.style = about.get("s", "0")
            self.value = ""
        elif kind in ("v", "t"):
            self.is_text = not self.is_spoken
        elif kind == "row":
            self._begin(about.get("r"))
        elif kind == "rPh":
            self.is_spoken = True

    def text(self, run: str) -> None:
        """Take characters of a value."""
        if self.is_text:
            self.value += run

    def end(self, name: str) -> None:
        """End a value, a cell or a row."""
        self.is_text = False
        kind = LOCAL[name]
        if kind == "c":
            if self.value:
                row = self.row
                if self.at >= len(row):
                    row.extend([""] * (self.at + 1 - len(row)))
                row[self.at] = self._read()
        elif kind == "row":
            self.done.append(self.row)
        elif kind == "rPh":
            self.is_spoken = False

    def _begin(self, told: str | None) -> None:
        number = self.number + 1 if told is None else int(told)
        if not 0 < number - self.number <= MOST_GAP:
            raise ValueError(number)
        self.done += [[] for _ in range(number - self.number - 1)]
        self.number, self.row, self.at = number, [], -1

    def _column(self, letters: str) -> int:
        if not letters:  # a cell without a place follows the one before
            return self.at + 1
        column = 0
        for letter in letters.upper():
            if not "A" <= letter <= "Z":
                raise ValueError(letters)
            column = column * 26 + ord(letter) - 64
        if not 0 < column <= MOST_COLUMNS:
            raise ValueError(letters)
        self.columns[letters] = column - 1
        return column - 1

    def _read(self) -> Any:
        value, kind = self.value, self.kind
        if kind == "s":
            return self.strings[int(value)]
        if kind in ("inlineStr", "str"):
            return unescaped(value)
        if kind == "b":
            return value.strip() in ("1", "true")
        if kind == "d":
            return as_day(datetime.fromisoformat(value.strip()))
        if kind == "e":
            return ""
        return number(value, self.style in self.styles.days, self.styles.nought)


def number(value: str, is_day_style: bool, nought: datetime) -> Any:
    """Return a number, or the day or time it stands for; what is neither stays text."""
    try:
        read = float(value)
    except ValueError:
        return value
    if read != read or read in (float("inf"), float("-inf")):  # noqa: PLR0124  not a number
        return value
    if not is_day_style or not 0 <= read < LAST_SERIAL:
        return read
    try:
        return as_day(nought + timedelta(seconds=round(read * 86400)))
    except OverflowError:
        return read


def as_day(moment: datetime) -> date | datetime | time:
    """Return a moment as the day it is, when it is no more than that."""
    return moment.date() if moment.time() == time() else moment


def unescaped(text: str) -> str:
    """Return text with its ``_x000D_`` read; half a character stands for none."""
    if "_x" not in text:
        return text
    return ESCAPED.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    point = int(found[1], 16)
    return "\ufffd" if point in SURROGATES else chr(point)
