"""学籍号 L 的原因 (P34): why a number is still temporary, said once for counts and lists."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from app.models.student import NumberKind, Student, Verification
from app.workflows.issuing import CLEAR, DOMESTIC, GONE, HAS_ID, WAITS


class Why(StrEnum):
    """Why a pupil still has a temporary number, in the order in which it is asked."""

    FAILED = "FAILED"  # the police know the identity not
    PROBLEM = "PROBLEM"  # a problem is open
    STAYS = "STAYS"  # foreign, or of Hong Kong, Macao, Taiwan: L for good
    UNVERIFIED = "UNVERIFIED"  # goes into a round
    NO_ID = "NO_ID"  # has no resident number: marked by hand
    WAITS = "WAITS"  # is being compared
    STUCK = "STUCK"  # the number is another record's, or none is left
    DUE = "DUE"  # is given within minutes


IS = {
    Why.FAILED: Student.verification == Verification.FAILED,
    Why.PROBLEM: Student.problem_flag.not_in(CLEAR),
    Why.STAYS: not_(or_(HAS_ID, DOMESTIC)),
    Why.UNVERIFIED: and_(Student.verification == Verification.NONE, HAS_ID),
    Why.NO_ID: Student.verification == Verification.NONE,
    Why.WAITS: WAITS,
    Why.STUCK: Student.number_stuck,
}
WHY_CODE: ColumnElement[str] = case(
    *((condition, why.value) for why, condition in IS.items()), else_=Why.DUE.value
)
TEMPORARY = and_(Student.number_kind == NumberKind.L, Student.status.not_in(GONE))
REGISTERED = and_(Student.number_kind.is_not(None), Student.status.not_in(GONE))


def reasons(session: Session) -> dict[Why, int]:
    """Count the temporary numbers in sight by why they are."""
    asked = select(WHY_CODE, func.count()).where(TEMPORARY).group_by(WHY_CODE)
    held = {row[0]: row[1] for row in session.execute(asked)}
    return {why: held.get(why.value, 0) for why in Why}


def verified(session: Session) -> dict[tuple[Verification, NumberKind], int]:
    """Count the registered pupils in sight by verification and kind of number."""
    group = (Student.verification, Student.number_kind)
    asked = select(*group, func.count()).where(REGISTERED).group_by(*group)
    return {(row[0], row[1]): row[2] for row in session.execute(asked) if row[1]}


def temporary(why: Why | None) -> Select[Student]:
    """Return the query of pupils with a temporary number, all or for one reason."""
    found = select(Student).where(TEMPORARY)
    return found if why is None else found.where(WHY_CODE.in_([why.value]))


def why_of(session: Session, student_id: int) -> Why | None:
    """Return why a pupil's number is temporary; None for a formal one."""
    found = session.scalar(select(WHY_CODE).where(TEMPORARY, Student.id == student_id))
    return Why(found) if found else None
