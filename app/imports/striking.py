"""Taking entered pupils back: new records are struck, changed cells get what they held before.

A record is struck as a registrar strikes one made by mistake (P02): it stays in the registry as
deleted, with its family. What the house itself noted of it (a problem found, a check) is no edit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Row, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from app.imports.cellwise import ROOM, Cells, cells_of, put
from app.imports.chosen import MADE_OF
from app.imports.target import Fate, Undo
from app.imports.values import text_of
from app.models.audit import RowHistory
from app.models.case import Case
from app.models.import_batch import ImportBatch, ImportLine, Outcome, Verdict
from app.models.school import SchoolClass
from app.models.sealed import KEYS
from app.models.student import Guardian, ProblemFlag, Status, Student
from app.workflows.admission import is_entered
from app.workflows.aux_once import FIELD, taken
from app.workflows.controlled import locked
from app.workflows.identity import among
from app.workflows.submitting import strike_all

OURS = ("problem_flag", "verification", "verified_on", "number_stuck")  # noted by the house itself


def hold(session: Session, batch: ImportBatch, rows: Collection[int]) -> None:
    """Lock the pupils of these rows."""
    mine = session.scalars(_targets(batch, rows)).all()
    asked = select(Student.id).where(among(Student.id, mine)).order_by(Student.id)
    session.execute(asked.with_for_update())


def fates(
    session: Session, batch: ImportBatch, rows: Collection[int], today: date
) -> Iterator[Fate]:
    """Yield what an undo would do with each of these rows."""
    found = session.execute(_standing(batch, rows)).all()
    made = [one for one in found if one.verdict in MADE_OF]
    yield from (_of_new(batch, one) for one in made)
    changed = [one for one in found if one.verdict is Verdict.CHANGED]
    if changed:
        yield from _of_changed(session, batch, changed, today)


def reverse(session: Session, batch: ImportBatch, rows: Collection[int]) -> None:
    """Strike the new pupils of these rows; put back what the changed ones held before."""
    new = _targets(batch, rows).where(ImportLine.verdict.in_(MADE_OF))
    struck = session.scalars(new.order_by(ImportLine.target_id)).all()
    if struck:
        strike_all(session, [one for one in struck if one is not None])
    put(session, Student, batch, "before", rows)


def _targets(batch: ImportBatch, rows: Collection[int]) -> Select[Any]:
    line = ImportLine
    return select(line.target_id).where(line.batch_id == batch.id, among(line.row_no, rows))


def _standing(batch: ImportBatch, rows: Collection[int]) -> Any:
    """Return the query of how the pupils of written rows stand now."""
    line, past, kin = ImportLine, RowHistory, Guardian
    edit = past.before.op("-")(cast(list(OURS), ARRAY(Text))) != func.jsonb_build_object()
    edits = select(past.actor).where(past.student_id == Student.id, edit)
    added = select(kin.created_by).where(
        kin.student_id == Student.id, kin.created_at > batch.committed_at
    )
    cases = select(Case.id).where(Case.student_id == Student.id)
    busy = cases.where(Case.closed_at.is_(None), Case.state != "RETURNED")
    return (
        select(
            line.row_no, line.verdict, line.target_id, Student.school_id, Student.status,
            Student.owner_path, Student.problem_flag, Student.number_kind,
            cases.exists().label("had_case"), busy.exists().label("has_case"),
            (edits.exists() | added.exists()).label("is_edited"),
            func.coalesce(
                edits.order_by(past.id.desc()).limit(1).scalar_subquery(),
                added.order_by(kin.id.desc()).limit(1).scalar_subquery(),
            ).label("by"),
        )
        .outerjoin(Student, Student.id == line.target_id)
        .where(line.batch_id == batch.id, among(line.row_no, rows))
    )  # fmt: skip


def _of_new(batch: ImportBatch, one: Row[Any]) -> Fate:
    reasons = {
        "U-GONE": one.school_id != batch.school_id or one.status is Status.DELETED,
        "U-REGISTERED": one.status is not Status.PENDING_REGISTRATION,
        "U-CASE": one.had_case,
        "U-PROBLEM": one.problem_flag is ProblemFlag.IN_PROCESS,
        "U-NUMBER": one.number_kind is not None,
    }
    if why := next((code for code, stuck in reasons.items() if stuck), None):
        return Fate(one.row_no, Outcome.STUCK, why)
    if one.is_edited:
        return Fate(one.row_no, Outcome.KEPT, "U-EDITED", one.by)
    return Fate(one.row_no, Outcome.REVERSED)


# ── changed pupils ───────────────────────────────────────────────────────────────────────


def _of_changed(
    session: Session, batch: ImportBatch, found: list[Row[Any]], today: date
) -> Iterator[Fate]:
    rows = [one.row_no for one in found]
    before = cells_of(session, batch.id, "before", rows)
    after = cells_of(session, batch.id, "after", rows)
    now = _now(session, {field for cells in after.values() for field in cells}, after)
    path = next((one.owner_path for one in found if one.owner_path), "")
    bound = locked(session, path, today) if path else frozenset[str]()
    numbers = {cells[FIELD] or "" for cells in before.values() if FIELD in cells} - {""}
    lost = taken(session, path, numbers, list(before)) if numbers else frozenset[str]()
    for one in found:
        cells = before.get(one.target_id, {})
        if why := _stuck(batch, one, bound & cells.keys()):
            yield Fate(one.row_no, Outcome.STUCK, why)
        elif now.get(one.target_id) != after.get(one.target_id):
            by = _who(session, batch, one.target_id, cells.keys())
            yield Fate(one.row_no, Outcome.KEPT, "U-EDITED", by)
        elif cells.get(FIELD) in lost or _is_taken(session, batch, one.target_id, cells):
            yield Fate(one.row_no, Outcome.STUCK, "U-TAKEN")
        else:
            yield Fate(one.row_no, Outcome.REVERSED)


def _stuck(batch: ImportBatch, one: Row[Any], bound: Collection[str]) -> str:
    if one.school_id != batch.school_id or one.status is Status.DELETED:
        return "U-GONE"
    if bound and one.status is not Status.PENDING_REGISTRATION:
        return "U-REGISTERED"  # what is controlled changes by a case from then on
    return "U-CASE" if one.has_case else ""


def _now(session: Session, fields: set[str], wanted: dict[int, Cells]) -> dict[int, Cells]:
    """Return what the records hold now, in the same cells."""
    columns = [Student.__table__.c[field] for field in fields - {ROOM}]
    asked = select(Student.id, SchoolClass.number.label(ROOM), *columns).outerjoin(
        SchoolClass, SchoolClass.id == Student.class_id
    )
    found = session.execute(asked.where(among(Student.id, wanted))).mappings()
    return {
        row["id"]: {field: text_of(row[field]) or None for field in wanted[row["id"]]}
        for row in found
    }


def _who(
    session: Session, batch: ImportBatch, student_id: int, fields: Collection[str]
) -> int | None:
    """Return who was the last to write one of these fields of a pupil after the import."""
    past = RowHistory
    names = cast(["class_id" if field == ROOM else field for field in fields], ARRAY(Text))
    found = select(past.actor).where(
        past.student_id == student_id,
        past.table_name == Student.__tablename__,
        past.at > batch.committed_at,
        past.before.op("?|")(names),
    )
    return session.scalar(found.order_by(past.id.desc()).limit(1))


def _is_taken(session: Session, batch: ImportBatch, student_id: int, cells: Cells) -> bool:
    """Tell whether another record of the school has the ID number that would come back."""
    number = cells.get("id_number")
    if not number:
        return False
    return is_entered(session, batch.school_id, KEYS.digest(number), student_id)


STRIKING = Undo(hold, fates, reverse)
