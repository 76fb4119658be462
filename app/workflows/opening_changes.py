"""Opening movements and key data changes: of one's own pupil, or of one who comes back to us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.errors import NotFound, Refusal, Refused
from app.models.change import KeyChange, KeyChangeLine, Movement, MovementType
from app.models.school import SchoolClass
from app.models.student import Student
from app.workflows.controlled import CATALOGUE
from app.workflows.desk import Act
from app.workflows.key_change import as_text
from app.workflows.movement import MOVES, OTHER
from app.workflows.opening import place_of, snapshot, sought
from app.workflows.processes import KEY_CHANGE, MOVEMENT


@dataclass(frozen=True, slots=True)
class Plan:
    """What a movement is to be: the answers of its form."""

    type: MovementType
    happened_on: date
    reason: str = OTHER  # code table movement_reason
    reason_text: str | None = None
    until_on: date | None = None
    to_class_id: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """Which fields are to hold what, as the registry writes them (`as_text`), and why."""

    wanted: Mapping[str, str | None]
    reason: str


def open_movement(
    session: Session, student_id: int, plan: Plan, act: Act, papers: Sequence[int] = ()
) -> Movement:
    """Open and submit a movement of a pupil of the actor's school, or raise; never commits."""
    pupil = own_pupil(session, student_id, act)
    case = Movement(student_id=pupil.id, owner_id=pupil.school_id, snapshot=snapshot(pupil))
    lay_down(session, case, plan, act)
    MOVEMENT.open(session, case, act, papers)
    return case


def open_return(
    session: Session, named: tuple[str, str], plan: Plan, act: Act, papers: Sequence[int] = ()
) -> Movement:
    """Ask back a pupil whom another school holds, by exact name and number; never commits.

    "No such number", "another name" and a movement that only the pupil's own school may start are
    told apart as little as in a transfer.
    """
    if not MOVES[plan.type].by_receiver:
        raise Refused(Refusal("E-SCHOOL"))
    found = sought(session, *named)
    if found is None:
        raise Refused(Refusal("E-NOTFOUND"))
    case = Movement(
        student_id=found["student_id"],
        owner_id=found["school_id"],
        receiving_id=act.actor.organisation_id,
        snapshot=found["snapshot"],
    )
    if case.owner_id == case.receiving_id:
        case.receiving_id = None
    lay_down(session, case, plan, act)
    MOVEMENT.open(session, case, act, papers)
    return case


def open_key_change(
    session: Session,
    student_id: int,
    correction: Correction,
    act: Act,
    papers: Sequence[int] = (),
) -> KeyChange:
    """Open and submit a change of controlled fields, or raise; never commits."""
    pupil = own_pupil(session, student_id, act)
    if not correction.reason.strip():
        raise Refused(Refusal("E-REASON"))
    case = KeyChange(
        student_id=pupil.id,
        owner_id=pupil.school_id,
        reason_text=correction.reason.strip(),
        snapshot=snapshot(pupil),
    )
    write_lines(case, pupil, correction.wanted)
    KEY_CHANGE.open(session, case, act, papers)
    return case


def own_pupil(session: Session, student_id: int, act: Act) -> Student:
    """Return a pupil of the actor's school, or raise `NotFound`."""
    pupil = session.get(Student, student_id)
    if pupil is None or pupil.school_id != act.actor.organisation_id:
        raise NotFound
    return pupil


def lay_down(session: Session, case: Movement, plan: Plan, act: Act) -> None:
    """Write the answers of the form into a movement, new or sent back."""
    if plan.until_on is not None and plan.until_on <= plan.happened_on:
        raise Refused(Refusal("E-TERM"))
    case.type, case.happened_on, case.until_on = plan.type, plan.happened_on, plan.until_on
    case.reason, case.reason_text = plan.reason, plan.reason_text
    case.variant = plan.type.value
    case.to_grade_id = case.to_class_id = None
    if plan.to_class_id is not None:
        room = session.get(SchoolClass, plan.to_class_id)
        if room is None or room.school_id != act.actor.organisation_id:
            raise Refused(Refusal("E-TARGET"))
        case.to_grade_id, case.to_class_id = room.grade_id, room.id
        case.snapshot = case.snapshot | {"to": place_of(room)}


def write_lines(case: KeyChange, pupil: Student, wanted: Mapping[str, str | None]) -> None:
    """Write old and new values of the fields into a change, new or sent back."""
    if unknown := sorted(set(wanted) - set(CATALOGUE)):
        raise Refused(Refusal("E-CF-FIELD", {"fields": unknown}))
    case.lines = [
        KeyChangeLine(field=name, before=as_text(getattr(pupil, name)), after=wanted[name])
        for name in CATALOGUE
        if name in wanted
    ]
