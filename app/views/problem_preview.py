"""An answer to a problem as it was typed, and what it would meet if it were submitted."""

from __future__ import annotations

from dataclasses import dataclass

from app.models.problem import ProblemAction, ProblemCase
from app.models.student import Student
from app.views.actor import session
from app.views.case_forms import act_of, bound
from app.views.key_change_form import Typed
from app.views.key_change_preview import Preview, judged, lines_of, rules
from app.workflows.answering import AtHand, ahead
from app.workflows.opening_problem import Answer


@dataclass
class Asked:
    """Whose record is to become what, as typed; ``case`` is the one sent back that is mended."""

    pupil: Student
    action: ProblemAction
    typed: Typed
    case: ProblemCase | None = None

    @property
    def version(self) -> int:
        """What the person must have seen: the case that was sent back, else the record."""
        return self.case.version if self.case is not None else self.pupil.row_version

    @property
    def answer(self) -> Answer:
        """The answer as the workflow takes it."""
        return Answer(self.action, self.typed.reason, self.typed.wanted)


def preview_of(asked: Asked) -> Preview:
    """Return what would happen if an answer were submitted; stores nothing."""
    is_change = asked.action is ProblemAction.CHANGE
    lines = lines_of(asked.pupil, asked.typed) if is_change else []
    doubts = rules(asked.pupil, asked.typed) if is_change else []
    at_hand = AtHand(
        len(asked.typed.papers) + len(bound(asked.case)), asked.case.id if asked.case else None
    )
    checks = ahead(session(), asked.pupil.id, asked.answer, act_of(), at_hand)
    return judged(Preview(lines, ""), checks, doubts)
