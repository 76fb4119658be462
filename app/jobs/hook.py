"""The outgoing hook: every step of a case told to an outside system, at least once and in order.

The clock asks for it once an hour, and within a minute after a step. Each message is sent inside
the transaction that notes its answer: whoever is killed in between sends it again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.jobs.posting import TAKEN, post
from app.jobs.queue import ask, job
from app.jobs.run import Run
from app.policies.scope import elevated
from app.workflows import telling
from config import Config

KIND = "hook.send"
IN_A_ROW = 3  # messages that failed one after another: nobody listens there, try later
AT_MOST = 2000  # messages of one job; the next minute has another


def ask_when_due(session: Session, now: datetime) -> None:
    """Ask for the job once a minute while the hook is on and something waits; never commits."""
    if not Config.read().hook_url:
        return
    with elevated(session, KIND):
        is_due = telling.is_waiting(session)
    if is_due:
        ask(session, KIND, key=f"hook:{now:%Y-%m-%dT%H:%M%z}")


@job(KIND)
def send_all(run: Run) -> dict[str, Any]:
    """Send what waits; with the hook off let the past be past."""
    if not Config.read().hook_url:
        return rest(run)
    with run.step() as session, elevated(session, KIND):
        telling.fill(session)
    sent = failed = in_a_row = 0
    while in_a_row < IN_A_ROW and sent + failed < AT_MOST:
        taken = send_one(run)
        if taken is None:
            break
        sent, failed = sent + taken, failed + (not taken)
        in_a_row = 0 if taken else in_a_row + 1
    return {"sent": sent, "failed": failed}


def send_one(run: Run) -> bool | None:
    """Send the next message; tell whether it was taken, None when nothing is due."""
    config = Config.read()
    with run.step() as session:
        with elevated(session, KIND):
            event_id = telling.next_due(session)
            said = telling.message(session, event_id) if event_id is not None else None
        if event_id is None or said is None:
            return None
        answer = post(config.hook_url, config.hook_secrets, said)
        taken = answer in TAKEN
        telling.settle(session, event_id, answer, taken=taken)
    return taken


def rest(run: Run) -> dict[str, Any]:
    """While the hook is off, what happens is past: once it is on again, it begins from there."""
    with run.step() as session, elevated(session, KIND):
        if telling.was_on(session):
            telling.begin(session)
    return {}
