"""The house on the desks: jobs, imports, accounts, organisations, the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.account import Account
from app.models.audit import AuditEvent
from app.models.import_batch import ImportBatch
from app.models.job import Job, JobState, Pulse
from app.models.organisation import Organisation
from app.policies.roles import Actor

NEWEST = 5000  # events of the audit a desk looks through
FEW, SOME = 5, 8  # rows of a small and of a larger panel


def recent_jobs(session: Session) -> Sequence[Job]:
    """Return the newest jobs of the subtree."""
    return session.scalars(select(Job).order_by(Job.id.desc()).limit(FEW)).all()


def job_states(session: Session) -> Mapping[str, int]:
    """Return how many jobs wait and run."""
    open_ = (JobState.QUEUED, JobState.RUNNING)
    rows = session.execute(
        select(Job.state, func.count()).where(Job.state.in_(open_)).group_by(Job.state)
    )
    return {state.name: n for state, n in rows}


def last_pulse(session: Session) -> datetime | None:
    """Return when a worker or scheduler was last seen."""
    return session.scalar(select(func.max(Pulse.seen_at)))


def recent_imports(session: Session, actor: Actor) -> Sequence[ImportBatch]:
    """Return the newest imports of a school."""
    mine = select(ImportBatch).where(ImportBatch.owner_path == actor.path)
    return session.scalars(mine.order_by(ImportBatch.id.desc()).limit(FEW)).all()


def accounts(session: Session) -> list[tuple[str, int, int]]:
    """Return how many accounts each role has, and how many of them are enabled."""
    rows = session.execute(
        select(Account.role, func.count(), func.count().filter(Account.enabled)).group_by(
            Account.role
        )
    )
    return [(role, n, enabled) for role, n, enabled in rows]


def places(session: Session) -> dict[str, int]:
    """Return how many organisations each tier has."""
    rows = session.execute(select(Organisation.tier, func.count()).group_by(Organisation.tier))
    return {tier.name: n for tier, n in rows}


def deeds(session: Session, since: datetime) -> list[tuple[str, int]]:
    """Return how often each deed was done since a moment, among the newest `NEWEST` events."""
    newest = select(AuditEvent.action, AuditEvent.at).order_by(AuditEvent.id.desc()).limit(NEWEST)
    event = newest.subquery()
    n = func.count().label("n")
    by_deed = select(event.c.action, n).where(event.c.at >= since).group_by(event.c.action)
    rows = session.execute(by_deed.order_by(n.desc()).limit(SOME))
    return [(action, count) for action, count in rows]


def recent_events(session: Session) -> Sequence[AuditEvent]:
    """Return the newest events of the audit."""
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(12)).all()
