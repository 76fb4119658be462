"""Opening a problem case: what the school says of its record, and with what (P05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.models.change import KeyChangeLine
from app.models.problem import ProblemAction, ProblemCase
from app.models.student import Student
from app.workflows.desk import Act
from app.workflows.key_change import IDENTITY, as_text
from app.workflows.opening import snapshot
from app.workflows.opening_changes import own_pupil
from app.workflows.processes import PROBLEM


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to become of a record, why, and (of a change) which fields are to hold what."""

    action: ProblemAction
    explanation: str
    wanted: Mapping[str, str | None] = field(default_factory=dict)


def open_problem(
    session: Session, student_id: int, answer: Answer, act: Act, papers: Sequence[int] = ()
) -> ProblemCase:
    """Open and submit a problem case of a pupil of the actor's school, or raise; never commits.

    A record that is to go is gone when this returns.
    """
    pupil = own_pupil(session, student_id, act)
    case = ProblemCase(
        student_id=pupil.id,
        owner_id=pupil.school_id,
        action=answer.action,
        variant=answer.action.value,
        explanation=answer.explanation.strip(),
        snapshot=snapshot(pupil),
        lines=lines(pupil, answer.wanted),
    )
    PROBLEM.open(session, case, act, papers)
    return case


def lines(pupil: Student, wanted: Mapping[str, str | None]) -> list[KeyChangeLine]:
    """Return old and new values of the fields of a change."""
    if unknown := sorted(set(wanted) - set(IDENTITY)):
        raise Refused(Refusal("E-PROBLEM-FIELDS", {"fields": unknown}))
    return [
        KeyChangeLine(field=name, before=as_text(getattr(pupil, name)), after=wanted[name])
        for name in IDENTITY
        if name in wanted
    ]
