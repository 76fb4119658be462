"""问题学籍的填报: what an answer to a problem would meet, and answering once more (P05)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.errors import refuse_unless
from app.models.problem import ProblemAction, ProblemCase
from app.workflows.attaching import bind
from app.workflows.correcting import EVIDENCE, as_drafted
from app.workflows.desk import Act
from app.workflows.foreseeing import is_busy
from app.workflows.opening_changes import own_pupil
from app.workflows.opening_problem import Answer, lines
from app.workflows.persons import Check
from app.workflows.processes import PROBLEM
from app.workflows.resubmitting import Seen, held, returned

ABOUT_CHANGE = ("right_fields", "still_so", "differs", "fits_id")
SAYS_NOTHING = {  # what goes without saying of an action, while nothing stands in the way
    ProblemAction.EVIDENCE: (*ABOUT_CHANGE, "leaves_one"),
    ProblemAction.CHANGE: ("leaves_one",),
    ProblemAction.DELETE: (*ABOUT_CHANGE, "has_evidence"),
}


class AtHand(NamedTuple):
    """How much evidence there is, and the case that was sent back and is mended."""

    papers: int
    case_id: int | None = None


def ahead(
    session: Session, student_id: int, answer: Answer, act: Act, at_hand: AtHand
) -> Sequence[Check]:
    """Return what submitting an answer would meet; nothing is stored."""
    pupil = own_pupil(session, student_id, act)
    draft = ProblemCase(
        id=at_hand.case_id, action=answer.action, explanation=answer.explanation.strip()
    )
    draft.variant = answer.action.value
    as_drafted(session, draft, pupil, act)
    draft.lines = lines(pupil, answer.wanted)
    found = {check.name: check for check in PROBLEM.checks(session, draft, act)}
    ok = answer.action is ProblemAction.DELETE or at_hand.papers > 0
    found[EVIDENCE] = Check(EVIDENCE, refuse_unless(ok, "E-EVIDENCE"))
    found.pop("is_here", None)
    free = Check("is_free", refuse_unless(not is_busy(session, draft), "E-LOCK"))
    return [check for check in (free, *found.values()) if is_told(answer.action, check)]


def is_told(action: ProblemAction, check: Check) -> bool:
    """Tell whether the answer to a question says anything about this action."""
    return check.refusal is not None or check.name not in SAYS_NOTHING[action]


def returned_problem(session: Session, case_id: int, act: Act) -> ProblemCase:
    """Return a problem case that lies sent back with the actor's school, or raise."""
    return returned(session, ProblemCase, case_id, act)


def resubmit_problem(
    session: Session, seen: Seen, answer: Answer, act: Act, papers: Sequence[int] = ()
) -> ProblemCase:
    """Write another answer into a problem case that was sent back and submit it, or raise.

    ``papers`` come to the evidence it has already. Never commits.
    """
    case = held(session, returned_problem(session, seen.case_id, act), seen)
    pupil = own_pupil(session, case.student_id, act)
    case.lines.clear()
    session.flush()  # a field may be in a change only once: the old lines go first
    case.action, case.variant = answer.action, answer.action.value
    case.explanation = answer.explanation.strip()
    case.lines = lines(pupil, answer.wanted)
    bind(session, case, papers, act.actor.user_id)
    session.flush()
    PROBLEM.fire(session, case, act)
    return case
