"""What the clock asks for: a table, and the one statement that makes a job of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from croniter import croniter
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.jobs.comparing import ask_compare
from app.jobs.hook import ask_when_due
from app.jobs.numbering import ask_issue
from app.jobs.queue import ask


class Tick(NamedTuple):
    """A kind of job the clock asks for."""

    kind: str
    cron: str  # Beijing time
    why: str


SCHEDULE: tuple[Tick, ...] = (
    Tick(
        "clean-registries", "17 * * * *", "RQ's lists keep the names of children that were killed"
    ),
    Tick("sweep-files", "50 * * * *", "a workbook whose work is done is still somebody's class"),
    Tick(
        "export.expire", "25 * * * *", "what was taken out and not fetched is still personal data"
    ),
    Tick("anchor-audit", "7 * * * *", "who cuts the log's tail cannot cut a file elsewhere"),
    Tick("verify-audit", "10 4 * * *", "a log nobody checks may be changed by anybody"),
    Tick("sweep-pulses", "40 3 * * *", "every worker that ever ran leaves one row"),
    Tick("hook.send", "37 * * * *", "what the outside system did not take is tried again"),
    Tick("case.remind", "30 6 * * *", "a case that lies unseen costs a pupil a month"),
    Tick("seal-accounts", "20 2 * * *", "a door nobody uses is a door nobody watches"),
)


def tick(session: Session, now: datetime, schedule: Sequence[Tick]) -> None:
    """Ask for what was last due, once, however many ask and however late."""
    for entry in schedule:
        moment = now.astimezone(BEIJING) + timedelta(seconds=1)
        due = croniter(entry.cron, moment).get_prev(datetime)
        ask(session, entry.kind, key=f"cron:{entry.kind}:{due.isoformat()}")
    ask_when_due(session, now)
    ask_compare(session, now)
    ask_issue(session, now)
