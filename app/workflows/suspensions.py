"""休学期满: whose suspension ends soon or is over, so that nobody is forgotten (P10)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.models.change import Movement, MovementType
from app.models.school import School
from app.models.student import Status, Student
from app.workflows.movement import APPROVED

AHEAD = timedelta(days=30)


class Term(NamedTuple):
    """A suspended pupil, and the day on which the last suspension ends or ended."""

    pupil: Student
    case_id: int
    until: date


def ending(session: Session, today: date, start: int, most: int) -> list[Term]:
    """Return suspensions in scope that end within `AHEAD` or are over, the earliest first.

    A pupil suspended twice counts by the last suspension.
    """
    later = aliased(Movement)
    was_renewed = exists().where(
        later.student_id == Movement.student_id,
        later.id > Movement.id,
        later.type == MovementType.SUSPEND,
        later.state == APPROVED,
    )
    found = session.execute(
        select(Student, Movement.id, Movement.until_on)
        .join(Movement, Movement.student_id == Student.id)
        .where(
            Student.status == Status.SUSPENDED,
            Movement.type == MovementType.SUSPEND,
            Movement.state == APPROVED,
            Movement.until_on <= today + AHEAD,
            ~was_renewed,
        )
        .options(
            joinedload(Student.school).joinedload(School.organisation),
            joinedload(Student.grade),
            joinedload(Student.school_class),
        )
        .order_by(Movement.until_on, Movement.id)
        .offset(start)
        .limit(most)
    )
    return [Term(pupil, case_id, until) for pupil, case_id, until in found if until]


def level_at_leave(session: Session, student_id: int) -> int | None:
    """Return at which level of the stage a pupil was when the last leave was recorded."""
    left = select(Movement.left_level).where(
        Movement.student_id == student_id,
        Movement.state == APPROVED,
        Movement.left_level.is_not(None),
    )
    return session.scalar(left.order_by(Movement.id.desc()).limit(1))
