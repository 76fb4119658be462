"""Submitting many pupils for registration, and striking a record that should not be there.

Each pupil on its own: a refused one leaves the others alone. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session, selectinload

from app.errors import AppError, NotFound, Refusal, Refused, refuse_unless
from app.models.case import Case, CaseKind, Registration
from app.models.student import Status, Student
from app.policies.audit import record
from app.policies.scope import elevated
from app.workflows import duplicates, settling
from app.workflows.correcting import as_drafted
from app.workflows.desk import Act, Ending
from app.workflows.identity import RESIDENT, among
from app.workflows.opening import open_registration
from app.workflows.opening_changes import own_pupil
from app.workflows.persons import Check
from app.workflows.processes import REGISTRATION


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of one pupil of a batch: submitted, or every reason why not."""

    student_id: int
    refusals: tuple[Refusal, ...] = ()

    @property
    def done(self) -> bool:
        """Tell whether the pupil is on the way to the reviewers now."""
        return not self.refusals


def submit(session: Session, student_ids: Iterable[int], act: Act) -> list[Submitted]:
    """Submit pupils of the actor's school, or those sent back once more; never commits.

    Whoever still waits to be compared with the registry is compared now (P04).
    """
    wanted = list(student_ids)
    compare(session, wanted)
    return [_one(session, student_id, act) for student_id in wanted]


def submit_one(
    session: Session, student_id: int, act: Act, papers: Sequence[int] = ()
) -> Registration:
    """Submit one pupil with the scan of a document, or raise `NotFound` or `Refused`."""
    pupil = own_pupil(session, student_id, act)
    if pupil.status is not Status.PENDING_REGISTRATION:
        raise Refused(Refusal("E-STATUS"))
    return open_registration(session, pupil, act, papers)


def ahead(session: Session, pupil: Student, act: Act, papers: int) -> list[Check]:
    """Return the answers submitting a pupil would get; ``papers`` counts the scans at hand.

    Nothing is stored.
    """
    draft = Registration()
    as_drafted(session, draft, pupil, act)
    checks = []
    for check in REGISTRATION.checks(session, draft, act):
        if check.name == "has_papers":
            is_filed = pupil.id_type == RESIDENT or papers > 0
            checks.append(Check(check.name, refuse_unless(is_filed, "E-EVIDENCE")))
        elif check.name != "is_here":  # goes without saying
            checks.append(check)
    return checks


def compare(session: Session, student_ids: Collection[int]) -> set[int]:
    """Compare those who still wait for it; return whose problems moved (P04). Never commits."""
    waiting = duplicates.not_compared(session, student_ids)
    with elevated(session, "registration.compare"):
        moved = duplicates.check(session, waiting)
    if moved:
        record(session, "duplicates.check", compared=len(waiting), moved=len(moved))
    return moved


def strike(session: Session, student_id: int, act: Act) -> Student:
    """Mark a record made by mistake as deleted, or raise `NotFound` or `Refused`; never commits.

    Only while it is pending registration and in no case; it stays in the registry, to be read.
    """
    settling.hold(session)
    locked = select(Student).where(Student.id == student_id).with_for_update()
    pupil = session.scalars(locked).one_or_none()
    if pupil is None or pupil.school_id != act.actor.organisation_id:
        raise NotFound
    if pupil.status is not Status.PENDING_REGISTRATION:
        raise Refused(Refusal("E-STATUS"))
    if _open_case(session, student_id) is not None:
        raise Refused(Refusal("E-LOCK"))
    pupil.status = Status.DELETED
    with elevated(session, "pupil.struck"):
        duplicates.check(session, [student_id])  # whoever it collided with may be the last one left
    session.refresh(pupil)
    record(session, "pupil.struck", object_type="student", object_id=student_id)
    return pupil


def strike_all(session: Session, student_ids: Collection[int]) -> None:
    """Mark records as deleted that came by mistake, all at once; whether they may be was asked.

    Called under `settling.hold`; the caller records the deed.
    """
    rows = update(Student).where(among(Student.id, student_ids))
    session.execute(rows.values(status=Status.DELETED))
    with elevated(session, "pupil.struck"):
        duplicates.check(session, student_ids)  # whoever one collided with may be the last one left


def _one(session: Session, student_id: int, act: Act) -> Submitted:
    pupil = session.get(Student, student_id)
    if pupil is None or pupil.school_id != act.actor.organisation_id:
        return Submitted(student_id, (Refusal("app.not_found"),))
    case = _open_case(session, student_id)
    try:
        with session.begin_nested():
            if case is None:
                open_registration(session, pupil, act)
            elif case.kind is CaseKind.REGISTRATION and case.state == Ending.RETURNED:
                REGISTRATION.fire(session, case, act)
            else:
                raise Refused(Refusal("E-LOCK"))
    except AppError as refused:
        return Submitted(student_id, refused.refusals)
    return Submitted(student_id)


def _open_case(session: Session, student_id: int) -> Case | None:
    found = select(Case).where(Case.student_id == student_id, Case.closed_at.is_(None))
    return session.scalars(found.options(selectinload(Case.events))).one_or_none()
