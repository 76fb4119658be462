"""The house's own small jobs, asked for by the clock."""

from __future__ import annotations

from datetime import timedelta

from rq.registry import FailedJobRegistry, FinishedJobRegistry, StartedJobRegistry
from sqlalchemy import delete, func

from app.jobs.queue import job
from app.jobs.run import Run
from app.jobs.worker import queue, redis
from app.models.job import Pulse

PULSES_KEPT = timedelta(days=1)
REGISTRIES = (StartedJobRegistry, FinishedJobRegistry, FailedJobRegistry)


@job("clean-registries", timeout=60)
def clean_registries(_run: Run) -> None:
    """Let RQ forget deliveries whose child was killed; our rows tell how they ended."""
    there = queue(redis())
    for registry in REGISTRIES:
        registry(queue=there).cleanup()


@job("sweep-pulses", timeout=60)
def sweep_pulses(run: Run) -> None:
    """Forget processes that have not been seen for a day."""
    with run.step() as session:
        session.execute(delete(Pulse).where(Pulse.seen_at < func.now() - PULSES_KEPT))
