"""座位: the class a pupil is to sit in: does it take pupils, of which year, has it a place left."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refusal, refuse_unless
from app.models.school import ClassState, GradeState, Headcount, SchoolClass, Stage
from app.models.student import Status

SEATED = (Status.IN_SCHOOL, Status.PENDING_REGISTRATION)  # who takes a place in a class


@dataclass(frozen=True, slots=True)
class Room:
    """What the rules need to know of a class; ``places_left`` None: it has no limit."""

    school_id: int
    stage: Stage
    level: int
    is_open: bool
    places_left: int | None


def room_of(session: Session, class_id: int) -> Room:
    """Read a class and how many sit in it."""
    room = session.get_one(SchoolClass, class_id)
    seated = select(Headcount.n).where(Headcount.class_id == room.id, Headcount.status.in_(SEATED))
    taken = sum(session.scalars(seated))
    return Room(
        school_id=room.school_id,
        stage=room.grade.stage,
        level=room.grade.level,
        is_open=room.state is ClassState.IN_USE and room.grade.state is GradeState.IN_USE,
        places_left=None if room.size_limit is None else room.size_limit - taken,
    )


def takes_pupils(room: Room) -> Refusal | None:
    """The class is in use."""
    return refuse_unless(room.is_open, "E-CLASS")


def has_place(room: Room) -> Refusal | None:
    """The class has a place left under its size limit (班额)."""
    return refuse_unless(room.places_left is None or room.places_left > 0, "E-SIZE")
