"""A corrected error workbook that comes back: which row of which import each of its rows is.

The mark of a row stands in a hidden column behind the reasons, so that it stays with its row when
the sheet is sorted, and goes with it when the row is deleted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.codes.tables import folded
from app.errors import Refusal, Refused
from app.imports import sandbox
from app.imports.check import MARK_HEADING, check_headings, heading, is_blank
from app.imports.rereading import cells_of
from app.imports.spec import ImportSpec
from app.imports.typed import Cells
from app.models.import_batch import ImportBatch

MARK = re.compile(r"(DR\d{4}-\d{6,})/(\d{1,7})", re.ASCII)


def mark(batch: ImportBatch, row: int) -> str:
    """Return by what a row of an import is known again."""
    return f"{batch.number}/{row}"


def read(spec: ImportSpec, batch: ImportBatch, path: Path) -> dict[int, Cells]:
    """Return the rows of an error workbook by their number in the import's file.

    Raise `BadFile` for what cannot be read, `Refused` for rows of another import or of none.
    """
    found: dict[int, Cells] = {}
    with sandbox.opened(path, spec.sheet) as sheet:
        if sheet.version != f"{spec.name} {spec.version}":
            raise Refused(Refusal("E-REJOIN-KEYS"))
        formulas: Mapping[int, set[int]] = _by_row(sheet.formulas)
        at = -1
        for first, columns in sheet.blocks:
            if first == 1:
                at = _place(spec, [column[0] for column in columns])
            for place in range(1 if first == 1 else 0, len(columns[0])):
                cells = [column[place] for column in columns]
                if is_blank(cells[: len(spec.columns)]) and not cells[at]:
                    continue
                row = _row(batch, str(cells[at]))
                if row in found:
                    raise Refused(Refusal("E-REJOIN-KEYS"))
                marked = formulas.get(first + place, set()) & set(range(len(spec.columns)))
                found[row] = cells_of(spec, cells[: len(spec.columns)], marked)
    if not found:
        raise Refused(Refusal("E-REJOIN-KEYS"))
    return found


def _place(spec: ImportSpec, headings: Sequence[Any]) -> int:
    check_headings(spec, headings)
    words = [heading(cell) for cell in headings]
    if folded(MARK_HEADING) not in words:
        raise Refused(Refusal("E-REJOIN-KEYS"))
    return words.index(folded(MARK_HEADING))


def _row(batch: ImportBatch, text: str) -> int:
    told = MARK.fullmatch(text.strip())
    if told is None:
        raise Refused(Refusal("E-REJOIN-KEYS"))
    if told[1] != batch.number:
        raise Refused(Refusal("E-REJOIN-OTHER", {"other": told[1]}))
    return int(told[2])


def _by_row(formulas: frozenset[tuple[int, int]]) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for row, at in formulas:
        found[row].add(at)
    return found
