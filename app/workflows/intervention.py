"""强制干预: the waiting side asks the next tier to sit at the desk of an office that is silent.

P09.5, Q-22: after N working days at one step the case goes to the next city or province (or, when
the province decided so, straight to the province), whose registrar decides in place of the silent
office. The trail names both.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.errors import Refusal, refuse_unless
from app.models.case import Case
from app.models.organisation import Organisation
from app.policies.switches import setting
from app.workflows.calendar import working_days
from app.workflows.desk import Desk, Trigger
from app.workflows.parties import above
from app.workflows.persons import Check


def is_offered(case: Case, desk: Desk | None, first: Desk) -> bool:
    """Tell whether the present desk is one that can be silent: a review desk of somebody else."""
    at_review = desk is not None and desk is not first and desk.act is Trigger.AGREE
    return at_review and case.awaiting_id != case.initiator_org_id


def intervener(session: Session, case: Case, today: date) -> Organisation | None:
    """Return who would decide in place of the office where the case lies, or None."""
    if case.awaiting is None:
        return None
    mode = setting(session, case.awaiting.path, "intervention_mode", today)
    return above(case, case.awaiting, direct=mode.value == "direct")


def checks(session: Session, case: Case, today: date) -> list[Check]:
    """Return what an intervention depends on besides the person who asks for it."""
    place = case.awaiting.path if case.awaiting else case.owner_path
    days = setting(session, place, "intervention_days", today).number
    waited = working_days(case.step_since.astimezone(BEIJING).date(), today)
    late = Refusal("E-WAIT", {"days": days, "waited": waited})
    return [
        Check("has_waited", None if waited >= days else late),
        Check("somebody_above", refuse_unless(bool(intervener(session, case, today)), "E-NOTIER")),
    ]
