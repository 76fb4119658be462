"""Mending refused rows: single cells in the browser, or all of them in the error workbook.

Mended rows are judged by the same readers, rules and questions as a file's, beside all other rows
of their batch; whoever shares a number or a name with one of them is judged once more with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Integer, cast, delete, insert, select
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.imports import error_rows
from app.imports.batch import facts_of
from app.imports.desk import TARGETS
from app.imports.preview import look
from app.imports.rejudging import rejudge
from app.imports.reviewing import choose_again, chosen_so_far, reviewed
from app.imports.target import Widen
from app.imports.typed import Cells, laid_over, packed, rows_as_typed
from app.models.import_batch import ImportBatch, ImportProblem, ImportRaw, ImportRow, Severity
from app.policies.audit import record

Typing = Mapping[int, Mapping[str, str]]  # row: field: text
MOST_TOLD = 50  # rows in the record of a deed


class Asked(NamedTuple):
    """With what rows are judged again: the revision of the preview that was seen, the day."""

    seen: int
    today: date
    widen: Widen


def amend(session: Session, batch_id: int, cells: Typing, asked: Asked) -> ImportBatch:
    """Type some cells of refused rows anew and judge these rows again; never commits.

    Raise `Stale` for another preview than was seen, `Refused` for a row that is not kept.
    """
    batch = reviewed(session, batch_id, asked.seen)
    held = rows_as_typed(session, batch_id, cells.keys())
    fields = {field for row in cells.values() for field in row}
    known = TARGETS[batch.template].spec.by_field.keys()
    lost = sorted(cells.keys() - held.keys())
    if lost or not fields <= known:
        raise Refused(Refusal("E-AMEND-ROW", {"row": lost[0] if lost else min(cells)}))
    laid = {row: laid_over(held[row], new) for row, new in cells.items()}
    _mend(session, batch, laid, asked)
    record(
        session, "import.amend", object_type="import_batch", object_id=batch.id,
        rows=sorted(cells)[:MOST_TOLD], fields=sorted(fields),
    )  # fmt: skip
    return batch


def rejoin(session: Session, batch_id: int, path: Path, asked: Asked) -> ImportBatch:
    """Put the rows of a corrected error workbook in the place of those it was made of.

    Raise `BadFile` for a workbook that cannot be read, `Refused` for one of another import.
    """
    batch = reviewed(session, batch_id, asked.seen)
    rows = error_rows.read(TARGETS[batch.template].spec, batch, path)
    kept = select(ImportRaw.row_no).where(ImportRaw.batch_id == batch_id)
    refused = select(ImportProblem.row_no).where(
        ImportProblem.batch_id == batch_id, ImportProblem.severity == Severity.ERROR
    )
    if rows.keys() - set(session.scalars(kept.union(refused))):
        raise Refused(Refusal("E-REJOIN-KEYS"))
    _mend(session, batch, rows, asked)
    record(session, "import.rejoin", object_type="import_batch", object_id=batch.id, rows=len(rows))
    return batch


def _mend(session: Session, batch: ImportBatch, laid: Mapping[int, Cells], asked: Asked) -> None:
    """Keep rows as they are typed now and judge them again."""
    _keep(session, batch.id, laid)
    if TARGETS[batch.template].lines is not ImportRow:  # judged as a whole: such files are small
        look(session, batch.id, asked.today, asked.widen)
        return
    choices = chosen_so_far(session, batch)
    rows = laid.keys() | _beside(session, batch.id, laid.keys())
    rejudge(session, batch, rows, facts_of(session, batch, asked.today), asked.widen)
    choose_again(session, batch, choices)
    batch.revision += 1
    session.flush()


def _keep(session: Session, batch_id: int, laid: Mapping[int, Cells]) -> None:
    mine = ImportRaw.batch_id == batch_id
    session.execute(delete(ImportRaw).where(mine, ImportRaw.row_no.in_(list(laid))))
    rows = [
        {"batch_id": batch_id, "row_no": row, "cells": packed(cells), "mended": True}
        for row, cells in laid.items()
    ]
    session.execute(insert(ImportRaw), rows)


def _beside(session: Session, batch_id: int, rows: Collection[int]) -> set[int]:
    """Return the rows in which something was found because of these rows."""
    other = cast(ImportProblem.params["other"].astext, Integer)
    asked = select(ImportProblem.row_no).where(
        ImportProblem.batch_id == batch_id, other.in_(list(rows))
    )
    return set(session.scalars(asked))
