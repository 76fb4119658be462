"""登记: making the record of a pupil who waits for registration (P02), one at a time.

Imports write many at once (`app.imports.commit`); both compare numbers under one lock, so the
same child cannot be registered twice by two schools at the same moment.
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

ONE_AT_A_TIME = 0x1A9  # key of the lock under which numbers are compared and taken


def admit(
    session: Session,
    room: SchoolClass,
    facts: Mapping[str, Any],
    family: Sequence[Mapping[str, Any]],
) -> Student:
    """Make the record of a pupil of a class, or raise `Refused` when the number is registered."""
    digest = KEYS.digest(facts["id_number"]) if facts["id_number"] else None
    if digest is not None:
        session.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        if is_registered(session, digest):
            raise Refused(Refusal("E-DUP", {"where": "hint.registered"}))
    pupil = Student(
        school_id=room.school_id,
        grade_id=room.grade_id,
        class_id=room.id,
        status=Status.PENDING_REGISTRATION,
        id_digest=digest,
        **facts,
    )
    session.add(pupil)
    session.flush()
    session.add_all(Guardian(student_id=pupil.id, **member) for member in family)
    record(session, "student.added", object_type="student", object_id=pupil.id)
    session.flush()
    return pupil


def is_registered(session: Session, digest: bytes) -> bool:
    """Tell whether any school of the country holds this ID number, and nothing else about it."""
    held = select(Student.id).where(Student.id_digest == digest, Student.status != Status.DELETED)
    with elevated(session, "pupil.number"):
        return bool(session.scalar(select(held.exists())))
