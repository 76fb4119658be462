"""What a movement would do: the case as it would be, drawn before there is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.models.change import Movement
from app.models.organisation import Organisation
from app.models.student import Student
from app.views.actor import current_actor, session, today
from app.views.case_sheet import Sheet
from app.views.movement_words import movement_promise
from app.workflows.desk import Act, Trigger
from app.workflows.foreseeing import foreseen
from app.workflows.opening import find_pupil, snapshot
from app.workflows.opening_changes import Plan, lay_down
from app.workflows.processes import MOVEMENT


class Preview(Sheet):
    """A sheet of a case that is not on the registry: what would change, and what stops it."""

    @property
    def effect(self) -> str:
        """What holds once everybody on the route has agreed."""
        return movement_promise(self.case)

    @property
    def blocked(self) -> list[str]:
        """Every reason against submitting."""
        return [text for kind, text in self.why if kind == "bad"]


def preview_of(held: dict[str, Any], plan: Plan, papers: Sequence[int]) -> Preview:
    """Return the preview of a movement of a pupil (``held`` as `find_pupil` returns it)."""
    case = Movement(
        student_id=held["student_id"], owner_id=held["school_id"], snapshot=held["snapshot"]
    )
    return _drawn(case, plan, papers)


def preview_again(case: Movement, plan: Plan, papers: Sequence[int]) -> Preview:
    """Return the preview of a movement that was sent back, laid down anew; it stays untouched."""
    copy = Movement(
        id=case.id,
        student_id=case.student_id,
        owner_id=case.owner_id,
        receiving_id=case.receiving_id,
        snapshot={key: value for key, value in case.snapshot.items() if key != "to"},
    )
    return _drawn(copy, plan, papers)


def held_by_us(pupil: Student) -> dict[str, Any]:
    """Return an own pupil as `find_pupil` returns one."""
    return {
        "student_id": pupil.id,
        "school_id": pupil.school_id,
        "snapshot": snapshot(pupil),
    }


def held_elsewhere(name: str, number: str) -> dict[str, Any]:
    """Find a pupil by exact name and number; the look-up is on the record, whatever comes of it."""
    held = find_pupil(session(), name, number)
    session().commit()
    return held


def _drawn(case: Movement, plan: Plan, papers: Sequence[int]) -> Preview:
    actor = current_actor()
    act = Act(Trigger.SUBMIT, actor, today())
    if case.owner_id != actor.organisation_id:
        case.receiving_id = actor.organisation_id
    case.state, case.version = MOVEMENT.desks[0].state, 1
    case.awaiting_id, case.awaiting_office = actor.organisation_id, MOVEMENT.desks[0].office
    case.initiator_id, case.initiator_org_id = actor.user_id, actor.organisation_id
    lay_down(session(), case, plan, act)
    home = session().get_one(Organisation, actor.organisation_id)
    case.owner = session().get_one(Organisation, case.owner_id)
    case.receiving = home if case.receiving_id else None
    case.initiator_org = home
    checks = foreseen(session(), case, act, papers)
    return Preview(session(), case, actor, today(), {Trigger.SUBMIT: checks})
