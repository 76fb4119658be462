"""Cases on the desks: what waits, what was done, what is mine, what is left; a statement each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, joinedload, selectin_polymorphic

from app.codes.workdays import BEIJING
from app.models.case import Case, CaseEvent, CaseKind, Decision, Transfer
from app.models.change import Movement
from app.models.organisation import Organisation
from app.policies.roles import Actor
from app.views.inbox_tabs import BY_DUE, CAP, on_desk
from app.views.inbox_tabs import sent as sent_by
from app.workflows.calendar import working_days
from app.workflows.desk import Ending
from app.workflows.paper_archive import outstanding
from app.workflows.processes import flow_of

FEW, SOME = 5, 8  # rows of a small and of a larger panel
CROSS = "cross"  # a transfer between provinces
LAST_STEPS = 2000  # of somebody, among which those of this week are counted
DECIDED = (Decision.AGREE, Decision.DISAGREE, Decision.RETURN, Decision.INTERVENE)


class Waiting(NamedTuple):
    """The cases of one kind that lie on a desk; the oldest of them by its school."""

    kind: str
    n: int
    today: int
    late: int
    since: datetime | None
    school: str
    done: int  # decided by this person since Monday


def waiting(session: Session, actor: Actor, today: date) -> list[Waiting]:
    """Return what waits for the person by kind, the oldest first; then what was done meanwhile."""
    is_cross = and_(Case.kind == CaseKind.TRANSFER, Case.common_path == "/")
    school = func.coalesce(Case.receiving_id, Case.owner_id)
    oldest = func.array_agg(aggregate_order_by(school, Case.step_since))
    rows = session.execute(
        select(
            Case.kind,
            is_cross.label("cross"),
            func.count(),
            func.count().filter(Case.due_on == today),
            func.count().filter(Case.due_on < today),
            func.min(Case.step_since),
            oldest[1],
        )
        .where(on_desk(actor), Case.closed_at.is_(None))
        .group_by(Case.kind, is_cross)
    ).all()
    names = names_of(session, {row[-1] for row in rows})
    done = done_this_week(session, actor, today)
    found = [
        Waiting(key := key_of(kind, cross), n, due, late, since, names[first], done.pop(key, 0))
        for kind, cross, n, due, late, since, first in sorted(rows, key=lambda row: row[5])
    ]
    return found + [Waiting(key, 0, 0, 0, None, "", n) for key, n in done.items()]


def key_of(kind: str, cross: bool) -> str:
    """Return the word by which the inbox knows a kind of case."""
    return CROSS if cross else CaseKind(kind).name.lower()


def done_this_week(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """Return how many cases of each kind the person has decided since Monday."""
    monday = datetime.combine(today - timedelta(days=today.weekday()), time(), BEIJING)
    mine = select(CaseEvent.case_id, CaseEvent.at, CaseEvent.decision).where(
        CaseEvent.user_id == actor.user_id
    )
    last = mine.order_by(CaseEvent.id.desc()).limit(LAST_STEPS).subquery()
    is_cross = and_(Case.kind == CaseKind.TRANSFER, Case.common_path == "/")
    rows = session.execute(
        select(Case.kind, is_cross, func.count())
        .join(last, last.c.case_id == Case.id)
        .where(last.c.at >= monday, last.c.decision.in_(DECIDED))
        .group_by(Case.kind, is_cross)
    )
    return {key_of(kind, cross): n for kind, cross, n in rows}


def names_of(session: Session, ids: set[int]) -> dict[int, str]:
    """Return the names of organisations."""
    if not ids:
        return {}
    found = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return {row.id: row.name for row in session.execute(found)}


class Next(NamedTuple):
    """A case on one's own desk, and why it came back when it did."""

    case: Any
    why: str | None


def next_cases(session: Session, actor: Actor, today: date) -> dict[str, Any]:
    """Return what lies on the person's desk: sent back first, then the earliest due; and counts."""
    remark = (
        select(CaseEvent.remark)
        .where(CaseEvent.case_id == Case.id, CaseEvent.decision == Decision.RETURN)
        .order_by(CaseEvent.id.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    mine = (on_desk(actor), Case.closed_at.is_(None))
    rows = session.execute(
        with_places(select(Case, remark).where(*mine).order_by(*BY_DUE).limit(SOME))
    ).all()
    few = select(Case.due_on).where(*mine).limit(CAP + 1).subquery()
    n, late = session.execute(
        select(func.count(), func.count().filter(few.c.due_on < today)).select_from(few)
    ).one()
    listed = [Next(case, why if case.state == Ending.RETURNED else None) for case, why in rows]
    return {"cases": listed, "n": n, "late": late}


class Sent(NamedTuple):
    """A case the person submitted: how far it is, and since when it lies where it lies."""

    case: Any
    step: int
    steps: int
    days: int

    @property
    def share(self) -> int:
        """How much of its way is behind it, in per cent."""
        return round(100 * (self.step - 1) / self.steps)


def submitted(session: Session, actor: Actor, today: date) -> dict[str, Any]:
    """Return what the person's submissions wait for, what is late or due first."""
    mine = sent_by(actor).where(Case.state != Ending.RETURNED).order_by(None)
    cases = session.scalars(with_places(mine.order_by(Case.due_on, Case.id).limit(SOME))).all()
    few = mine.with_only_columns(Case.id).limit(CAP + 1).subquery()
    n = session.scalar(select(func.count()).select_from(few)) or 0
    return {"cases": [sent(case, today) for case in cases], "n": n}


def sent(case: Case, today: date) -> Sent:
    """Return how far a case has come on its route."""
    states = [desk.state for desk in flow_of(case).route(case)]
    days = working_days(case.step_since.astimezone(BEIJING).date(), today)
    return Sent(case, states.index(case.state) + 1, len(states), days)


def papers(session: Session, actor: Actor, _today: date) -> Sequence[Transfer]:
    """Return completed transfers whose paper archive is still to be sent, or to arrive here."""
    to_send = and_(Transfer.owner_path == actor.path, Transfer.paper_sent_on.is_(None))
    to_come = Transfer.receiving_path == actor.path
    asked = (
        select(Transfer)
        .where(outstanding(), or_(to_send, to_come))
        .order_by(Transfer.closed_at)
        .limit(FEW)
    )
    return session.scalars(with_places(asked)).all()


def with_places(cases: Select[Any]) -> Select[Any]:
    """Load with cases what a line of them says."""
    how = (joinedload(Case.owner), joinedload(Case.receiving), joinedload(Case.awaiting))
    loaded = (one.joinedload(Organisation.parent) for one in how)
    return cases.options(*loaded, joinedload(Case.silent), selectin_polymorphic(Case, [Movement]))
