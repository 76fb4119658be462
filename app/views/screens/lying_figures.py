"""Where cases lie on the desks below, what is late there, and who has been silent (P09.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, cast, func, literal, select
from sqlalchemy import case as when
from sqlalchemy.orm import Session

from app.models.case import Case
from app.models.organisation import Organisation, Tier
from app.policies.roles import Actor
from app.views.screens.case_figures import FEW, SOME, with_places
from app.views.screens.head_figures import below


class Lying(NamedTuple):
    """How many open cases lie in one's own office, or in and below one organisation below."""

    id: int
    name: str
    is_school: bool
    is_own: bool
    n: int
    late: int
    in_schools: int
    since: datetime
    all: int  # together with those that are not listed
    all_late: int


def lying(session: Session, actor: Actor, today: date) -> list[Lying]:
    """Return where the cases of the subtree lie, the most late first."""
    level = actor.path.count("/") + 1
    key = func.split_part(Case.awaiting_path, "/", level)
    path = when((key == "", literal(actor.path)), else_=literal(actor.path) + key + "/")
    lies = (
        select(
            path.label("path"),
            func.count().label("n"),
            func.count().filter(Case.due_on < today).label("late"),
            func.count().filter(Case.awaiting_path.contains("/S")).label("in_schools"),
            func.min(Case.step_since).label("since"),
        )
        .where(
            Case.awaiting_path >= actor.path,
            Case.awaiting_path < below(actor.path),
            Case.closed_at.is_(None),
        )
        .group_by("path")
        .subquery()
    )
    found = lies.c
    rows = session.execute(
        select(
            Organisation.id,
            Organisation.name,
            Organisation.tier == Tier.SCHOOL,
            Organisation.id == actor.organisation_id,
            *(found.n, found.late, found.in_schools, found.since),
            cast(func.sum(found.n).over(), BigInteger),
            cast(func.sum(found.late).over(), BigInteger),
        )
        .join(lies, found.path == Organisation.path)
        .order_by(found.late.desc(), found.n.desc(), Organisation.path)
        .limit(SOME)
    )
    return [Lying(*row) for row in rows]


def chart(rows: Sequence[Lying]) -> dict[str, Any]:
    """Return the same as bars: what is late, and what is not, the most late on top."""
    return {
        "rows": [one.name for one in rows],
        "first": [one.late for one in rows],
        "second": [one.n - one.late for one in rows],
    }


def silent(session: Session, _actor: Actor, _today: date) -> Sequence[Case]:
    """Return the cases in which somebody sits in a silent office's place, the oldest first."""
    asked = select(Case).where(Case.silent_id.is_not(None), Case.closed_at.is_(None))
    return session.scalars(with_places(asked.order_by(Case.step_since).limit(FEW))).all()
