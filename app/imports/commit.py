"""Importing exactly what was reviewed: all of it, or nothing when the world has moved since.

One transaction and a handful of statements, whatever the size: preview rows become pupils who
wait for registration, their families with them. No enrolment yet: that begins when the school's
and the authority's offices have agreed (学籍注册).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.imports.batch import SPECS, forget, held, require
from app.imports.preview import aux_twice, count, entered
from app.imports.spec import Problem
from app.imports.staging import GUARDIAN_FIELDS, MADE, PUPIL_FIELDS, STAGED_KEY, make
from app.messages.catalogue import level_of
from app.models.import_batch import (
    BatchState,
    ImportBatch,
    ImportGuardian,
    ImportProblem,
    ImportRow,
    Severity,
    Verdict,
)
from app.models.school import ClassState, SchoolClass
from app.models.student import Guardian, Status, Student
from app.policies.audit import record
from app.workflows.admission import ONE_AT_A_TIME

PATIENCE = "10min"  # a large import of another school may be before us


def commit(session: Session, batch_id: int) -> ImportBatch:
    """Import a reviewed batch; when something changed since, give it back to be reviewed."""
    batch = held(session, batch_id)
    if batch.state is BatchState.COMMITTED:
        return batch
    require(batch, BatchState.COMMITTING, BatchState.PREVIEW)
    if batch.refused:
        raise Refused(Refusal("E-BATCH-REFUSED", {"count": batch.refused}))
    session.execute(select(func.set_config("lock_timeout", PATIENCE, True)))  # noqa: FBT003
    session.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    changed = list(_changed(session, batch))
    if changed:
        _give_back(session, batch, changed)
    else:
        _write(session, batch)
    session.flush()
    return batch


def _changed(session: Session, batch: ImportBatch) -> Iterator[Problem]:
    """Yield what stands in the way now and did not when the batch was reviewed."""
    spec = SPECS[batch.template]
    mine = ImportRow.batch_id == batch.id
    room = (
        select(SchoolClass.id)
        .where(
            SchoolClass.id == ImportRow.class_id,
            SchoolClass.school_id == batch.school_id,
            SchoolClass.grade_id == ImportRow.grade_id,
            SchoolClass.state == ClassState.IN_USE,
        )
        .exists()
    )
    heading = spec.by_field["class_number"].heading
    for row, number in session.execute(
        select(ImportRow.row_no, ImportRow.class_number).where(mine, ~room)
    ):
        yield Problem(row, heading, "E-REF", {}, number)
    make(session, STAGED_KEY)
    keys = select(ImportRow.row_no, ImportRow.id_digest).where(
        mine, ImportRow.id_digest.is_not(None)
    )
    session.execute(insert(STAGED_KEY).from_select(["row_no", "id_digest"], keys))
    yield from entered(session, spec, batch.school_id)
    numbers = session.execute(select(ImportRow.row_no, ImportRow.aux_number).where(mine)).all()
    yield from aux_twice(session, spec, batch.school_id, numbers)


def _give_back(session: Session, batch: ImportBatch, changed: list[Problem]) -> None:
    rows = {problem.row for problem in changed}
    session.execute(
        update(ImportRow)
        .where(ImportRow.batch_id == batch.id, ImportRow.row_no.in_(rows))
        .values(verdict=Verdict.REFUSED)
    )
    session.add_all(
        ImportProblem(
            batch_id=batch.id, row_no=p.row, heading=p.heading, code=p.code,
            severity=Severity(level_of(p.code).name), value=p.value, params=dict(p.params),
        )
        for p in changed
    )  # fmt: skip
    session.flush()
    count(session, batch)
    batch.state = BatchState.PREVIEW


def _write(session: Session, batch: ImportBatch) -> None:
    make(session, MADE)
    row, made = ImportRow.__table__, MADE.c
    ids = func.nextval(func.pg_get_serial_sequence("student", "id"))
    chosen = (
        select(row.c.row_no)
        .where(row.c.batch_id == batch.id, row.c.verdict == Verdict.NEW)
        .order_by(row.c.row_no)
        .subquery()
    )
    session.execute(insert(MADE).from_select(["row_no", "student_id"], select(chosen, ids)))
    pupils: dict[str, Any] = {
        "id": made.student_id, "school_id": literal(batch.school_id),
        "status": literal(Status.PENDING_REGISTRATION.name), "import_batch_id": literal(batch.id),
        **{name: row.c[name] for name in ("class_id", "grade_id", *PUPIL_FIELDS)},
    }  # fmt: skip
    _insert(session, Student, pupils, row, batch.id)
    member = ImportGuardian.__table__
    family = {name: member.c[name] for name in GUARDIAN_FIELDS}
    _insert(session, Guardian, {"student_id": made.student_id, **family}, member, batch.id)
    forget(session, batch.id, problems=False)  # the pupils carry the batch; no second copy stays
    batch.state, batch.committed_at = BatchState.COMMITTED, func.now()
    record(
        session, "import.commit", object_type="import_batch", object_id=batch.id, pupils=batch.new
    )


def _insert(
    session: Session, model: Any, columns: dict[str, Any], preview: Any, batch_id: int
) -> None:
    order = [preview.c.row_no, *(c for c in preview.c if c.name == "ordinal")]
    rows = (
        select(*columns.values())
        .join_from(preview, MADE, MADE.c.row_no == preview.c.row_no)
        .where(preview.c.batch_id == batch_id)
        .order_by(*order)
    )
    session.execute(insert(model.__table__).from_select(list(columns), rows))
