"""The morning of the clock: reminders, what is late, suspensions that end."""

from __future__ import annotations

from typing import Any

from app.jobs.importing import today
from app.jobs.queue import job
from app.jobs.run import Run
from app.policies.audit import record
from app.policies.scope import elevated
from app.workflows.reminding import last_id, remind

CHUNK = 50_000  # case ids of one step
WHOLE = 1000  # thousandths


@job("case.remind")
def remind_all(run: Run) -> dict[str, Any]:
    """Tell what is due, late or ending, some cases a step; killed at any point, it goes on."""
    told: dict[str, int] = dict(run.checkpoint.get("told", {}))
    at, last = int(run.checkpoint.get("at", 0)), None
    while last is None or at <= last:
        with run.step(at=at + CHUNK, told=told) as session:
            with elevated(session, "case.remind"):
                last = last_id(session)
                new = remind(session, today(), (at, at + CHUNK))
            told |= {kind: told.get(kind, 0) + n for kind, n in new.items()}
            run.progress = min(WHOLE, WHOLE * (at + CHUNK) // max(last, 1))
            if any(new.values()):
                record(session, "cases.reminded", told=new)
        at += CHUNK
    return told
