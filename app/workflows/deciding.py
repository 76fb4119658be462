"""Deciding many cases at once: each on its own, each with a line that says what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.errors import AppError, NotFound, Refusal
from app.workflows.desk import Act
from app.workflows.engine import hold
from app.workflows.processes import flow_of


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
    They are locked in the order of their ids, so that two batches never wait for each other.
    """
    seen, asked = seen or {}, list(case_ids)
    done = {one: _one(session, one, act, seen.get(one)) for one in sorted(set(asked))}
    return [done[one] for one in dict.fromkeys(asked)]


def _one(session: Session, case_id: int, act: Act, seen: int | None) -> Outcome:
    try:
        with session.begin_nested():
            case = hold(session, case_id)
            if case is None:
                raise NotFound
            flow_of(case).fire(session, case, act, seen, held=True)
    except AppError as refused:
        return Outcome(case_id, refused.refusals)
    return Outcome(case_id)
