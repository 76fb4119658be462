"""The workbook that comes back: only the rows that failed, as they were typed, and why.

Same layout as the template plus a column of reasons and a hidden one of marks, which the reader
knows and skips: the corrected rows can be uploaded as they are, alone or into the same import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import IO, NamedTuple

from app.imports.check import MARK_HEADING, REASON_HEADING
from app.imports.spec import ImportSpec, Problem
from app.imports.template import Book
from app.imports.typed import Cells
from app.messages.catalogue import fill

ROW_WORD = {"zh": "原第 {row} 行：", "en": "row {row} of the file: "}
RED, YELLOW = "#FFC7CE", "#FFEB9C"
REASON_WIDTH = 80


class Failed(NamedTuple):
    """A row that failed, as it was typed, and what was found in it."""

    row: int
    cells: Cells
    problems: Sequence[Problem]


def write(
    spec: ImportSpec,
    rows: Iterable[Failed],
    out: IO[bytes],
    lang: str = "zh",
    mark: Callable[[int], str] | None = None,
) -> int:
    """Write failed rows and return how many; warnings are shown beside errors.

    ``mark`` gives each row the words by which it is known again.
    """
    with Book(spec, out) as book:
        pen = Pen(book, lang, mark)
        for failed in rows:
            pen.write(failed)
    return pen.row


class Pen:
    """Writes failed rows one below the other, wrong cells red, odd ones yellow."""

    def __init__(self, book: Book, lang: str, mark: Callable[[int], str] | None = None) -> None:
        self.book, self.lang, self.mark = book, lang, mark
        self.at_of = {column.heading: at for at, column in enumerate(book.spec.columns)}
        self.red = book.book.add_format({"bg_color": RED, "num_format": "@"})
        self.yellow = book.book.add_format({"bg_color": YELLOW, "num_format": "@"})
        self.row = 0
        last = len(book.spec.columns)
        book.data.write_string(0, last, REASON_HEADING, book.strong)
        book.data.set_column(last, last, REASON_WIDTH, book.text)
        if mark is not None:
            book.data.write_string(0, last + 1, MARK_HEADING, book.text)
            book.data.set_column(last + 1, last + 1, None, book.text, {"hidden": True})

    def write(self, failed: Failed) -> None:
        """Write one row as it was typed, and why it failed."""
        row, typed, problems = failed
        cells = [typed.get(column.field, "") for column in self.book.spec.columns]
        self.row += 1
        look = {self.at_of[p.heading]: self.yellow for p in problems if not p.is_error}
        look |= {self.at_of[p.heading]: self.red for p in problems if p.is_error}
        for at, cell in enumerate(cells):
            if cell != "" or at in look:
                self.book.data.write_string(self.row, at, cell, look.get(at, self.book.text))
        reasons = ROW_WORD[self.lang].format(row=row)
        reasons += " ".join(told(problem, self.lang) for problem in problems)
        last = len(self.book.spec.columns)
        self.book.data.write_string(self.row, last, reasons, self.book.text)
        if self.mark is not None:
            self.book.data.write_string(self.row, last + 1, self.mark(row), self.book.text)


def told(problem: Problem, lang: str) -> str:
    """Return what is wrong as one sentence that names the heading."""
    return fill(problem.code, {"heading": problem.heading, **problem.params}, lang)
