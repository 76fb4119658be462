"""How long a job has to wait, told to whoever asked for it without showing them anybody's work."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.jobs.run import JOB
from app.models.job import JobState
from app.policies.scope import elevated

BUSY = (JobState.QUEUED, JobState.RUNNING)


def ahead(session: Session, job_id: int) -> int:
    """Return how many jobs of the whole house stand before this one; only the figure comes back."""
    before = select(func.count()).where(
        JOB.c.id < job_id, JOB.c.state.in_(BUSY), JOB.c.run_after <= func.now()
    )
    with elevated(session, "queue.position"):
        return session.scalar(before) or 0
