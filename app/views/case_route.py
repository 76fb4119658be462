"""The route of a case: the desks it passed, the one it lies on, where it ended, those ahead."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.models.case import CaseEvent, Decision
from app.models.organisation import Organisation
from app.policies.switches import setting
from app.views.case_words import desk_words
from app.workflows.desk import Desk, Ending
from app.workflows.parties import organisation_of
from app.workflows.processes import flow_of

FORWARD = (Decision.SUBMIT, Decision.AGREE, Decision.INTERVENE, Decision.PULL)
STOPPED = (Ending.REJECTED, Ending.WITHDRAWN, Ending.CLEANED)


class Stop(NamedTuple):
    """A desk of the route strip: what is done there, by whom, when or until when.

    ``silent`` is the office in whose place the one of this stop sits or sat.
    """

    number: int
    look: str  # done, here, stopped, or nothing yet
    word: Any
    organisation: str
    who: str
    when: datetime | None
    desk: Desk
    silent: str = ""
    path: str = ""  # of the organisation ahead, for the days it has

    def days(self, session: Session, today: date) -> int:
        """Return how many working days this desk has, as its authorities decided."""
        return setting(session, self.path, "step_days", today).number


def stops_of(session: Session, case: Any, today: date) -> list[Stop]:
    """Return the route of a case, drawn from the table of its process."""
    flow, passed, ended = flow_of(case), _passed(case), _end(case)
    here, stops = flow.desk(case.state), []
    for n, desk in enumerate(flow.route(case), start=1):
        event, word = passed.get(desk.state), desk_words(case, desk).full
        if desk is here:
            place = case.awaiting or organisation_of(session, case, desk.party, today)
            silent = case.silent.name if case.silent else ""
            stops.append(Stop(n, "here", word, place.name, "", None, desk, silent, place.path))
        elif ended is not None and _state(case, ended) == desk.state:
            stops.append(_by(n, "stopped", word, ended, desk))
        elif event is not None:
            stops.append(_by(n, "done", word, event, desk))
        else:
            ahead: Organisation = organisation_of(session, case, desk.party, today)
            stops.append(Stop(n, "", word, ahead.name, "", None, desk, path=ahead.path))
    return stops


def _by(n: int, look: str, word: Any, event: CaseEvent, desk: Desk) -> Stop:
    """Return a stop where somebody has decided."""
    silent = event.silent.name if event.silent else ""
    who = event.user.name
    return Stop(n, look, word, event.organisation.name, who, event.at, desk, silent)


def _end(case: Any) -> CaseEvent | None:
    """Return the step that ended a case without effect, or None."""
    return case.events[-1] if case.state in STOPPED and case.events else None


def _state(case: Any, event: CaseEvent) -> str:
    """Return at which desk a step was taken; a returned case lies on the first one."""
    first = flow_of(case).desks[0].state
    return first if event.from_state == Ending.RETURNED else str(event.from_state)


def _passed(case: Any) -> dict[str, CaseEvent]:
    """Return the last forward step of every desk; sending back begins the route anew."""
    passed: dict[str, CaseEvent] = {}
    for event in case.events:
        if event.decision is Decision.RETURN:
            passed.clear()
        elif event.decision in FORWARD:
            passed[_state(case, event)] = event
    return passed
