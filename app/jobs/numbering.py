"""学籍号签发 as a job: whoever was verified gets a formal number, a window at a time (P34).

A mark, a round and a comparison ask at once; the clock asks while somebody is due.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.jobs.importing import today
from app.jobs.queue import ask, job
from app.jobs.run import JOB, Run
from app.models.job import JobState
from app.policies.audit import record
from app.policies.scope import elevated
from app.workflows import issuing

KIND = "numbers.issue"
WINDOW = 5_000  # pupils of one step


def ask_issue(session: Session, now: datetime) -> None:
    """Ask for the job once a minute while a number is due; never commits.

    Not while one is at it.
    """
    at_it = JOB.c.state.in_((JobState.QUEUED, JobState.RUNNING))
    if session.scalar(select(exists().where(JOB.c.kind == KIND, at_it))):
        return
    with elevated(session, KIND):
        is_due = issuing.due(session, now.astimezone(BEIJING).date())
    if is_due:
        ask(session, KIND, key=f"{KIND}:{now:%Y-%m-%dT%H:%M%z}")


def ask_numbers(session: Session, organisation_id: int) -> None:
    """Ask for the job at once, in the name of whoever verified; never commits."""
    ask(session, KIND, organisation_id=organisation_id)


@job(KIND)
def issue_all(run: Run) -> dict[str, Any]:
    """Give every number that is due; each window is a transaction of its own."""
    given = stuck = last = 0
    while True:
        with run.step() as session, elevated(session, KIND):
            window = issuing.due_ids(session, today(), last, WINDOW)
            done = issuing.issue(session, window, today())
            if any(done):
                record(session, KIND, given=done.given, stuck=done.stuck)
        given, stuck = given + done.given, stuck + done.stuck
        if len(window) < WINDOW:
            return {"given": given, "stuck": stuck}
        last = window[-1]
