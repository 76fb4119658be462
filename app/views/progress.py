"""A job as the page that waits for it shows it: how far, how long still, who is before it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import select

from app.jobs.queue import QueueHealth, alive
from app.jobs.waiting import ahead, until_done
from app.models.job import Job, JobState
from app.views.actor import session

WHOLE = 1000  # thousandths
SURE = 100  # below this a guess at the rest would jump about


class Progress(NamedTuple):
    """What is known of a job at this moment."""

    state: JobState
    share: int  # per cent
    rest: int | None  # seconds to its end, a guess; None while there is nothing to guess from
    before: int  # jobs ahead of it in the queue
    queue: QueueHealth

    @property
    def waits(self) -> bool:
        """It stands in the queue."""
        return self.state is JobState.QUEUED

    @property
    def over(self) -> bool:
        """Nobody works at it any more."""
        return self.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)

    @property
    def failed(self) -> bool:
        """It ended without its work done."""
        return self.state in (JobState.FAILED, JobState.CANCELLED)


def progress_of(job_id: int | None) -> Progress | None:
    """Return how a job does; None when there is none, or none of one's own."""
    if job_id is None:
        return None
    row = (
        session()
        .execute(select(Job.state, Job.progress, Job.sent_at).where(Job.id == job_id))
        .one_or_none()
    )
    if row is None:
        return None
    state, done, sent_at = row
    waits = state is JobState.QUEUED
    return Progress(
        state,
        done * 100 // WHOLE,
        until_done(session(), job_id) if waits else _rest(done, sent_at),
        ahead(session(), job_id) if waits else 0,
        alive(session()),
    )


def _rest(done: int, since: datetime | None) -> int | None:
    if since is None or not SURE <= done < WHOLE:
        return None
    spent = (datetime.now(UTC) - since).total_seconds()
    return max(1, round(spent * (WHOLE - done) / done))
