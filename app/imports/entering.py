"""Entering reviewed pupils: what moved since the look, then pupils with their families.

A handful of statements, whatever the size. No enrolment yet: that begins when the school's and the
authority's offices have agreed. A pupil that is there already gets the cells that differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, insert, literal, or_, select, tuple_, update
from sqlalchemy.orm import Session

from app.imports.cellwise import put
from app.imports.chosen import amended, chosen, made
from app.imports.spec import Problem
from app.imports.staging import GUARDIAN_FIELDS, MADE, PUPIL_FIELDS, STAGED_KEY, make
from app.imports.students import SPEC
from app.imports.twice import aux_twice, entered
from app.models.case import Case
from app.models.import_batch import (
    ImportBatch,
    ImportCell,
    ImportGuardian,
    ImportLine,
    ImportRow,
)
from app.models.school import ClassState, School, SchoolClass
from app.models.student import Guardian, Status, Student
from app.workflows.admission import ONE_AT_A_TIME
from app.workflows.aux_once import FIELD, taken
from app.workflows.identity import among

SORTING = ("enable_sort", "enable_hashjoin")
PATIENCE = "10min"  # a large import of another school may be before us


def changed(session: Session, batch: ImportBatch) -> Iterator[Problem]:
    """Yield what stands in the way now and did not when the batch was reviewed.

    From here to the end of the transaction nobody else enters pupils.
    """
    session.execute(select(func.set_config("lock_timeout", PATIENCE, True)))  # noqa: FBT003
    session.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    yield from moved(session, batch, ImportRow)
    rooms = select(SchoolClass.id, SchoolClass.grade_id).where(
        SchoolClass.school_id == batch.school_id, SchoolClass.state == ClassState.IN_USE
    )
    place = tuple_(ImportRow.class_id, ImportRow.grade_id)  # asked for all rows at once: a hash
    lost = func.coalesce(place.in_(rooms), False).is_(False)
    heading = SPEC.by_field["class_number"].heading
    for row, number in session.execute(
        select(ImportRow.row_no, ImportRow.class_number).where(chosen(ImportRow, batch.id), lost)
    ):
        yield Problem(row, heading, "E-REF", {}, number)
    yield from _numbers(session, batch)


def moved(session: Session, batch: ImportBatch, lines: Any) -> Iterator[Problem]:
    """Yield the rows whose pupil is not what it was at the look; the pupils stay so from here on.

    A pupil with business in progress stays as it is until that ends (W10).
    """
    wanted = session.scalars(select(lines.target_id).where(amended(lines, batch.id))).all()
    if not wanted:
        return
    hold = select(Student.id).where(among(Student.id, wanted)).order_by(Student.id)
    session.execute(hold.with_for_update())
    busy = select(Case.id).where(
        Case.student_id == lines.target_id, Case.closed_at.is_(None), Case.state != "RETURNED"
    )
    asked = (
        select(lines.row_no, busy.exists())
        .outerjoin(Student, Student.id == lines.target_id)
        .where(
            amended(lines, batch.id),
            or_(
                Student.row_version.is_distinct_from(lines.target_version),
                Student.school_id != batch.school_id,
                busy.exists(),
            ),
        )
        .order_by(lines.row_no)
    )
    heading = SPEC.by_field["name"].heading
    for row, is_busy in session.execute(asked):
        yield Problem(row, heading, "E-LOCK" if is_busy else "E-MOVED", {}, None)


def _numbers(session: Session, batch: ImportBatch) -> Iterator[Problem]:
    """Yield the rows whose ID number or 辅号 somebody else has by now."""
    make(session, STAGED_KEY)
    mine = made(ImportRow, batch.id)
    keys = select(ImportRow.row_no, ImportRow.id_digest).where(
        mine, ImportRow.id_digest.is_not(None)
    )
    session.execute(insert(STAGED_KEY).from_select(["row_no", "id_digest"], keys))
    yield from entered(session, SPEC, batch.school_id)
    numbers = select(ImportRow.row_no, ImportRow.aux_number).where(
        mine, ImportRow.aux_number.is_not(None)
    )
    yield from aux_twice(session, SPEC, batch.school_id, session.execute(numbers).all())
    yield from swapped(session, batch, ImportRow)


def swapped(session: Session, batch: ImportBatch, lines: Any) -> Iterator[Problem]:
    """Yield the rows that give a pupil the 辅号 of somebody who is not changed by this import."""
    cell = ImportCell
    asked = (
        select(lines.row_no, lines.target_id, cell.after)
        .join(cell, (cell.batch_id == lines.batch_id) & (cell.row_no == lines.row_no))
        .where(amended(lines, batch.id), cell.field == FIELD, cell.after.is_not(None))
    )
    given = session.execute(asked).all()
    path = session.scalars(select(School.owner_path).where(School.id == batch.school_id)).one()
    held = taken(session, path, {row.after for row in given}, [row.target_id for row in given])
    heading = SPEC.by_field[FIELD].heading
    for row, _, number in given:
        if number in held:
            yield Problem(row, heading, "E-DUP", {"where": "hint.aux_taken"}, None)


def write(session: Session, batch: ImportBatch) -> None:
    """Make pupils of the preview's rows, with their families, and change those that are there."""
    make(session, MADE)
    row = ImportRow.__table__
    sequence = select(func.pg_get_serial_sequence("student", "id")).scalar_subquery()
    ids = func.nextval(sequence)  # its name is asked for once
    fresh = select(row.c.row_no).where(made(ImportRow, batch.id)).order_by(row.c.row_no).subquery()
    session.execute(insert(MADE).from_select(["row_no", "student_id"], select(fresh, ids)))
    _by_row(session, "off")
    pupils: dict[str, Any] = {
        "id": MADE.c.student_id, "school_id": literal(batch.school_id),
        "owner_path": literal(batch.owner_path),
        "status": literal(Status.PENDING_REGISTRATION.name), "import_batch_id": literal(batch.id),
        **{name: row.c[name] for name in ("class_id", "grade_id", *PUPIL_FIELDS)},
    }  # fmt: skip
    _insert(session, Student, pupils, row, batch.id)
    member = ImportGuardian.__table__
    family = {"student_id": MADE.c.student_id, "owner_path": literal(batch.owner_path)}
    family |= {name: member.c[name] for name in GUARDIAN_FIELDS}
    _insert(session, Guardian, family, member, batch.id)
    _lines(session, batch)
    _by_row(session, "on")
    there = select(ImportLine.id).where(amended(ImportLine, batch.id))
    if session.scalar(select(there.exists())):
        put(session, Student, batch, "after")
        note_versions(session, batch.id)


