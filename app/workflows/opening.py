"""Opening cases: the look-up of another school's pupil, and what a case remembers of its pupil.

A receiving school names a pupil it cannot see by exact name and number. "No such number" and
"another name" are answered alike, every look-up is audited, and nothing but what it typed comes
back (P09, roles.md 3.2 and 3.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.codes import masking
from app.errors import Refusal, Refused
from app.models.case import Registration, Transfer
from app.models.school import SchoolClass
from app.models.student import Student
from app.policies.scope import elevated
from app.policies.switches import setting
from app.workflows.desk import Act
from app.workflows.lookup import named, noted
from app.workflows.processes import REGISTRATION, TRANSFER
from app.workflows.tabs import tab_of


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a transfer leads and why: a class of the receiving school, and a reason."""

    to_class_id: int
    reason: str  # code table transfer_reason
    reason_text: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the receiving school asks for: a pupil by name and number, and a class of its own."""

    name: str
    number: str  # student number, present or former, or ID number
    to_class_id: int
    reason: str
    reason_text: str | None = None

    @property
    def aim(self) -> Aim:
        """Where to and why, without the pupil."""
        return Aim(self.to_class_id, self.reason, self.reason_text)


def open_transfer(session: Session, wish: Wish, act: Act, papers: Sequence[int] = ()) -> Transfer:
    """Open and submit a transfer to a class of the actor's school, or raise `Refused`."""
    room = room_of_aim(session, wish.aim, act)
    found = sought(session, wish.name, wish.number)
    if found is None:
        raise Refused(Refusal("E-NOTFOUND"))
    if found["school_id"] == act.actor.organisation_id:
        raise Refused(Refusal("E-SELFSCHOOL"))
    case = Transfer(
        student_id=found["student_id"],
        owner_id=found["school_id"],
        receiving_id=act.actor.organisation_id,
        to_grade_id=room.grade_id,
        to_class_id=room.id,
        reason=wish.reason,
        reason_text=wish.reason_text,
        pulls=setting(session, act.actor.path, "in_province_pull", act.today).is_on,
        snapshot=found["snapshot"] | {"to": place_of(room)},
    )
    TRANSFER.open(session, case, act, papers)
    return case


def room_of_aim(session: Session, aim: Aim, act: Act) -> SchoolClass:
    """Return the class a transfer leads to; raise `Refused` when it is not the actor's school's.

    "Other" is no reason without words.
    """
    room = session.get(SchoolClass, aim.to_class_id)
    if room is None or room.school_id != act.actor.organisation_id:
        raise Refused(Refusal("E-CLASS"))
    if aim.reason == "9" and not (aim.reason_text or "").strip():
        raise Refused(Refusal("E-REASON"))
    return room


def find_pupil(session: Session, name: str, number: str) -> dict[str, Any]:
    """Return a pupil's id, school and snapshot by exact name and number, or raise `Refused`.

    Recorded either way; a case that is opened at once is recorded as that and nothing else.
    """
    found = sought(session, name, number)
    noted(session, "pupil.search", found["student_id"] if found else None)
    if found is None:
        raise Refused(Refusal("E-NOTFOUND"))
    return found


def sought(session: Session, name: str, number: str) -> dict[str, Any] | None:
    """Return what `find_pupil` does, or None; writes nothing down, its caller does."""
    asked = select(Student).where(named(name, number)).limit(2)
    with elevated(session, "pupil.search"):
        found = [
            {"student_id": p.id, "school_id": p.school_id, "snapshot": snapshot(p)}
            for p in session.scalars(asked)
        ]
    return found[0] if len(found) == 1 else None


def open_registration(
    session: Session, pupil: Student, act: Act, papers: Sequence[int] = ()
) -> Registration:
    """Open and submit the registration of a pupil of the actor's school, or raise `Refused`."""
    case = Registration(
        student_id=pupil.id,
        owner_id=pupil.school_id,
        batch_id=pupil.import_batch_id,
        variant=tab_of(pupil).value,
        snapshot=snapshot(pupil),
    )
    REGISTRATION.open(session, case, act, papers)
    return case


def snapshot(pupil: Student) -> dict[str, Any]:
    """Return what both sides of a case may see of its pupil; the number is masked."""
    return {
        "name": pupil.name,
        "gender": pupil.gender,
        "number": masking.national_number(pupil.number) if pupil.number else None,
        "school": pupil.school.organisation.name,
        "status": pupil.status.value,
        "grade": pupil.grade.code,
        **place_of(pupil.school_class),
    }


def place_of(room: SchoolClass | None) -> dict[str, Any]:
    """Return the class a case names, for the side that cannot see the other school's classes."""
    if room is None:
        return {"class_number": None, "class_name": None}
    return {
        "grade": room.grade.code,
        "class_number": room.number,
        "class_name": room.name,
    }
