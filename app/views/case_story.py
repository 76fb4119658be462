"""办理记录: what happened to a case as one story: steps, and what people told each other."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from app.codes.workdays import BEIJING
from app.models.case import CaseComment, CaseEvent, Decision
from app.workflows.calendar import working_days


class Line(NamedTuple):
    """A line of the timeline: a step or a comment; ``silent_days`` of the office passed over."""

    at: datetime
    event: CaseEvent | None = None
    comment: CaseComment | None = None
    silent_days: int | None = None


def story_of(case: Any, comments: list[CaseComment]) -> list[Line]:
    """Return the lines of a case, newest first."""
    days = silences(case.events)
    lines = [Line(event.at, event, silent_days=days.get(event.id)) for event in case.events]
    lines += [Line(comment.at, comment=comment) for comment in comments]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def silences(events: list[CaseEvent]) -> dict[int, int]:
    """Return for escalations and interventions how many working days the office was silent.

    That is from when the case came to the silent office until the next tier was asked.
    """
    found: dict[int, int] = {}
    came: datetime | None = None
    asked: int | None = None
    for event in events:
        if event.decision is Decision.ESCALATE:
            if asked is None and came is not None:
                asked = working_days(_day(came), _day(event.at))
            found[event.id] = asked or 0
            continue
        if event.decision is Decision.INTERVENE and asked is not None:
            found[event.id] = asked
        came, asked = event.at, None
    return found


def _day(moment: datetime) -> Any:
    return moment.astimezone(BEIJING).date()
