"""全国查询: a pupil nobody here sees, by exact name and number (roles.md 3.4).

"No such number" and "another name" are one question to the database and one answer. Whoever opens
a transfer asks the same way (`app.workflows.opening`) and gets what a case needs; everybody else
gets the status and the school, and nothing that was not typed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.models.organisation import Organisation
from app.models.sealed import KEYS
from app.models.student import NumberHistory, Status, Student
from app.policies.audit import record
from app.policies.scope import elevated

DEED = "pupil.lookup"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a look-up tells; the id is for the ledger and for those who see the pupil anyway."""

    student_id: int
    status: Status
    school: str


def look_up(session: Session, name: str, number: str) -> Answer | None:
    """Return the one pupil of exactly this name and number, or None; recorded either way."""
    asked = (
        select(Student.id, Student.status, Organisation.name)
        .join(Organisation, Organisation.id == Student.school_id)
        .where(named(name, number))
        .limit(2)
    )
    with elevated(session, DEED):
        found = session.execute(asked).all()
    answer = Answer(*found[0]) if len(found) == 1 else None
    noted(session, DEED, answer.student_id if answer else None)
    return answer


def noted(session: Session, deed: str, student_id: int | None) -> None:
    """Write a look-up down: found or not, and whom, never what was typed."""
    thing = "student" if student_id else None
    record(session, deed, object_type=thing, object_id=student_id, hit=student_id is not None)


def named(name: str, number: str) -> ColumnElement[bool]:
    """Return the condition for a pupil of exactly this name and number, present or former."""
    digest = KEYS.digest(normal(number))
    former = select(NumberHistory.student_id).where(NumberHistory.number_digest == digest)
    return and_(
        Student.name == normal(name),
        or_(
            Student.number_digest == digest,
            Student.id_digest == digest,
            Student.id.in_(former),
        ),
    )


def normal(text: str) -> str:
    """Return a name or number as the registry writes it: NFKC, no blanks, capitals."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
