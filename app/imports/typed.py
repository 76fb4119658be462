"""Rows as they were typed: kept while a file is looked at, then of refused and mended rows only.

What lies in `import_raw` is sealed JSON, field: text, without empty cells; the key ``=`` names
the fields that held a formula, which stays refused until somebody types a value.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import delete, insert, literal, select
from sqlalchemy.orm import Session

from app.errors import BadCell
from app.imports.check import Block
from app.imports.pouring import like, pour
from app.imports.readers import plain
from app.imports.spec import ImportSpec, Mark
from app.imports.staging import make
from app.models.import_batch import ImportBatch, ImportProblem, ImportRaw, Severity
from app.models.sealed import KEYS

MOST = 20_000  # refused rows that can be mended in the browser
MOST_HELD = 100_000  # rows of a file in memory; behind them only those with a bad cell
FORMULAS, KEY, SECRET = "=", "id_number", "import_raw"
STAGED_RAW = like(
    ImportRaw.__table__, "staged_raw", ("row_no", "cells", "id_digest", "mended")
)  # fmt: skip

Cells = dict[str, str]  # field: text


class Typed:
    """The rows of one file as they were typed, by number."""

    def __init__(self, spec: ImportSpec) -> None:
        self.spec, self.rows = spec, 0
        self.held: list[tuple[list[int], list[list[Any]], list[Any]]] = []

    def add(self, block: Block) -> None:
        """Remember a block: all its rows, or past the limit those that are refused already."""
        self.rows += len(block.numbers)
        keys = block.values.get(KEY) or [None] * len(block.numbers)
        numbers, columns = block.numbers, block.typed
        if self.rows > MOST_HELD:
            good = set(block.good())
            bad = [at for at in range(len(numbers)) if at not in good]
            numbers, keys = [numbers[at] for at in bad], [keys[at] for at in bad]
            columns = [[column[at] for at in bad] for column in columns]
        self.held.append((numbers, columns, keys))

    def of(self, wanted: Collection[int]) -> Iterator[tuple[int, Cells, bytes | None]]:
        """Yield the cells of some rows, and the digest of the ID number that was read."""
        for numbers, columns, keys in self.held:
            for at in [at for at, number in enumerate(numbers) if number in wanted]:
                cells = {
                    column.field: text_in(values[at])
                    for column, values in zip(self.spec.columns, columns, strict=True)
                    if values[at] != ""
                }
                key = KEYS.digest(keys[at]) if isinstance(keys[at], str) else None
                yield numbers[at], cells, key


def text_in(cell: object) -> str:
    """Return a cell as text, also one that was refused."""
    try:
        return plain(cell)
    except BadCell:
        return str(cell)


def keep(
    session: Session,
    batch: ImportBatch,
    typed: Typed,
    known: Mapping[int, Cells],
    mended: Collection[int],
) -> None:
    """Keep the refused rows of a preview and those that were ``mended``.

    Of ``known`` rows the cells are these and not what stood in the place of a formula.
    """
    refused = (
        select(ImportProblem.row_no)
        .distinct()
        .where(ImportProblem.batch_id == batch.id, ImportProblem.severity == Severity.ERROR)
    )
    first = session.scalars(refused.order_by(ImportProblem.row_no).limit(MOST)).all()
    wanted = {*first, *mended}
    marked = formulas(session, typed.spec, batch.id)
    make(session, STAGED_RAW)
    rows = []
    for row, cells, key in typed.of(wanted):
        told = known.get(row) or {**cells, FORMULAS: " ".join(marked.get(row, ()))}
        rows.append((row, KEYS.seal(packed(told), SECRET), key, row in mended))
    pour(session, STAGED_RAW, rows)
    session.execute(
        delete(ImportRaw).where(
            ImportRaw.batch_id == batch.id, ImportRaw.row_no.in_(select(STAGED_RAW.c.row_no))
        )
    )
    names = [column.name for column in STAGED_RAW.c]
    copied = select(literal(batch.id), *STAGED_RAW.c)
    session.execute(insert(ImportRaw.__table__).from_select(["batch_id", *names], copied))


def formulas(session: Session, spec: ImportSpec, batch_id: int) -> Mapping[int, list[str]]:
    """Return the fields of a preview's rows that hold a formula, by row."""
    field_of = {column.heading: column.field for column in spec.columns}
    asked = select(ImportProblem.row_no, ImportProblem.heading).where(
        ImportProblem.batch_id == batch_id,
        ImportProblem.params["hint"].astext == "hint.formula",
    )
    found: dict[int, list[str]] = {}
    for row, heading in session.execute(asked):
        found.setdefault(row, []).append(field_of[heading])
    return found


def rows_as_typed(
    session: Session, batch_id: int, rows: Iterable[int] | None = None
) -> dict[int, Cells]:
    """Return the cells of kept rows, of all or of some, by row; formulas stand under ``=``."""
    asked = select(ImportRaw.row_no, ImportRaw.cells).where(ImportRaw.batch_id == batch_id)
    if rows is not None:
        asked = asked.where(ImportRaw.row_no.in_(list(rows)))
    found = session.execute(asked.order_by(ImportRaw.row_no))
    return {row: json.loads(cells) for row, cells in found}


def mended_rows(session: Session, batch_id: int) -> dict[int, Cells]:
    """Return the cells of the rows somebody mended, by row."""
    asked = select(ImportRaw.row_no).where(ImportRaw.batch_id == batch_id, ImportRaw.mended)
    rows = session.scalars(asked).all()
    return rows_as_typed(session, batch_id, rows) if rows else {}


def in_order(spec: ImportSpec, cells: Mapping[str, str]) -> list[str | Mark]:
    """Return the cells of a row in the order of the columns, formulas that are left marked."""
    marked = cells.get(FORMULAS, "").split()
    return [Mark.FORMULA if c.field in marked else cells.get(c.field, "") for c in spec.columns]


def laid_over(cells: Mapping[str, str], new: Mapping[str, str]) -> Cells:
    """Return the cells of a row with some typed anew."""
    marked = [field for field in cells.get(FORMULAS, "").split() if field not in new]
    laid = {**cells, **new, FORMULAS: " ".join(marked)}
    return {field: text for field, text in laid.items() if text}


def packed(cells: Mapping[str, str]) -> str:
    """Return cells as they are kept: JSON, field: text, without empty ones."""
    return json.dumps({field: text for field, text in cells.items() if text}, ensure_ascii=False)
