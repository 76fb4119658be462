"""Judging some rows of a batch once more: only these are read, staged and asked about."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Select, delete, or_, select, tuple_
from sqlalchemy.orm import Session

from app.imports import staging, typed
from app.imports.check import Block, Checker
from app.imports.desk import TARGETS
from app.imports.preview import count
from app.imports.rereading import typed_rows
from app.imports.spec import Facts, ImportSpec
from app.imports.staging import STAGED_KEY, STAGED_ROW
from app.imports.target import Widen
from app.imports.typed import Cells, Typed, in_order
from app.models.import_batch import (
    ImportBatch,
    ImportCell,
    ImportGuardian,
    ImportProblem,
    ImportRaw,
    ImportRow,
)

WHO = ("name", "gender", "birth_date")


def rejudge(
    session: Session, batch: ImportBatch, rows: Collection[int], facts: Facts, widen: Widen
) -> None:
    """Judge rows of a pupils' file again as they are kept, else as the file has them.

    With them those that share an ID number, a 辅号 or a name and birth date with one of them now.
    """
    target = TARGETS[batch.template]
    staging.make(session, *target.staged)
    held = Typed(target.spec)
    known = _stage(session, batch, set(rows), facts, held)
    others = _sharing(session, batch.id, rows)
    known |= _stage(session, batch, others, facts, held)
    staging.load_problems(session, list(target.judge(session, batch, facts, widen)))
    judged = {*rows, *others}
    mended = set(session.scalars(_raw(batch.id, judged).where(ImportRaw.mended)))
    for table in (ImportRow, ImportGuardian, ImportCell, ImportProblem, ImportRaw):
        session.execute(delete(table).where(table.batch_id == batch.id, table.row_no.in_(judged)))
    target.keep(session, batch)
    typed.keep(session, batch, held, known, mended)
    count(session, batch)
    batch.total = sum(
        (batch.new, batch.changed, batch.same, batch.likely, batch.elsewhere, batch.refused)
    )  # a row may have been emptied


def _stage(
    session: Session, batch: ImportBatch, rows: Collection[int], facts: Facts, held: Typed
) -> dict[int, Cells]:
    """Check and stage rows; return their cells as they were typed."""
    if not rows:
        return {}
    target = TARGETS[batch.template]
    known = typed_rows(session, batch, target.spec, rows)
    block = _checked(target.spec, facts, known)
    target.load(session, block, facts)
    held.add(block)
    return known


def _checked(spec: ImportSpec, facts: Facts, known: Mapping[int, Cells]) -> Block:
    """Check rows that do not stand below each other."""
    numbers = sorted(known)
    cells = [in_order(spec, known[number]) for number in numbers]
    columns = [list(column) for column in zip(*cells, strict=True)]
    block = Checker(spec, facts, frozenset()).check(0, columns)
    problems = [found._replace(row=numbers[found.row]) for found in block.problems]
    return block._replace(numbers=[numbers[at] for at in block.numbers], problems=problems)


def _sharing(session: Session, batch_id: int, rows: Collection[int]) -> set[int]:
    """Return the other rows of a batch that have a key of the staged rows."""
    row, raw, staged = ImportRow, ImportRaw, STAGED_ROW.c
    digests = select(STAGED_KEY.c.id_digest)
    aux = select(staged.aux_number).where(staged.aux_number.is_not(None))
    people = select(*(staged[name] for name in WHO))
    same = or_(
        row.id_digest.in_(digests),
        row.aux_number.in_(aux),
        tuple_(*(getattr(row, name) for name in WHO)).in_(people),
    )
    rest = (row.batch_id == batch_id, row.row_no.not_in(rows), same)
    found = set(session.scalars(select(row.row_no).where(*rest)))
    refused = (raw.batch_id == batch_id, raw.row_no.not_in(rows), raw.id_digest.in_(digests))
    return found | set(session.scalars(select(raw.row_no).where(*refused)))


def _raw(batch_id: int, rows: Collection[int]) -> Select[int]:
    return select(ImportRaw.row_no).where(
        ImportRaw.batch_id == batch_id, ImportRaw.row_no.in_(rows)
    )
