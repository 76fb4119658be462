"""Whose desk a case lies on, since when and until when; in whose place an intervening one sits."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from app.models.case import Case
from app.models.organisation import Organisation
from app.policies.roles import Office
from app.policies.switches import setting
from app.workflows.calendar import due
from app.workflows.desk import Desk
from app.workflows.intervention import intervener
from app.workflows.parties import office_of, organisation_of


def lay(session: Session, case: Case, desk: Desk | None, today: date, *, at_start: bool) -> None:
    """Lay a case on a desk of its route, or close it when there is none.

    The clock stands still while a case lies with its originator after it was sent back.
    """
    case.silent_id, case.step_since = None, datetime.now(UTC)
    if desk is None:
        case.awaiting_id = case.awaiting_office = case.due_on = None
        case.closed_at = datetime.now(UTC)
    elif at_start:
        _put(case, case.initiator_org, desk.office, None)
    else:
        place = organisation_of(session, case, desk.party, today)
        _put(case, place, desk.office, until(session, place, today))


def send_above(session: Session, case: Case, today: date) -> None:
    """Lay a case on the desk of whoever decides in place of the silent office (P09.5)."""
    place = intervener(session, case, today)
    assert place is not None  # noqa: S101  the guards have found it
    case.silent_id, case.step_since = case.silent_id or case.awaiting_id, datetime.now(UTC)
    _put(case, place, office_of(place), until(session, place, today))


def until(session: Session, place: Organisation, today: date) -> date:
    """Return the day by which an office should have decided (Q-38); never an automatic yes."""
    return due(today, setting(session, place.path, "step_days", today).number)


def _put(case: Case, place: Organisation, office: Office, due_on: date | None) -> None:
    case.awaiting, case.awaiting_id, case.awaiting_office = place, place.id, office
    case.due_on = due_on
