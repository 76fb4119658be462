"""清理: ending business that does not end by itself (P13): chosen by list, foreseen, then done.

The authority that runs one of the schools cleans up; between provinces the ministry may as well.
A cleaned case ends without effect: what a case changes it changes at its very end, so the pupil is
as before it began, free for other business, and the other side is told. Every case is judged and
ended on its own, by the engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectin_polymorphic

from app.errors import Refusal
from app.models.case import Case
from app.models.change import Movement
from app.models.organisation import Organisation, Tier
from app.policies.rights import opens
from app.policies.roles import Actor
from app.workflows.desk import Act, Trigger
from app.workflows.persons import CLEANS
from app.workflows.processes import flow_of
from app.workflows.selecting import (
    BY_DUE,
    BY_PARTY_DUE,
    graduating,
    lain,
    of_kind,
    of_school,
    open_of,
)

MOST = 2000  # cases of one clean-up


@dataclass(frozen=True, slots=True)
class Choice:
    """Which pending business is meant; ``over`` are working days at the present step."""

    graduating: bool = False
    kind: str = ""
    school: int | None = None
    over: int = 0

    def conditions(self, today: date, *, in_sight: bool = True) -> list[ColumnElement[bool]]:
        """Return the choice as conditions on a case, for somebody who sees pupils or none."""
        found = of_kind(self.kind) if self.kind else []
        if self.graduating:
            found.append(graduating(in_sight=in_sight))
        if self.school:
            found.append(of_school(self.school))
        if self.over:
            found.append(lain(today, self.over))
        return found


class Foreseen(NamedTuple):
    """A case of a clean-up, and what stands in the way of ending it."""

    case: Case
    refusals: tuple[Refusal, ...]

    @property
    def ends(self) -> bool:
        """Tell whether the clean-up would end it."""
        return not self.refusals


def pending(actor: Actor, choice: Choice, today: date) -> Select[Any]:
    """Return the open business of an organisation: sent back first, then the earliest due."""
    conditions = choice.conditions(today, in_sight=actor.role.sees_pupils)
    if actor.role.tier is Tier.MINISTRY:
        across = select(Case).where(Case.common_path == "/", Case.closed_at.is_(None))
        return across.where(*conditions).order_by(*BY_DUE)
    return open_of(actor.organisation_id).where(*conditions).order_by(*BY_PARTY_DUE)


def cleanable(actor: Actor, choice: Choice, today: date) -> Select[Any]:
    """Return the open business an authority may end: of the schools it runs itself (P13)."""
    asked = pending(actor, choice, today)
    if actor.role.tier is Tier.MINISTRY:
        return asked
    own = select(Organisation.id).where(Organisation.parent_id == actor.organisation_id)
    sides = (Case.owner_id, Case.receiving_id, Case.initiator_org_id)
    return asked.where(or_(*(side.in_(own) for side in sides)))


def may_clean(actor: Actor) -> bool:
    """Tell whether somebody cleans up at all."""
    return opens(actor.role, CLEANS)


def with_sides(asked: Select[Any]) -> Select[Any]:
    """Return a list whose cases bring their sides along."""
    return asked.options(
        joinedload(Case.owner).joinedload(Organisation.parent),
        joinedload(Case.receiving).joinedload(Organisation.parent),
        joinedload(Case.awaiting),
        joinedload(Case.initiator_org),
        selectin_polymorphic(Case, [Movement]),
    )


def picked(session: Session, actor: Actor, ids: Iterable[int], today: date) -> Sequence[Case]:
    """Return picked cases in the order of the list; what is closed or out of sight is not there."""
    asked = pending(actor, Choice(), today).where(Case.id.in_(list(ids)))
    return session.scalars(with_sides(asked).limit(MOST)).all()


def selected(session: Session, actor: Actor, choice: Choice, today: date) -> Sequence[Case]:
    """Return everything a choice means that this authority may end, up to `MOST`."""
    return session.scalars(with_sides(cleanable(actor, choice, today)).limit(MOST)).all()


def foresee(session: Session, cases: Iterable[Case], actor: Actor, today: date) -> list[Foreseen]:
    """Return what a clean-up would do to each case; nothing is written."""
    act = Act(Trigger.CLEAN, actor, today)
    return [Foreseen(case, flow_of(case).why_not(session, case, act)) for case in cases]


def told(cases: Iterable[Case], organisation_id: int) -> dict[int, tuple[str, ...]]:
    """Return, by case, the other sides that are told of its end."""
    return {
        case.id: tuple(
            place.name
            for place in (case.owner, case.receiving, case.awaiting)
            if place is not None and place.id != organisation_id
        )
        for case in cases
    }


def by_school(found: Iterable[Foreseen]) -> Counter[str]:
    """Return how many cases would end, by the school that asked for them."""
    return Counter(one.case.initiator_org.name for one in found if one.ends)
