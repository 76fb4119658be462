"""业务暂停期: the weeks of summer in which no new business of a kind may begin (P37)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.errors import Refusal
from app.models.case import CaseKind
from app.policies.switches import setting

Day = tuple[int, int]  # month and day


@dataclass(frozen=True, slots=True)
class Freeze:
    """A window of every year, first and last day included, and what it stops."""

    since: Day
    until: Day
    kinds: frozenset[CaseKind]
    graduating_only: bool = False

    def holds(self, kind: CaseKind, *, graduating: bool, today: date) -> bool:
        """Tell whether business of a kind may not begin on a day."""
        is_meant = kind in self.kinds and (graduating or not self.graduating_only)
        return is_meant and self.since <= (today.month, today.day) <= self.until


FREEZES = (  # [std 2017]; a province that keeps other dates turns `summer_freeze` off
    Freeze((7, 15), (8, 14), frozenset({CaseKind.TRANSFER})),
    Freeze(
        (7, 1),
        (8, 14),
        frozenset({CaseKind.TRANSFER, CaseKind.MOVEMENT, CaseKind.KEY_CHANGE}),
        graduating_only=True,
    ),
)


def frozen(
    session: Session, path: str, kind: CaseKind, *, graduating: bool, today: date
) -> Refusal | None:
    """Return why business of a kind may not begin today at an organisation, or None."""
    held = [f for f in FREEZES if f.holds(kind, graduating=graduating, today=today)]
    if not held or not setting(session, path, "summer_freeze", today).is_on:
        return None
    since, until = min(f.since for f in held), max(f.until for f in held)
    window = {"since": date(today.year, *since), "until": date(today.year, *until)}
    return Refusal("E-FREEZE", {name: day.isoformat() for name, day in window.items()})
