"""The route of a case: the desks it passed, the one it lies on, and those ahead."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.models.case import CaseEvent, Decision
from app.views.case_words import desk_words
from app.workflows.desk import Desk, Ending
from app.workflows.parties import organisation_of
from app.workflows.processes import flow_of

FORWARD = (Decision.SUBMIT, Decision.AGREE, Decision.PULL)


class Stop(NamedTuple):
    """A desk of the route strip: what is done there, by whom, when or until when."""

    number: int
    look: str  # done, here, or nothing yet
    word: Any
    organisation: str
    who: str
    when: datetime | None
    desk: Desk


def stops_of(session: Session, case: Any, today: date) -> list[Stop]:
    """Return the route of a case, drawn from the table of its process."""
    flow, passed, stops = flow_of(case), _passed(case), []
    here = flow.desk(case.state)
    for n, desk in enumerate(flow.route(case), start=1):
        event, word = passed.get(desk.state), desk_words(case, desk).full
        if desk is not here and event is not None:
            where = event.organisation.name
            stops.append(Stop(n, "done", word, where, event.user.name, event.at, desk))
        else:
            look, place = (
                "here" if desk is here else "",
                organisation_of(session, case, desk.party, today),
            )
            stops.append(Stop(n, look, word, place.name, "", None, desk))
    return stops


def _passed(case: Any) -> dict[str, CaseEvent]:
    """Return the last forward step of every desk; sending back begins the route anew."""
    passed: dict[str, CaseEvent] = {}
    for event in case.events:
        if event.decision is Decision.RETURN:
            passed.clear()
        elif event.decision in FORWARD:
            first = flow_of(case).desks[0].state
            state = first if event.from_state == Ending.RETURNED else event.from_state
            passed[state] = event
    return passed
