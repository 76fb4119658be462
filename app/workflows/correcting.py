"""关键数据变更的填报: what a change would do before it is asked for, and asking once more (P06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from app.errors import NotFound, Refusal, Refused, Stale, refuse_unless
from app.models.case import Case
from app.models.change import KeyChange
from app.models.organisation import Organisation
from app.models.student import NumberKind, Student
from app.policies.scope import elevated
from app.workflows.attaching import bind
from app.workflows.desk import Act, Ending
from app.workflows.key_change import IDENTITY, doubles, is_numbering, keeps_number, number_after
from app.workflows.opening import snapshot
from app.workflows.opening_changes import Correction, own_pupil, write_lines
from app.workflows.persons import Check, is_here
from app.workflows.processes import KEY_CHANGE, PROCESSES

EVIDENCE = "has_evidence"


class NumberFate(StrEnum):
    """What becomes of the student number once a change is carried out."""

    STAYS = "STAYS"
    BECOMES_G = "BECOMES_G"  # made of the new ID number; the old one stays searchable
    STAYS_L = "STAYS_L"  # until the ID number is verified


@dataclass(frozen=True, slots=True)
class Ahead:
    """A change as it would be: not on the registry, with everything that stands in its way."""

    case: KeyChange
    checks: Sequence[Check]


def ahead(
    session: Session, student_id: int, correction: Correction, act: Act, papers: int
) -> Ahead:
    """Return what submitting a correction would meet; ``papers`` counts the evidence at hand.

    Nothing is stored.
    """
    pupil = own_pupil(session, student_id, act)
    draft = KeyChange(reason_text=correction.reason)
    as_drafted(session, draft, pupil, act)
    write_lines(draft, pupil, correction.wanted)
    found = {check.name: check for check in KEY_CHANGE.checks(session, draft, act)}
    found[EVIDENCE] = Check(EVIDENCE, refuse_unless(papers > 0, "E-EVIDENCE"))
    found.pop("is_here", None)  # goes without saying
    checks = list(found.values())
    return Ahead(draft, checks)


def as_drafted(session: Session, draft: Case, pupil: Student, act: Act) -> None:
    """Make a case of an own pupil look as if it lay on its first desk, without storing it."""
    first = PROCESSES[draft.kind].desks[0]
    draft.student_id, draft.owner_id, draft.snapshot = pupil.id, pupil.school_id, snapshot(pupil)
    draft.state, draft.version = first.state, 1
    draft.awaiting_id, draft.awaiting_office = act.actor.organisation_id, first.office.value
    draft.initiator_id, draft.initiator_org_id = act.actor.user_id, act.actor.organisation_id
    draft.owner = draft.initiator_org = session.get_one(Organisation, pupil.school_id)


def number_fate(
    session: Session, pupil: Student, wanted: Mapping[str, str | None], today: date
) -> NumberFate:
    """Return what becomes of a pupil's number (P34)."""
    if is_numbering(wanted) and keeps_number(session, pupil, today):
        return NumberFate.STAYS
    if is_numbering(wanted) and pupil.number_kind is NumberKind.L:
        return NumberFate.STAYS_L
    becomes = is_numbering(wanted) and number_after(pupil, wanted) is not None
    return NumberFate.BECOMES_G if becomes else NumberFate.STAYS


def collides(session: Session, student_id: int, wanted: Mapping[str, str | None]) -> bool:
    """Tell only that another record of the country has the identity this one would have (P04)."""
    if not set(wanted) & set(IDENTITY):
        return False
    with elevated(session, "key_change.compare"):
        return doubles(session, session.get_one(Student, student_id), wanted)


def sent_back(session: Session, case_id: int, act: Act, seen: int) -> KeyChange:
    """Return a change that lies with its school again, held until the end of the transaction.

    Raises `NotFound`, or `Stale` when it is not as it was at version ``seen``, or `Refused`.
    """
    case = session.get(KeyChange, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound
    if seen != case.version:
        raise Stale
    if case.state != Ending.RETURNED or not is_here(case, act.actor):
        raise Refused(Refusal("E-NOTMINE"))
    return case


def resubmit(
    session: Session,
    case: KeyChange,
    correction: Correction,
    act: Act,
    papers: Sequence[int] = (),
) -> None:
    """Submit a change that was sent back with other lines, or raise; never commits."""
    if not correction.reason.strip():
        raise Refused(Refusal("E-REASON"))
    pupil = own_pupil(session, case.student_id, act)
    case.lines.clear()
    session.flush()  # a field may be in a change only once: the old lines go first
    case.reason_text = correction.reason.strip()
    write_lines(case, pupil, correction.wanted)
    bind(session, case, papers, act.actor.user_id)
    session.flush()
    KEY_CHANGE.fire(session, case, act)
