"""Cases on the desks: what waits, what is mine, where cases lie; one indexed statement each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, joinedload

from app.models.case import Case, CaseKind
from app.models.organisation import Organisation, Tier
from app.policies.roles import Actor
from app.views.screens.head_figures import below

FEW, SOME = 5, 8  # rows of a small and of a larger panel
CROSS = "cross"  # a transfer between provinces


class Waiting(NamedTuple):
    """The cases of one kind that lie on a desk; the oldest of them by its school."""

    kind: str
    n: int
    today: int
    late: int
    since: datetime
    school: str


def on_desk(actor: Actor) -> Any:
    """Return the condition for cases on the person's own desk, which `case_inbox` answers."""
    return and_(
        Case.awaiting_path == actor.path,
        Case.awaiting_office == actor.office.value,
        Case.closed_at.is_(None),
    )


def waiting(session: Session, actor: Actor, today: date) -> list[Waiting]:
    """Return what waits for the person, by kind."""
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
        .where(on_desk(actor))
        .group_by(Case.kind, is_cross)
    ).all()
    names = names_of(session, {row[-1] for row in rows})
    found = [
        Waiting(CROSS if cross else CaseKind(kind).name.lower(), n, due, late, since, names[first])
        for kind, cross, n, due, late, since, first in rows
    ]
    return sorted(found, key=lambda one: -one.n)


def names_of(session: Session, ids: set[int]) -> dict[int, str]:
    """Return the names of organisations."""
    found = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return {row.id: row.name for row in session.execute(found)}


def next_cases(session: Session, actor: Actor) -> Sequence[Case]:
    """Return what lies on the person's desk, the earliest due first."""
    mine = select(Case).where(on_desk(actor)).order_by(Case.due_on, Case.id).limit(SOME)
    return session.scalars(_with_places(mine)).all()


def submitted(session: Session, actor: Actor) -> Sequence[Case]:
    """Return the person's own open cases and those taken over, wherever they lie."""
    holder = func.coalesce(Case.keeper_id, Case.initiator_id)
    is_mine = or_(Case.initiator_id == actor.user_id, Case.keeper_id == actor.user_id)
    mine = select(Case).where(is_mine, holder == actor.user_id, Case.closed_at.is_(None))
    return session.scalars(_with_places(mine.order_by(Case.id.desc()).limit(FEW))).all()


def _with_places(cases: Select[Any]) -> Select[Any]:
    how = (joinedload(Case.owner), joinedload(Case.receiving), joinedload(Case.awaiting))
    return cases.options(*(one.joinedload(Organisation.parent) for one in how))


class Lying(NamedTuple):
    """How many open cases lie in one organisation of those right below."""

    id: int
    name: str
    is_school: bool
    n: int
    late: int
    since: datetime


def lying_below(session: Session, actor: Actor, today: date) -> list[Lying]:
    """Return where the cases of the subtree lie, the latest first."""
    level = actor.path.count("/") + 1
    key = func.split_part(Case.awaiting_path, "/", level)
    late = func.count().filter(Case.due_on < today)
    lies = (
        select(
            (literal(actor.path) + key + "/").label("path"),
            func.count().label("n"),
            late.label("late"),
            func.min(Case.step_since).label("since"),
        )
        .where(
            Case.awaiting_path > actor.path,
            Case.awaiting_path < below(actor.path),
            Case.closed_at.is_(None),
        )
        .group_by("path")
        .subquery()
    )
    rows = session.execute(
        select(
            Organisation.id,
            Organisation.name,
            Organisation.tier == Tier.SCHOOL,
            lies.c.n,
            lies.c.late,
            lies.c.since,
        )
        .join(lies, lies.c.path == Organisation.path)
        .order_by(lies.c.late.desc(), lies.c.n.desc(), Organisation.path)
        .limit(SOME)
    )
    return [Lying(*row) for row in rows]
