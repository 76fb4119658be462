"""学籍数据维护 (P07): which fields of a pupil somebody writes directly, and what follows from it.

What is controlled changes by a case alone. The school's registrar keeps the rest; class teachers
keep what the registrar opened for the grade. Who still waits for registration is corrected freely.
The answer depends on the pupil, so that every form and every save asks here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.models.pupil import PupilFields
from app.models.sealed import KEYS
from app.models.student import ProblemFlag, Status, Student
from app.policies.roles import Actor
from app.workflows.admission import ONE_AT_A_TIME, is_entered
from app.workflows.aux_once import insist_free
from app.workflows.controlled import controlled, locked, opened
from app.workflows.identity import spell
from app.workflows.key_change import IDENTITY, is_numbering, number_after
from app.workflows.numbering import claim

FIELDS = tuple(name for name in PupilFields.__annotations__ if name != "id_digest")


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What one person may write of one pupil, and why not the rest.

    ``is_set`` is false while no authority has said which fields are controlled.
    """

    writable: frozenset[str]
    controlled: frozenset[str]
    is_set: bool


def upkeep(session: Session, actor: Actor, pupil: Student, today: date) -> Upkeep:
    """Return which fields of a pupil the actor may write directly."""
    path = pupil.owner_path
    if actor.role.is_teacher:
        bound = locked(session, path, today)
        is_set = bool(controlled(session, path, today))
        return Upkeep(opened(session, path, pupil.grade.code, today), bound, is_set)
    waits = pupil.status is Status.PENDING_REGISTRATION
    return kept_by_school(session, path, today, waits=waits, is_disputed=is_disputed(pupil))


def kept_by_school(
    session: Session, path: str, today: date, *, waits: bool, is_disputed: bool
) -> Upkeep:
    """Return which fields a school writes of its pupils that wait for registration, or do not."""
    is_set = bool(controlled(session, path, today))
    if waits:
        in_dispute = frozenset(IDENTITY) if is_disputed else frozenset[str]()
        return Upkeep(frozenset(FIELDS) - in_dispute, in_dispute, is_set)
    bound = locked(session, path, today)
    return Upkeep(frozenset(FIELDS) - bound, bound, is_set)


def is_disputed(pupil: Student) -> bool:
    """Tell whether a problem is open against a pupil: who the pupil is, is settled there (P05)."""
    return pupil.problem_flag in (ProblemFlag.OPEN, ProblemFlag.IN_PROCESS)


def why_not(kept: Upkeep, changed: Iterable[str]) -> list[Refusal]:
    """Return every reason why these fields cannot be written directly; empty means go ahead."""
    wanted = set(changed) - kept.writable
    bound = [name for name in FIELDS if name in wanted & kept.controlled]
    shut = [name for name in FIELDS if name in wanted - kept.controlled]
    code = "E-CF-LOCKED" if kept.is_set else "E-CF-IDENTITY"
    found = [Refusal(code, {"fields": bound})] if bound else []
    return [*found, Refusal("E-CF-CLOSED", {"fields": shut})] if shut else found


def insist(kept: Upkeep, changed: Iterable[str]) -> None:
    """Raise `Refused` with every field that this person cannot write directly."""
    if refusals := why_not(kept, changed):
        raise Refused(*refusals)


def follow(session: Session, pupil: Student, changed: Collection[str]) -> None:
    """Let digest and number follow a corrected ID number; one that the school has is refused.

    The spelling follows the name.
    Never commits.
    """
    if "aux_number" in changed:
        insist_free(session, pupil.owner_path, pupil.aux_number, pupil.id)
    spell(pupil, changed)
    if not is_numbering(changed):
        return
    digest = KEYS.digest(pupil.id_number) if pupil.id_number else None
    if digest is not None and digest != pupil.id_digest:
        session.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
        if is_entered(session, pupil.school_id, digest, pupil.id):
            raise Refused(Refusal("E-DUP", {"field": "id_number", "where": "hint.registered"}))
    pupil.id_digest = digest
    if (number := number_after(pupil)) is not None:
        if not claim(session, pupil, number):
            raise Refused(Refusal("E-DUP", {"field": "id_number", "where": "hint.registered"}))
        pupil.take_number(number)
