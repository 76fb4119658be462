"""在途学生: how far each pupil of a school is on the way to the roll, as conditions on records.

A pupil is compared, then ready to be submitted, then in review; what holds one up is said by the
standing. Teachers see no cases: to them whoever is in review is still ready.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, outerjoin, select, true
from sqlalchemy.orm import Session

from app.models.case import Case, CaseKind
from app.models.problem import CheckWaiting
from app.models.school import Grade
from app.models.student import Enrolment, ProblemFlag, StartKind, Status, Student
from app.workflows.desk import Ending
from app.workflows.identity import RESIDENT
from app.workflows.school_structure import PROMOTION_DAY, school_year


class Standing(StrEnum):
    """How far a pupil is; the order is that of the page. They leave nobody out."""

    COMPARING = "comparing"  # 正在查重
    PROBLEM = "problem"  # 问题学籍, to be settled first
    PAPERS = "papers"  # a document other than the resident ID: its scan is to be attached
    READY = "ready"
    REVIEW = "review"
    RETURNED = "returned"
    REJECTED = "rejected"
    REGISTERED = "registered"  # this school year


IN_QUESTION = (ProblemFlag.OPEN, ProblemFlag.IN_PROCESS)
GOES = (Standing.READY, Standing.COMPARING)  # what reporting a school takes along
LAST = (  # the last registration of a pupil
    select(Case.id, Case.state, Case.closed_at, Case.awaiting_id)
    .where(Case.student_id == Student.id, Case.kind == CaseKind.REGISTRATION)
    .order_by(Case.id.desc())
    .limit(1)
    .correlate(Student)
    .lateral("last")
)
IS_OPEN = LAST.c.id.is_not(None) & LAST.c.closed_at.is_(None)
STANDING: ColumnElement[str] = case(
    (IS_OPEN & (LAST.c.state == Ending.RETURNED.value), Standing.RETURNED.value),
    (IS_OPEN, Standing.REVIEW.value),
    (Student.problem_flag.in_(IN_QUESTION), Standing.PROBLEM.value),
    (LAST.c.state == Ending.REJECTED.value, Standing.REJECTED.value),
    (Student.id_type != RESIDENT, Standing.PAPERS.value),
    (exists().where(CheckWaiting.student_id == Student.id), Standing.COMPARING.value),
    else_=Standing.READY.value,
)


def pending_of(school_id: int) -> Select[Any]:
    """Return the query of a school's pupils who are not registered; `LAST` and grade beside."""
    return (
        select(Student)
        .select_from(outerjoin(Student, LAST, true()))
        .join(Grade, Grade.id == Student.grade_id)
        .where(Student.school_id == school_id, Student.status == Status.PENDING_REGISTRATION)
    )


def registered_of(school_id: int, today: date) -> Select[Any]:
    """Return the query of the pupils a school has registered in the present school year."""
    since = date(school_year(today), *PROMOTION_DAY)
    return (
        select(Student)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(Grade, Grade.id == Student.grade_id)
        .where(
            Student.school_id == school_id,
            Student.status.not_in((Status.PENDING_REGISTRATION, Status.DELETED)),
            Enrolment.school_id == school_id,
            Enrolment.start_kind == StartKind.ADMITTED,
            Enrolment.started_on > since,
        )
    )


def to_submit(
    session: Session, school_id: int, batch_id: int | None, after: int, most: int
) -> list[int]:
    """Return the next pupils that go along, of the whole school or of one import.

    Those in review are on their way; those in a problem, refused, sent back, or without the scan
    of their document are corrected first, one by one.
    """
    asked = pending_of(school_id).where(Student.id > after, STANDING.in_(GOES))
    if batch_id:
        asked = asked.where(Student.import_batch_id == batch_id)
    few = asked.with_only_columns(Student.id).order_by(Student.id).limit(most)
    return list(session.scalars(few))
