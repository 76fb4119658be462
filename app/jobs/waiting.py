"""How long a job has to wait, told to whoever asked for it without showing them anybody's work."""

from __future__ import annotations

from collections import defaultdict
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.queue import FRESH
from app.jobs.run import JOB
from app.models.import_batch import ImportBatch
from app.models.job import JobState, Pulse
from app.policies.scope import elevated

BUSY = (JobState.QUEUED, JobState.RUNNING)
REACH = 2000  # jobs back that a guess is made of
SAMPLES = 20  # of them, the newest of a kind
WAY = 500  # jobs ahead that are looked at one by one

Pace = dict[str, list[tuple[float, int]]]  # kind: seconds and rows of those that are done


def ahead(session: Session, job_id: int) -> int:
    """Return how many jobs of the whole house stand before this one; only the figure comes back."""
    before = select(func.count()).where(
        JOB.c.id < job_id, JOB.c.state.in_(BUSY), JOB.c.run_after <= func.now()
    )
    with elevated(session, "queue.position"):
        return session.scalar(before) or 0


def until_done(session: Session, job_id: int) -> int | None:
    """Return in how many seconds a waiting job may be done; None while nothing tells.

    A guess: how long the last jobs of each kind took, by the row where their rows were counted.
    """
    way = (
        select(JOB.c.id, JOB.c.kind, JOB.c.args)
        .where(JOB.c.id <= job_id, JOB.c.state.in_(BUSY), JOB.c.run_after <= func.now())
        .order_by(JOB.c.id.desc())
        .limit(WAY)
    )
    with elevated(session, "queue.position"):
        jobs = session.execute(way).all()
        pace = _pace(session, job_id, {job.kind for job in jobs})
        spans = [_span(session, job, pace) for job in jobs]
        hands = session.scalar(
            select(func.count()).where(
                Pulse.name.startswith("worker "), Pulse.seen_at > func.now() - FRESH
            )
        )
    own = spans[0] if jobs and jobs[0].id == job_id else None
    if own is None:
        return None
    before = sum(span or 0.0 for span in spans[1:])
    return max(1, round(own + before / max(hands or 0, 1)))


def _pace(session: Session, job_id: int, kinds: set[str]) -> Pace:
    took = func.extract("epoch", JOB.c.ended_at - JOB.c.sent_at)
    done = (
        select(JOB.c.kind, took, JOB.c.result["rows"].as_integer())
        .where(JOB.c.id > job_id - REACH, JOB.c.state == JobState.DONE, JOB.c.kind.in_(kinds))
        .where(JOB.c.sent_at.is_not(None))
        .order_by(JOB.c.id.desc())
    )
    pace: Pace = defaultdict(list)
    for kind, seconds, rows in session.execute(done):
        if len(pace[kind]) < SAMPLES:
            pace[kind].append((float(seconds), rows or 0))
    return pace


def _span(session: Session, job: Any, pace: Pace) -> float | None:
    """Return how many seconds one job may take; None when none of its kind was done lately."""
    known = pace[job.kind]
    if not known:
        return None
    rows = 0
    if batch_id := job.args.get("batch"):
        rows = session.scalar(select(ImportBatch.total).where(ImportBatch.id == batch_id)) or 0
    by_row = [seconds / many for seconds, many in known if many]
    if rows and by_row:
        return rows * median(by_row)
    return median(seconds for seconds, _ in known)
