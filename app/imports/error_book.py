"""The workbook that comes back: only the rows that failed, as they were typed, and why.

Same layout as the template plus one last column of reasons, which the reader knows and skips,
so that the corrected rows can be uploaded as they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import IO, Any

from app.errors import BadCell
from app.imports.check import REASON_HEADING
from app.imports.readers import plain
from app.imports.sandbox import Sheet
from app.imports.spec import ImportSpec, Problem
from app.imports.template import Book
from app.messages.catalogue import fill

ROW_WORD = {"zh": "原第 {row} 行：", "en": "row {row} of the file: "}
RED, YELLOW = "#FFC7CE", "#FFEB9C"
REASON_WIDTH = 80


def write(
    spec: ImportSpec, sheet: Sheet, problems: Iterable[Problem], out: IO[bytes], lang: str = "zh"
) -> int:
    """Write the failed rows of a sheet and return how many; warnings are shown beside errors."""
    by_row: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        by_row[problem.row].append(problem)
    failed = {row: found for row, found in by_row.items() if any(p.is_error for p in found)}
    with Book(spec, out) as book:
        pen = Pen(book, lang)
        for first, columns in sheet.blocks:
            for at in range(len(columns[0]) if columns else 0):
                if first + at in failed:
                    cells = [column[at] for column in columns[: len(spec.columns)]]
                    pen.write(first + at, cells, failed[first + at])
    return len(failed)


class Pen:
    """Writes failed rows one below the other, wrong cells red, odd ones yellow."""

    def __init__(self, book: Book, lang: str) -> None:
        self.book, self.lang = book, lang
        self.at_of = {column.heading: at for at, column in enumerate(book.spec.columns)}
        self.red = book.book.add_format({"bg_color": RED, "num_format": "@"})
        self.yellow = book.book.add_format({"bg_color": YELLOW, "num_format": "@"})
        self.row = 0
        last = len(book.spec.columns)
        book.data.write_string(0, last, REASON_HEADING, book.strong)
        book.data.set_column(last, last, REASON_WIDTH, book.text)

    def write(self, row: int, cells: list[Any], problems: list[Problem]) -> None:
        """Write one row as it was typed, and why it failed."""
        self.row += 1
        look = {self.at_of[p.heading]: self.yellow for p in problems if not p.is_error}
        look |= {self.at_of[p.heading]: self.red for p in problems if p.is_error}
        for at, cell in enumerate(cells):
            if cell != "" or at in look:
                self.book.data.write_string(self.row, at, typed(cell), look.get(at, self.book.text))
        reasons = ROW_WORD[self.lang].format(row=row)
        reasons += " ".join(told(problem, self.lang) for problem in problems)
        self.book.data.write_string(self.row, len(self.book.spec.columns), reasons, self.book.text)


def told(problem: Problem, lang: str) -> str:
    """Return what is wrong as one sentence that names the heading."""
    return fill(problem.code, {"heading": problem.heading, **problem.params}, lang)


def typed(cell: object) -> str:
    """Return a cell as text, also one that was refused."""
    try:
        return plain(cell)
    except BadCell:
        return str(cell)
