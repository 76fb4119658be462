"""学生调班: pupils go to another class of their grade; no approval, all of them or none (P08).

Who sits where is the school's own affair: its registrar does it, and a class teacher who was given
it does it for the pupils of the own classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound, Refusal, Refused, refuse_unless
from app.models.case import Case
from app.models.school import SchoolClass
from app.models.student import Student
from app.policies.audit import record
from app.policies.scope import elevated
from app.workflows.desk import Act
from app.workflows.seats import SEATED, Room, room_of, takes_pupils

MOST = 100  # pupils of one go
DEED = "class.change"


@dataclass(frozen=True, slots=True)
class Seat:
    """A picked pupil, and every reason why this one cannot go to the class."""

    pupil: Student
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What would happen: the class, its free places, the pupils, and what stops them all."""

    to: SchoolClass
    room: Room
    seats: tuple[Seat, ...]
    refusals: tuple[Refusal, ...]  # against the group as a whole

    @property
    def reasons(self) -> tuple[Refusal, ...]:
        """Every reason there is, each once."""
        each = [refusal for seat in self.seats for refusal in seat.refusals]
        told: list[Refusal] = []
        for refusal in (*self.refusals, *each):
            if refusal not in told:
                told.append(refusal)
        return tuple(told)


def picked_pupils(session: Session, ids: Sequence[int], act: Act) -> list[Student]:
    """Return pupils of the actor's school in the order given, or raise `NotFound`, `Refused`."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST:
        raise Refused(Refusal("E-MOST", {"most": MOST}))
    asked = (
        select(Student)
        .where(Student.id.in_(wanted), Student.school_id == act.actor.organisation_id)
        .options(joinedload(Student.grade), joinedload(Student.school_class))
    )
    found = {pupil.id: pupil for pupil in session.scalars(asked)}
    if not wanted or len(found) != len(wanted):
        raise NotFound
    return [found[key] for key in wanted]


def look(session: Session, ids: Sequence[int], class_id: int, act: Act) -> Change:
    """Return what a class change would do and what stands in its way; writes nothing."""
    wanted = [pupil.id for pupil in picked_pupils(session, ids, act)]
    busy = busy_pupils(session, wanted)
    to = session.get(SchoolClass, class_id)
    if to is None or to.school_id != act.actor.organisation_id:
        raise Refused(Refusal("E-CLASS"))
    room = room_of(session, class_id)
    pupils = picked_pupils(session, wanted, act)  # asking about cases has expired them
    seats = tuple(Seat(pupil, tuple(against(pupil, to, busy))) for pupil in pupils)
    return Change(to, room, seats, tuple(against_all(room, len(seats))))


def change_class(session: Session, ids: Sequence[int], class_id: int, act: Act) -> Change:
    """Move pupils to a class of their grade, or raise with every reason; never commits.

    The class and the pupils are locked first: no case opens and no place goes meanwhile.
    """
    wanted = sorted(pupil.id for pupil in picked_pupils(session, ids, act))
    with elevated(session, DEED):  # a teacher may lock no class
        lock = select(SchoolClass.id).where(SchoolClass.id == class_id)
        session.execute(lock.with_for_update(key_share=True))
        pupils = select(Student.id).where(Student.id.in_(wanted)).order_by(Student.id)
        session.execute(pupils.with_for_update())
    change = look(session, ids, class_id, act)
    if change.reasons:
        raise Refused(*change.reasons)
    names = [seat.pupil.id for seat in change.seats]
    with elevated(session, DEED):  # a teacher sees no more of who leaves the own classes
        to = session.get_one(SchoolClass, class_id)
        for pupil in session.scalars(select(Student).where(Student.id.in_(names))):
            pupil.sit_in(to)
    record(
        session, DEED, object_type="school_class", object_id=class_id, elevated=True, pupils=names
    )
    return change


# ── the rules ────────────────────────────────────────────────────────────────────────────


def against(pupil: Student, to: SchoolClass, busy: frozenset[int]) -> list[Refusal]:
    """Return every reason against one pupil: grade, class, status, business in progress."""
    rules = (
        refuse_unless(pupil.grade_id == to.grade_id, "E-GRADE"),
        refuse_unless(pupil.class_id != to.id, "E-THERE"),
        refuse_unless(pupil.status in SEATED, "E-STATUS"),
        refuse_unless(pupil.id not in busy, "E-LOCK"),
    )
    return [refusal for refusal in rules if refusal is not None]


def against_all(room: Room, picked: int) -> list[Refusal]:
    """Return every reason against the class: it is closed, or too small for all of them."""
    left = room.places_left
    fits = left is None or left >= picked
    rules = (
        takes_pupils(room),
        refuse_unless(fits, "E-SIZE-GROUP", left=max(left or 0, 0), picked=picked),
    )
    return [refusal for refusal in rules if refusal is not None]


def busy_pupils(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Return which of these pupils are in an open case; a teacher sees no cases."""
    asked = select(Case.student_id).where(Case.student_id.in_(ids), Case.closed_at.is_(None))
    with elevated(session, "case.ask"):
        return frozenset(session.scalars(asked))
