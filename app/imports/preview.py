"""The look before the leap: read the workbook, stage it, ask the registry, count.

The whole look is one transaction: a preview is there as a whole or not at all, and looking again
gives the same. Whether a number is registered anywhere is asked with the caller's ``widen``,
because a school does not see the others; the answer says only that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, case, func, insert, literal, select, text
from sqlalchemy.orm import Session

from app.errors import BadFile
from app.imports import sandbox, staging
from app.imports.batch import OPEN, SPECS, facts_of, forget, held
from app.imports.check import checked
from app.imports.spec import ImportSpec, Problem
from app.imports.staging import STAGED_GUARDIAN, STAGED_KEY, STAGED_PROBLEM, STAGED_ROW
from app.models.import_batch import (
    BatchState,
    ImportBatch,
    ImportGuardian,
    ImportProblem,
    ImportRow,
    Severity,
    Verdict,
)
from app.models.school import School
from app.models.student import Status, Student
from app.storage.sealed_files import Folder, opened
from app.workflows.aux_once import FIELD, taken

Widen = Callable[[Session], AbstractContextManager[None]]
Told = Callable[[int, int], None]  # rows read, rows there are
KEY = "id_number"


def look(
    session: Session, batch_id: int, today: date, widen: Widen, told: Told | None = None
) -> ImportBatch:
    """Check a batch and make its preview; a file that cannot be read fails the batch."""
    batch = held(session, batch_id)
    if batch.state not in OPEN:
        return batch
    forget(session, batch_id, problems=True)
    staging.make(session, *staging.STAGED)
    try:
        batch.total = _stage(session, batch, today, told)
    except BadFile as bad:
        refusal = bad.refusals[0]
        batch.state = BatchState.FAILED
        batch.failure = {"code": refusal.code, "params": dict(refusal.params)}
        batch.total = batch.new = batch.refused = batch.warned = 0
    else:
        staging.load_problems(
            session, _doubles(session, SPECS[batch.template], batch.school_id, widen)
        )
        _keep(session, batch_id)
        count(session, batch)
        batch.state, batch.failure = BatchState.PREVIEW, None
    batch.checked_at = func.now()
    session.flush()
    return batch


def _stage(session: Session, batch: ImportBatch, today: date, told: Told | None) -> int:
    spec, facts, rows = SPECS[batch.template], facts_of(session, batch, today), 0
    with opened(Folder.IMPORTS, batch.sha256) as path, sandbox.opened(path, spec.sheet) as sheet:
        for block in checked(spec, sheet, facts):
            staging.load(session, block, facts)
            rows += len(block.numbers)
            if told is not None:
                told(rows, sheet.rows)
    return rows


# ── numbers that are there twice ─────────────────────────────────────────────────────────


def _doubles(session: Session, spec: ImportSpec, school_id: int, widen: Widen) -> list[Problem]:
    """Return ID numbers that stand in the file or at the school already, or at another school."""
    there = entered(session, spec, school_id)
    known = {problem.row for problem in there}
    heading = spec.by_field[KEY].heading
    twice = session.execute(_twice_in_file())
    beside = [
        Problem(row, heading, "E-DUP", {"where": "hint.same_row", "other": other}, None)
        for row, other in twice
        if row not in known
    ]
    taken = {problem.row for problem in (*there, *beside)}
    elsewhere = [p for p in registered(session, spec, school_id, widen) if p.row not in taken]
    rows = session.execute(select(STAGED_ROW.c.row_no, STAGED_ROW.c.aux_number)).all()
    return [*there, *beside, *elsewhere, *aux_twice(session, spec, school_id, rows)]


def aux_twice(
    session: Session, spec: ImportSpec, school_id: int, rows: Iterable[Row[int, str | None]]
) -> list[Problem]:
    """Return the rows whose 辅号 stands in an earlier row, or is somebody's of the province."""
    said = {row: number for row, number in sorted(rows) if number}
    path = session.scalars(select(School.owner_path).where(School.id == school_id)).one()
    held = taken(session, path, set(said.values()))
    heading = spec.by_field[FIELD].heading
    first: dict[str, int] = {}
    found = []
    for row, number in said.items():
        other = first.setdefault(number, row)
        if number in held:
            found.append(Problem(row, heading, "E-DUP", {"where": "hint.aux_taken"}, None))
        elif other != row:
            told = {"where": "hint.same_row", "other": other}
            found.append(Problem(row, heading, "E-DUP", told, None))
    return found


def entered(session: Session, spec: ImportSpec, school_id: int) -> list[Problem]:
    """Return what is refused because the school has a record with a staged key."""
    session.execute(text("ANALYZE staged_key"))  # or the planner reads the whole registry
    rows = session.scalars(_held().where(Student.school_id == school_id)).all()
    heading = spec.by_field[KEY].heading
    return [Problem(row, heading, "E-DUP", {"where": "hint.registered"}, None) for row in rows]


def registered(session: Session, spec: ImportSpec, school_id: int, widen: Widen) -> list[Problem]:
    """Return what another school holds: no reason to refuse, and a problem record after (P04)."""
    with widen(session):
        rows = session.scalars(_held().where(Student.school_id != school_id)).all()
    heading = spec.by_field[KEY].heading
    return [Problem(row, heading, "W-DUP", {}, None) for row in rows]


def _held() -> Select[int]:
    """Return the query of rows whose staged key the registry has."""
    same = Student.id_digest == STAGED_KEY.c.id_digest
    held = select(STAGED_KEY.c.row_no).distinct().join(Student, same)
    return held.where(Student.status != Status.DELETED)


def _twice_in_file() -> Any:
    row, key = STAGED_KEY.c.row_no, STAGED_KEY.c.id_digest
    first = func.first_value(row).over(partition_by=key, order_by=row)
    after = func.lead(row).over(partition_by=key, order_by=row)
    other = case((first == row, after), else_=first)
    pairs = select(row.label("row_no"), other.label("other")).subquery()
    return select(pairs.c.row_no, pairs.c.other).where(pairs.c.other.is_not(None))


# ── from the temporary tables to the preview ─────────────────────────────────────────────


def _keep(session: Session, batch_id: int) -> None:
    """Copy what was staged into the typed preview; the database derives whose it is."""
    refused = (
        select(STAGED_PROBLEM.c.row_no)
        .where(STAGED_PROBLEM.c.severity == Severity.ERROR)
        .scalar_subquery()
    )
    verdict = case((STAGED_ROW.c.row_no.in_(refused), Verdict.REFUSED.name), else_=Verdict.NEW.name)
    _copy(session, ImportRow, STAGED_ROW, batch_id, verdict=verdict)
    _copy(session, ImportGuardian, STAGED_GUARDIAN, batch_id)
    _copy(session, ImportProblem, STAGED_PROBLEM, batch_id)


def _copy(session: Session, model: Any, staged: Any, batch_id: int, **more: Any) -> None:
    columns = {column.name: column for column in staged.c}
    columns |= {"batch_id": literal(batch_id), **more}
    rows = select(*columns.values()).select_from(staged)
    session.execute(insert(model.__table__).from_select(list(columns), rows))


def count(session: Session, batch: ImportBatch) -> None:
    """Write the batch's figures, in rows."""
    rows = func.count(ImportProblem.row_no.distinct())
    found = session.execute(
        select(
            rows.filter(ImportProblem.severity == Severity.ERROR),
            rows.filter(ImportProblem.severity == Severity.WARNING),
        ).where(ImportProblem.batch_id == batch.id)
    ).one()
    batch.refused, batch.warned = found
    batch.new = batch.total - batch.refused