def _by_row(session: Session, sorting: str) -> None:
    """Let rows be joined in the order they lie in, or as the planner likes it again.

    The planner does not know how many came a moment ago; it would hash and sort them on disk.
    """
    session.execute(select(*(func.set_config(name, sorting, True) for name in SORTING)))  # noqa: FBT003


def _lines(session: Session, batch: ImportBatch) -> None:
    """Leave behind which row became, or changed, which pupil."""
    row = ImportRow.__table__
    columns = {
        "batch_id": row.c.batch_id, "owner_path": literal(batch.owner_path),
        "row_no": row.c.row_no, "verdict": row.c.verdict,
        "target_id": func.coalesce(MADE.c.student_id, row.c.target_id),
        "target_version": literal(1), "taken": row.c.taken,
    }  # fmt: skip
    rows = (
        select(*columns.values())
        .join_from(row, MADE, MADE.c.row_no == row.c.row_no, isouter=True)
        .where(chosen(ImportRow, batch.id))
    )
    session.execute(insert(ImportLine).from_select(list(columns), rows))


def note_versions(session: Session, batch_id: int) -> None:
    """Write down the version that the changed pupils of an import have now."""
    session.execute(
        update(ImportLine)
        .where(amended(ImportLine, batch_id), Student.id == ImportLine.target_id)
        .values(target_version=Student.row_version)
        .execution_options(synchronize_session=False)
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
