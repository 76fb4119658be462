"""Doing one job to its end in this process, as a worker's child would."""

from __future__ import annotations

from typing import Any

from app.jobs import registry
from app.jobs.queue import KINDS
from app.jobs.run import claim
from app.jobs.sessions import connected


def done(job_id: int | None) -> dict[str, Any]:
    """Claim a job, do it and finish it; return its result."""
    registry.load()
    if job_id is None:
        raise RuntimeError("this was asked for before")
    with connected() as connection:
        run = claim(connection, job_id, "bench")
        if run is None:
            raise RuntimeError("somebody else's worker took the job: stop it")
        result = KINDS[run.kind].work(run)
        run.finish(result)
    return result or {}
