"""Deciding many cases at once: each on its own, each with a line that says what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.errors import AppError, NotFound, Refusal, Stale
from app.models.case import Case, CaseKind
from app.workflows import settling
from app.workflows.desk import Act
from app.workflows.engine import has_moved, hold
from app.workflows.processes import flow_of

SETTLING = (CaseKind.PROBLEM, CaseKind.KEY_CHANGE)  # whose steps compare and settle


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case of a batch: carried out, or every reason why not."""

    case_id: int
    refusals: tuple[Refusal, ...] = ()

    @property
    def done(self) -> bool:
        """Tell whether the step was carried out."""
        return not self.refusals


def decide(
    session: Session, case_ids: Iterable[int], act: Act, seen: dict[int, int] | None = None
) -> list[Outcome]:
    """Do the same to many cases; a refused one leaves the others alone. Never commits.

    ``seen`` are the versions the person looked at, by case id. A case out of sight is `NotFound`.
    All are locked before the first is decided: who waits, waits while holding nothing else.
    """
    seen, asked = seen or {}, list(dict.fromkeys(case_ids))
    held = hold(session, asked)
    if any(case.kind in SETTLING for case in held.values()):
        settling.hold(session)  # before the first step touches a record or the audit
    done = {one: _one(session, held.get(one), act, seen.get(one)) for one in sorted(asked)}
    return [Outcome(one, done[one]) for one in asked]


def _one(session: Session, case: Case | None, act: Act, seen: int | None) -> tuple[Refusal, ...]:
    """Move a locked case, and return every reason why not; a refused step leaves no trace."""
    if case is None:
        return NotFound().refusals
    if has_moved(case, seen):
        return Stale().refusals
    try:
        with session.begin_nested():
            flow_of(case).fire(session, case, act, seen, held=True)
    except AppError as refused:
        return refused.refusals
    return ()
