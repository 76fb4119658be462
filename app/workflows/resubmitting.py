"""退回后修改: a movement or a transfer that was sent back is laid down anew and submitted again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from sqlalchemy.orm import Session

from app.errors import NotFound, Refusal, Refused, Stale
from app.models.case import Case, Transfer
from app.models.change import Movement
from app.models.student import Student
from app.policies.scope import elevated
from app.workflows.attaching import bind
from app.workflows.desk import Act, Ending
from app.workflows.opening import Aim, place_of, room_of_aim, snapshot
from app.workflows.opening_changes import Plan, lay_down
from app.workflows.processes import MOVEMENT, TRANSFER

C = TypeVar("C", bound=Case)


class Seen(NamedTuple):
    """A case, and the version of it somebody looked at."""

    case_id: int
    version: int


def returned_movement(session: Session, case_id: int, act: Act) -> Movement:
    """Return a movement that lies sent back with the actor's school, or raise; writes nothing."""
    return returned(session, Movement, case_id, act)


def returned_transfer(session: Session, case_id: int, act: Act) -> Transfer:
    """Return a transfer that lies sent back with the actor's school, or raise; writes nothing."""
    return returned(session, Transfer, case_id, act)


def resubmit_movement(
    session: Session, seen: Seen, plan: Plan, act: Act, papers: Sequence[int] = ()
) -> Movement:
    """Write new answers into a movement that was sent back and submit it, or raise; never commits.

    ``papers`` come to the evidence it has already. What the case remembers of its pupil is what
    holds now.
    """
    case = held(session, returned_movement(session, seen.case_id, act), seen)
    lay_down(session, case, plan, act)
    bind(session, case, papers, act.actor.user_id)
    session.flush()
    MOVEMENT.fire(session, case, act)
    return case


def resubmit_transfer(
    session: Session, seen: Seen, aim: Aim, act: Act, papers: Sequence[int] = ()
) -> Transfer:
    """Write another class and reason into a transfer that was sent back and submit it, or raise.

    Pupil and schools stay as they are; ``papers`` come to the evidence it has. Never commits.
    """
    case = held(session, returned_transfer(session, seen.case_id, act), seen)
    aim_at(session, case, aim, act)
    bind(session, case, papers, act.actor.user_id)
    session.flush()
    TRANSFER.fire(session, case, act)
    return case


def aim_at(session: Session, case: Transfer, aim: Aim, act: Act) -> None:
    """Write where to and why into a transfer."""
    room = room_of_aim(session, aim, act)
    case.to_grade_id, case.to_class_id = room.grade_id, room.id
    case.reason, case.reason_text = aim.reason, aim.reason_text
    case.snapshot = case.snapshot | {"to": place_of(room)}


# ── what every process that is mended shares ────────────────────────────────────────────────


def returned(session: Session, kind: type[C], case_id: int, act: Act) -> C:
    """Return a case that lies sent back with the actor's school, or raise; writes nothing."""
    case = session.get(kind, case_id)
    if case is None or case.initiator_org_id != act.actor.organisation_id:
        raise NotFound
    if case.state != Ending.RETURNED:
        raise Refused(Refusal("E-CLOSED"))
    return case


def held(session: Session, case: C, seen: Seen) -> C:
    """Lock a case, compare its version, and let it remember its pupil as of now."""
    session.refresh(case, with_for_update=True)
    if case.version != seen.version:
        raise Stale
    with elevated(session, "case.snapshot"):  # the pupil may be held by another school
        case.snapshot = snapshot(session.get_one(Student, case.student_id))
    return case
