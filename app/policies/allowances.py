"""限次: how often somebody may do what is written down; the ledger itself is the counter.

A deed counts because its event is there, so that no counter can be lost, forged or forgotten by a
restart. Only a person's newest events are read: who did more than that is far past any allowance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.audit import AuditEvent

NEWEST = 5_000  # events of one person that are looked at


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many deeds of these names within so long."""

    actions: tuple[str, ...]
    most: int
    within: timedelta

    def closed_until(self, session: Session, user_id: int) -> datetime | None:
        """Return from when somebody may do the next one; None when it may be done now."""
        newest = (
            select(AuditEvent.id, AuditEvent.at, AuditEvent.action)
            .where(AuditEvent.actor == user_id)
            .order_by(AuditEvent.id.desc())
            .limit(NEWEST)
            .subquery()
        )
        last = (
            select(newest.c.at)
            .where(newest.c.action.in_(self.actions), newest.c.at > datetime.now(UTC) - self.within)
            .order_by(newest.c.id.desc())
            .offset(self.most - 1)
            .limit(1)
        )
        earliest = session.scalar(last)
        return None if earliest is None else earliest + self.within


def used_up(
    session: Session, user_id: int, allowances: Iterable[Allowance]
) -> tuple[Allowance, datetime] | None:
    """Return the first allowance that is used up and until when, or None."""
    for allowance in allowances:
        if until := allowance.closed_until(session, user_id):
            return allowance, until
    return None
