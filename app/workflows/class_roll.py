"""班级名单: who sits in a class, in which order, who is held by a case; numbers written at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, cast, func, select, update
from sqlalchemy.orm import Session, joinedload

from app.codes.pinyin import sound, spelt
from app.errors import NotFound
from app.models.school import ClassState, Grade, GradeState, SchoolClass
from app.models.student import Student
from app.policies.roles import Actor
from app.workflows.seats import SEATED


def own_room(session: Session, actor: Actor, class_id: int) -> SchoolClass:
    """Return a class of the actor's school, or raise `NotFound`."""
    asked = select(SchoolClass).where(SchoolClass.id == class_id)
    room = session.scalars(asked.options(joinedload(SchoolClass.grade))).one_or_none()
    if room is None or room.school_id != actor.organisation_id:
        raise NotFound
    return room


def rooms_of(session: Session, school_id: int) -> Sequence[SchoolClass]:
    """Return the classes in use of a school, the youngest stage and grade first."""
    asked = (
        select(SchoolClass)
        .join(Grade, Grade.id == SchoolClass.grade_id)
        .where(
            SchoolClass.school_id == school_id,
            SchoolClass.state == ClassState.IN_USE,
            Grade.state == GradeState.IN_USE,
        )
        .options(joinedload(SchoolClass.grade))
        .order_by(Grade.stage.desc(), Grade.level, SchoolClass.number)
    )
    return session.scalars(asked).all()


def sitting(session: Session, rooms: Iterable[int], *, lock: bool = False) -> list[Student]:
    """Return who sits in these classes, class by class in their present order."""
    asked = select(Student).where(Student.class_id.in_(rooms), Student.status.in_(SEATED))
    if lock:
        asked = asked.order_by(Student.id).with_for_update()
    return sorted(session.scalars(asked), key=present_order)


def present_order(pupil: Student) -> tuple[Any, ...]:
    """Return where a pupil comes: by class and number in class; without one by name."""
    return (pupil.class_id, pupil.seat_no is None, pupil.seat_no or 0, *name_order(pupil))


def name_order(pupil: Student) -> tuple[Any, ...]:
    """Return where a pupil comes in the order of names as they sound (拼音)."""
    return (sound(pupil.name_pinyin or spelt(pupil.name)), pupil.name, pupil.id)


def stamp(pupils: Iterable[Student]) -> str:
    """Return what changes with any of these records, or when somebody comes or goes."""
    known = sorted(f"{pupil.id}:{pupil.row_version}" for pupil in pupils)
    return hashlib.sha256(" ".join(known).encode()).hexdigest()[:20]


def write(session: Session, field: str, values: Mapping[int, int] | Mapping[int, str]) -> None:
    """Write one field of many pupils in one statement, so that numbers may change hands."""
    column = Student.__table__.c[field]
    keys = cast(list(values), ARRAY(Student.__table__.c.id.type))
    told = cast(list(values.values()), ARRAY(column.type))
    given = func.unnest(keys, told).table_valued("id", "value").render_derived()
    changed = update(Student).where(Student.id == given.c.id).values({field: given.c.value})
    session.execute(changed.execution_options(synchronize_session=False))
    session.expire_all()


class Figures(NamedTuple):
    """How the numbers of a class stand, in pupils; ``last`` is the highest number in class."""

    pupils: int = 0
    without: int = 0  # a number in class
    doubled: int = 0  # who share one
    last: int = 0
    numbered: int = 0  # with an auxiliary number

    @property
    def gaps(self) -> int:
        """How many numbers below the highest nobody has."""
        return self.last - (self.pupils - self.without - self.doubled)

    @property
    def is_good(self) -> bool:
        """Tell whether everybody has a number in class, from one on, each once."""
        return not (self.without or self.doubled or self.gaps)


def figures(session: Session, school_id: int) -> dict[int, Figures]:
    """Return how the numbers of a school's classes stand."""
    seat, everybody = Student.seat_no, func.count()
    asked = (
        select(
            Student.class_id,
            everybody,
            everybody - func.count(seat),
            func.count(seat) - func.count(seat.distinct()),
            func.coalesce(func.max(seat), 0),
            func.count(Student.aux_number),
        )
        .where(
            Student.school_id == school_id,
            Student.status.in_(SEATED),
            Student.class_id.is_not(None),
        )
        .group_by(Student.class_id)
    )
    known: dict[int, Figures] = {}
    for class_id, *told in session.execute(asked):
        known[class_id or 0] = Figures(*(number or 0 for number in told))
    return known
