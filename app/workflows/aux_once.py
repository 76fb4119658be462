"""学籍辅号, once in a province: asked before one is written; the database has the last word."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ARRAY, Text, any_, cast, func, not_, select
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.models.student import Status, Student
from app.policies.scope import asking
from app.workflows.identity import among

FIELD = "aux_number"
LATER = "SET CONSTRAINTS student_aux_number DEFERRED"  # what a form holds is told in words first


def taken(
    session: Session, path: str, numbers: Collection[str], but: Collection[int] = ()
) -> frozenset[str]:
    """Return which of these numbers somebody else of a path's province has."""
    if not numbers:
        return frozenset()
    asked = select(Student.aux_number).where(
        Student.aux_number == any_(cast(list(numbers), ARRAY(Text))),
        func.split_part(Student.owner_path, "/", 2) == path.split("/")[1],
        Student.status != Status.DELETED,
        not_(among(Student.id, but)),
    )
    with asking(session, "aux.ask"):
        return frozenset(number for number in session.scalars(asked) if number)


def insist_free(session: Session, path: str, number: str | None, but: int | None = None) -> None:
    """Raise `Refused` when somebody else of the province has the number that was typed."""
    session.connection().exec_driver_sql(LATER)
    if number and taken(session, path, (number,), () if but is None else (but,)):
        raise Refused(Refusal("E-AUX-TAKEN", {"field": FIELD}))
