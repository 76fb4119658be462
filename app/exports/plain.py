"""CSV that a spreadsheet opens as it is: UTF-8 with its mark, and no cell it would calculate."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from app.exports.cells import Value
from app.exports.notice import Notice

# What makes a formula of a cell, or hides in front of one (X1).
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")
BOM = "\ufeff"


def neutral(value: object) -> str:
    """Return a cell's text, with an apostrophe before what a spreadsheet would calculate."""
    text = "" if value is None else str(value).replace("\x00", "")
    return f"'{text}" if text.startswith(STARTS) else text


class Plain:
    """One CSV file, row by row; `close` gives its bytes."""

    def __init__(self, headings: Sequence[str], notice: Notice) -> None:
        del notice  # a file without pages has no footer; the last column says it
        self._text = StringIO(newline="")
        self._text.write(BOM)
        self._rows = csv.writer(self._text)
        self.put([[neutral(word) for word in headings]])

    @staticmethod
    def cell(value: Value) -> str:
        """Draw a cell."""
        return neutral(value)

    def put(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows of drawn cells."""
        self._rows.writerows(rows)

    def close(self) -> bytes:
        """Return the file."""
        return self._text.getvalue().encode()
