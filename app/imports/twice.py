"""Numbers that are there twice: in the file, at the school, at another school, in the province.

Whether a number is registered anywhere is asked with the caller's ``widen``, because a school does
not see the others; the answer says only that it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Row, Select, case, func, select, text
from sqlalchemy.orm import Session

from app.imports.matching import STAGED_MATCH
from app.imports.spec import ImportSpec, Problem
from app.imports.staging import STAGED_KEY, STAGED_ROW
from app.imports.target import Widen
from app.models.school import School
from app.models.student import Status, Student
from app.workflows.aux_once import FIELD, taken

KEY = "id_number"


def doubles(session: Session, spec: ImportSpec, school_id: int, widen: Widen) -> list[Problem]:
    """Return ID numbers that stand in the file already, or at another school.

    A record of one's own school is no double: the row is about it (`app.imports.matching`).
    """
    own = dict(session.execute(select(STAGED_MATCH.c.row_no, STAGED_MATCH.c.target_id)).all())
    heading = spec.by_field[KEY].heading
    beside = [
        Problem(row, heading, "E-DUP", {"where": "hint.same_row", "other": other}, None)
        for row, other in session.execute(_twice_in_file())
    ]
    known = {*own, *(problem.row for problem in beside)}
    elsewhere = [p for p in registered(session, spec, school_id, widen) if p.row not in known]
    rows = session.execute(select(STAGED_ROW.c.row_no, STAGED_ROW.c.aux_number)).all()
    theirs = {own[row] for row, number in rows if number and row in own}
    return [*beside, *elsewhere, *aux_twice(session, spec, school_id, rows, theirs)]


def aux_twice(
    session: Session,
    spec: ImportSpec,
    school_id: int,
    rows: Iterable[Row[int, str | None]],
    own: Collection[int] = (),
) -> list[Problem]:
    """Return the rows whose 辅号 stands in an earlier row, or is somebody's of the province.

    The pupils ``own`` get theirs from the file, so that they may exchange them.
    """
    said = {row: number for row, number in sorted(rows) if number}
    path = session.scalars(select(School.owner_path).where(School.id == school_id)).one()
    held = taken(session, path, set(said.values()), own)
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
