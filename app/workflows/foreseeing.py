"""预看: every question a movement depends on, asked before there is a case."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import refuse_unless
from app.models.attachment import Attachment
from app.models.case import Case
from app.models.change import Movement
from app.policies.scope import elevated
from app.workflows.desk import Act
from app.workflows.movement import MOVES, Move
from app.workflows.persons import Check
from app.workflows.processes import MOVEMENT

ABOUT_CLASS = ("class_chosen", "class_is_open", "fits")


def foreseen(session: Session, case: Movement, act: Act, papers: Sequence[int]) -> list[Check]:
    """Return the answers `submit` would get for a movement that is not on the registry yet.

    ``papers`` lie on the person's tray still; those of a case that was sent back count as well.
    """
    checks = [Check("is_free", refuse_unless(not is_busy(session, case), "E-LOCK"))]
    move = MOVES[case.type]
    has_some = bool(case.id and _bound(session, case.id)) or _lying(session, papers, act) > 0
    for check in MOVEMENT.checks(session, case, act):
        if check.name == "has_evidence":
            refusal = refuse_unless(not move.needs_evidence or has_some, "E-EVIDENCE")
            checks.append(Check(check.name, refusal))
        elif check.refusal or not _goes_without_saying(check.name, move):
            checks.append(check)
    return checks


def _goes_without_saying(name: str, move: Move) -> bool:
    """Tell whether an answer says nothing here: the own desk, a class where none is needed."""
    return name == "is_here" or (name in ABOUT_CLASS and not move.takes_seat)


def is_busy(session: Session, case: Case) -> bool:
    """Tell whether the pupil is in another open case, whoever sees it."""
    others = select(Case.id).where(Case.student_id == case.student_id, Case.closed_at.is_(None))
    if case.id is not None:
        others = others.where(Case.id != case.id)
    with elevated(session, "case.ask"):
        found = session.scalar(others.limit(1))
    return found is not None


def _bound(session: Session, case_id: int) -> int:
    asked = select(func.count()).where(Attachment.case_id == case_id)
    return session.scalar(asked) or 0


def _lying(session: Session, papers: Sequence[int], act: Act) -> int:
    mine = (Attachment.case_id.is_(None), Attachment.uploaded_by == act.actor.user_id)
    return session.scalar(select(func.count()).where(Attachment.id.in_(papers), *mine)) or 0
