"""Entering reviewed pupils: what moved since the look, then pupils with their families.

A handful of statements, whatever the size. No enrolment yet: that begins when the school's and the
authority's offices have agreed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from app.imports.spec import Problem
from app.imports.staging import GUARDIAN_FIELDS, MADE, PUPIL_FIELDS, STAGED_KEY, make
from app.imports.students import SPEC
from app.imports.twice import aux_twice, entered
from app.models.import_batch import ImportBatch, ImportGuardian, ImportLine, ImportRow, Verdict
from app.models.school import ClassState, SchoolClass
from app.models.student import Guardian, Status, Student
from app.workflows.admission import ONE_AT_A_TIME

PATIENCE = "10min"  # a large import of another school may be before us


def changed(session: Session, batch: ImportBatch) -> Iterator[Problem]:
    """Yield what stands in the way now and did not when the batch was reviewed.

    From here to the end of the transaction nobody else enters pupils.
    """
    session.execute(select(func.set_config("lock_timeout", PATIENCE, True)))  # noqa: FBT003
    session.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
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
    heading = SPEC.by_field["class_number"].heading
    for row, number in session.execute(
        select(ImportRow.row_no, ImportRow.class_number).where(mine, ~room)
    ):
        yield Problem(row, heading, "E-REF", {}, number)
    make(session, STAGED_KEY)
    keys = select(ImportRow.row_no, ImportRow.id_digest).where(
        mine, ImportRow.id_digest.is_not(None)
    )
    session.execute(insert(STAGED_KEY).from_select(["row_no", "id_digest"], keys))
    yield from entered(session, SPEC, batch.school_id)
    numbers = session.execute(select(ImportRow.row_no, ImportRow.aux_number).where(mine)).all()
    yield from aux_twice(session, SPEC, batch.school_id, numbers)


def write(session: Session, batch: ImportBatch) -> None:
    """Make pupils of the preview's rows, with their families."""
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
    _lines(session, batch)


def _lines(session: Session, batch: ImportBatch) -> None:
    """Leave behind which row became which pupil."""
    row, made = ImportRow.__table__, MADE.c
    columns = {
        "batch_id": row.c.batch_id, "row_no": row.c.row_no, "verdict": row.c.verdict,
        "target_id": made.student_id, "target_version": literal(1), "taken": row.c.taken,
    }  # fmt: skip
    rows = (
        select(*columns.values())
        .join_from(row, MADE, made.row_no == row.c.row_no)
        .where(row.c.batch_id == batch.id)
    )
    session.execute(insert(ImportLine).from_select(list(columns), rows))


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
