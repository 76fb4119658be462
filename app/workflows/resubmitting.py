"""退回后修改: a movement that was sent back is laid down anew and submitted again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.errors import NotFound, Refusal, Refused, Stale
from app.models.change import Movement
from app.models.student import Student
from app.policies.scope import elevated
from app.workflows.attaching import bind
from app.workflows.desk import Act, Ending
from app.workflows.opening import snapshot
from app.workflows.opening_changes import Plan, lay_down
from app.workflows.processes import MOVEMENT


class Seen(NamedTuple):
    """A case, and the version of it somebody looked at."""

    case_id: int
    version: int


def returned_movement(session: Session, case_id: int, act: Act) -> Movement:
    """Return a movement that lies sent back with the actor's school, or raise; writes nothing."""
    case = session.get(Movement, case_id)
    if case is None or case.initiator_org_id != act.actor.organisation_id:
        raise NotFound
    if case.state != Ending.RETURNED:
        raise Refused(Refusal("E-CLOSED"))
    return case


def resubmit_movement(
    session: Session, seen: Seen, plan: Plan, act: Act, papers: Sequence[int] = ()
) -> Movement:
    """Write new answers into a movement that was sent back and submit it, or raise; never commits.

    ``papers`` come to the evidence it has already. What the case remembers of its pupil is what
    holds now.
    """
    case = returned_movement(session, seen.case_id, act)
    session.refresh(case, with_for_update=True)
    if case.version != seen.version:
        raise Stale
    with elevated(session, "case.snapshot"):  # who comes back may be held by another school
        case.snapshot = snapshot(session.get_one(Student, case.student_id))
    lay_down(session, case, plan, act)
    bind(session, case, papers, act.actor.user_id)
    session.flush()
    MOVEMENT.fire(session, case, act)
    return case
