"""查重 as a job: whoever is new or has another identity is compared with the whole registry (P04).

The clock asks for it within a minute of an entry; an import and a form ask at once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.jobs.queue import ask, job
from app.jobs.run import JOB, Run
from app.models.job import JobState
from app.models.problem import CheckWaiting
from app.policies.audit import record
from app.policies.scope import elevated
from app.workflows import duplicates

KIND = "duplicates.check"
WINDOW = 2_000  # records of one step; approvals of problems wait while it is written


def ask_compare(session: Session, now: datetime) -> None:
    """Ask for the job once a minute while somebody waits to be compared; never commits.

    Not while one is at it: two would compare the same records.
    """
    at_it = JOB.c.state.in_((JobState.QUEUED, JobState.RUNNING))
    if session.scalar(select(exists().where(JOB.c.kind == KIND, at_it))):
        return
    with elevated(session, KIND):
        is_due = session.scalar(select(exists().where(CheckWaiting.student_id > 0)))
    if is_due:
        ask(session, KIND, key=f"{KIND}:{now:%Y-%m-%dT%H:%M%z}")


@job(KIND)
def compare_all(run: Run) -> dict[str, Any]:
    """Compare all who wait, a window at a time; each is a transaction of its own."""
    done = moved = last = 0
    while True:
        with run.step() as session, elevated(session, KIND):
            window = duplicates.waiting(session, WINDOW, last)
            found = duplicates.check(session, [student_id for student_id, _ in window])
            duplicates.checked(session, window)
            if found:
                record(session, KIND, compared=len(window), moved=len(found))
        done, moved = done + len(window), moved + len(found)
        if len(window) < WINDOW:
            return {"compared": done, "moved": moved}
        last = window[-1][0]
