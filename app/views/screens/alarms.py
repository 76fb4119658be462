"""告警: what the house noticed by itself, for the leader above and the security administrator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.account import Account
from app.models.audit import AuditEvent
from app.models.organisation import Organisation
from app.policies.roles import Actor

NEWS = timedelta(days=7)
MOST = 20


class Alarm(NamedTuple):
    """One alarm: when, which, whom it is about, and where that person works."""

    at: datetime
    action: str
    login: str
    name: str
    role: str
    place: str


def alarms(session: Session, actor: Actor, _today: date) -> Sequence[Alarm] | None:
    """Return the alarms of the last week in range; None when all is quiet."""
    found = session.execute(
        select(
            AuditEvent.at,
            AuditEvent.action,
            Account.login,
            Account.name,
            Account.role,
            Organisation.name,
        )
        .join(Account, Account.user_id == AuditEvent.object_id)
        .join(Organisation, Organisation.id == Account.organisation_id)
        .where(
            AuditEvent.owner_path.op("^@", is_comparison=True)(actor.path),
            AuditEvent.action.startswith("alarm."),
            AuditEvent.object_type == "account",
            AuditEvent.at > datetime.now(UTC) - NEWS,
        )
        .order_by(AuditEvent.id.desc())
        .limit(MOST)
    )
    return [Alarm(*row) for row in found] or None
