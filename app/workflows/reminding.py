"""期限: who is told by the clock that a case is due, is late, or that a suspension ends (P09, P10).

Set-based statements over a range of case ids, so that any number of open cases takes a few of them;
each tells only what was not told before, so that the same day may be done twice. They see nothing
unless the caller has widened the scope. A case that was sent back has no due day: its clock stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Insert, Select, case, exists, func, literal, select, true
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.models.case import Case
from app.models.change import Movement, MovementType
from app.models.notice import Notice, NoticeKind
from app.models.student import Status, Student
from app.workflows.calendar import due
from app.workflows.processes import MOVEMENT

AHEAD_DAYS = 3  # working days before a step is due
ENDS_WITHIN = timedelta(days=30)  # calendar days before a suspension ends
AHEAD, OVER = 0, 1  # a suspension's case is closed: in the place of its version, which of the two
NOTICE: Any = Notice.__table__
CASE: Any = Case.__table__
MORE: Any = Movement.__table__
COLUMNS = ["organisation_id", "case_id", "case_version", "kind"]
Range = tuple[int, int]  # case ids from (included) to (not included)


def remind(session: Session, today: date, ids: Range) -> dict[str, int]:
    """Write the notices of a day about a range of cases; return how many of each kind."""
    told = {
        NoticeKind.REMINDER: soon_due(today, ids),
        NoticeKind.OVERDUE: late(today, ids),
        NoticeKind.SUSPENSION_ENDS: suspensions(today, ids),
    }
    return {kind.lower(): _written(session, rows) for kind, rows in told.items()}


def last_id(session: Session) -> int:
    """Return the highest id of a case."""
    return session.scalar(select(func.max(Case.id))) or 0


# ── what is told ────────────────────────────────────────────────────────────────────────────


def soon_due(today: date, ids: Range) -> Select[Any]:
    """Return a reminder to each office whose case is due within three working days."""
    place: Any = Case.awaiting_id
    return select(
        place, Case.id, Case.version, literal(NoticeKind.REMINDER, NOTICE.c.kind.type)
    ).where(
        *_open(ids),
        Case.due_on >= today,
        Case.due_on <= due(today, AHEAD_DAYS),
        ~_was_told(Case.awaiting_id, NoticeKind.REMINDER),
    )


def late(today: date, ids: Range) -> Select[Any]:
    """Return a notice to the office that is late and to both sides of its case."""
    sides = [Case.awaiting_id, Case.owner_id, Case.receiving_id, Case.initiator_org_id]
    found = func.unnest(array(sides)).table_valued("place").render_derived()
    place: Any = found.c.place
    return (
        select(place, Case.id, Case.version, literal(NoticeKind.OVERDUE, NOTICE.c.kind.type))
        .select_from(Case)
        .join(found, true())
        .where(
            *_open(ids),
            Case.due_on < today,
            place.is_not(None),
            ~_was_told(place, NoticeKind.OVERDUE),
        )
        .distinct()
    )


def suspensions(today: date, ids: Range) -> Select[Any]:
    """Return a notice to the school of each pupil whose suspension ends soon, and when it is over.

    The last suspension counts: one that was prolonged by another has nothing to say any more.
    """
    held, more = CASE.alias("held"), MORE.alias("more")
    is_newer = exists().where(
        held.c.student_id == Movement.student_id,
        held.c.id > Movement.id,
        held.c.state == MOVEMENT.final,
        more.c.case_id == held.c.id,
        more.c.type == MovementType.SUSPEND,
    )
    which = case((Movement.until_on < today, OVER), else_=AHEAD)
    return (
        select(
            Student.school_id,
            Movement.id,
            which,
            literal(NoticeKind.SUSPENSION_ENDS, NOTICE.c.kind.type),
        )
        .join(Student, Student.id == Movement.student_id)
        .where(
            *_within(Movement.id, ids),
            Movement.type == MovementType.SUSPEND,
            Movement.state == MOVEMENT.final,
            Movement.until_on <= today + ENDS_WITHIN,
            Student.status == Status.SUSPENDED,
            ~is_newer,
        )
    )


# ── inside ──────────────────────────────────────────────────────────────────────────────────


def _within(case_id: Any, ids: Range) -> Sequence[ColumnElement[bool]]:
    return (case_id >= ids[0], case_id < ids[1])


def _open(ids: Range) -> Sequence[ColumnElement[bool]]:
    return (*_within(Case.id, ids), Case.closed_at.is_(None))


def _was_told(place: Any, kind: NoticeKind) -> ColumnElement[bool]:
    """Tell whether an organisation was told so since the case came to its present desk."""
    return exists().where(
        NOTICE.c.organisation_id == place,
        NOTICE.c.case_id == Case.id,
        NOTICE.c.kind == kind,
        NOTICE.c.at >= Case.step_since,
    )


def _written(session: Session, rows: Select[Any]) -> int:
    """Insert what a statement returns, but for what was said before; return how many."""
    said: Insert = upsert(NOTICE).from_select(COLUMNS, rows).on_conflict_do_nothing()
    result: Any = session.execute(said.inline(), execution_options={"preserve_rowcount": True})
    return int(result.rowcount)
