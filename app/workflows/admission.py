"""登记: making the record of a pupil who waits for registration (P02), one at a time.

Imports write many at once (`app.imports.commit`); both compare numbers under one lock, so that a
school does not enter the same child twice. A child that another school holds is entered all the
same: the duplicate check makes a problem of both records (P04).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.models.school import SchoolClass
from app.models.sealed import KEYS
from app.models.student import Guardian, Status, Student
from app.policies.audit import record
from app.policies.scope import elevated
from app.workflows.aux_once import insist_free
from app.workflows.identity import spell

ONE_AT_A_TIME = 0x1A9  # key of the lock under which numbers are compared and taken


def admit(
    session: Session,
    room: SchoolClass,
    facts: Mapping[str, Any],
    family: Sequence[Mapping[str, Any]],
) -> Student:
    """Make the record of a pupil of a class, or raise `Refused` when the school has the number."""
    digest = KEYS.digest(facts["id_number"]) if facts["id_number"] else None
    if digest is not None:
        session.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        if is_entered(session, room.school_id, digest):
            raise Refused(Refusal("E-DUP", {"where": "hint.registered"}))
    insist_free(session, room.owner_path, facts.get("aux_number"))
    pupil = Student(
        school_id=room.school_id,
        grade_id=room.grade_id,
        class_id=room.id,
        status=Status.PENDING_REGISTRATION,
        id_digest=digest,
        **facts,
    )
    spell(pupil)
    session.add(pupil)
    session.flush()
    session.add_all(Guardian(student_id=pupil.id, **member) for member in family)
    record(session, "student.added", object_type="student", object_id=pupil.id)
    session.flush()
    return pupil


def is_entered(session: Session, school_id: int, digest: bytes, but: int | None = None) -> bool:
    """Tell whether a school has a record with this ID number, but for the one with id ``but``."""
    held = select(Student.id).where(
        Student.school_id == school_id,
        Student.id_digest == digest,
        Student.status != Status.DELETED,
        Student.id.is_distinct_from(but),
    )
    with elevated(session, "pupil.number"):  # a teacher does not see the other classes
        return bool(session.scalar(select(held.exists())))
