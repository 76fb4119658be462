"""Asking for work, and the register of what may be asked for.

Whoever asks for a job commits it with the deed; a dispatcher hands it out afterwards. Arguments
are ids only, so that nothing personal travels, waits or is logged.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.jobs.run import JOB, Run
from app.models.account import Account
from app.models.job import JobState, Pulse

FRESH = timedelta(seconds=30)  # a pulse older than this is a dead process
PATIENCE = timedelta(seconds=60)  # a due job nobody took for so long means that nobody will

Work = Callable[[Run], dict[str, Any] | None]


class Kind(NamedTuple):
    """A sort of work: the only functions a worker can reach."""

    work: Work
    timeout: int  # seconds of one attempt


KINDS: dict[str, Kind] = {}


def job(name: str, *, timeout: int = 3600) -> Callable[[Work], Work]:
    """Register a function as the work of one kind of job."""

    def register(work: Work) -> Work:
        if name in KINDS:
            raise ValueError(f"two kinds of job are named {name}")
        KINDS[name] = Kind(work, timeout)
        return work

    return register


def ask(
    session: Session,
    kind: str,
    *,
    key: str | None = None,
    asked_by: int | None = None,
    organisation_id: int | None = None,
    **ids: int | list[int],
) -> int | None:
    """Add a job to the caller's transaction; None when that key was asked for before.

    It belongs to the organisation named, else to that of the account that asks.
    """
    home = select(Account.organisation_id).where(Account.user_id == asked_by).scalar_subquery()
    row = insert(JOB).values(
        kind=kind,
        args=ids,
        key=key,
        asked_by=asked_by,
        organisation_id=home if organisation_id is None else organisation_id,
    )
    asked = row.on_conflict_do_nothing(index_elements=["key"]).returning(JOB.c.id)
    job_id = session.execute(asked).scalar_one_or_none()
    session.execute(text("NOTIFY job"))  # heard at the commit
    return job_id


def cancel(session: Session, job_id: int) -> None:
    """End a waiting job now; a running one at its next step."""
    waits = JOB.c.state == JobState.QUEUED
    session.execute(
        update(JOB)
        .where(JOB.c.id == job_id, JOB.c.state.in_((JobState.QUEUED, JobState.RUNNING)))
        .values(
            cancel_asked=True,
            state=case((waits, JobState.CANCELLED.name), else_=JOB.c.state),
            ended_at=case((waits, func.now())),
        )
    )


class QueueHealth(NamedTuple):
    """Whether heavy work gets done; the page and `/readyz` ask."""

    worker: bool
    scheduler: bool
    stuck: bool  # a due job of those the asker sees was not taken for a minute

    @property
    def works(self) -> bool:
        """Whatever is asked for now will be done."""
        return self.worker and self.scheduler and not self.stuck


def alive(session: Session) -> QueueHealth:
    """Return how the queue does, judging by the pulses and by the jobs the session may see."""
    who = func.split_part(Pulse.name, " ", 1)
    fresh = set(session.scalars(select(who).where(Pulse.seen_at > func.now() - FRESH).distinct()))
    overdue = (JOB.c.state == JobState.QUEUED) & (JOB.c.run_after < func.now() - PATIENCE)
    stuck = bool(session.scalar(select(select(JOB.c.id).where(overdue).exists())))
    return QueueHealth("worker" in fresh, "scheduler" in fresh, stuck)
