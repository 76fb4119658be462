"""Approvals as jobs: the same decision on many cases, and a whole batch of pupils submitted.

Each chunk is one step with a line per record in its checkpoint: killed at any point, the job goes
on with the next chunk; what somebody else did meanwhile is a line that says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.jobs.importing import today
from app.jobs.queue import ask, job
from app.jobs.run import Run
from app.models.account import Account
from app.models.case import Case
from app.models.student import Status, Student
from app.policies.roles import Actor, Role
from app.workflows.deciding import decide
from app.workflows.desk import Act, Ending, Trigger
from app.workflows.submitting import submit

CHUNK = 25  # records of one step
WHOLE = 1000  # thousandths

Line = list[Any]  # a record's id and the codes of what stood in its way


def ask_agree(session: Session, seen: Sequence[tuple[int, int]], asked_by: int) -> int | None:
    """Ask that these cases be agreed to in the versions they have now; never commits."""
    return ask(
        session,
        "case.decide",
        asked_by=asked_by,
        cases=[case_id for case_id, _ in seen],
        versions=[version for _, version in seen],
    )


def ask_submit(session: Session, batch_id: int, asked_by: int) -> int | None:
    """Ask that the pending pupils of an import be submitted; never commits."""
    return ask(session, "registration.submit", asked_by=asked_by, batch=batch_id)


@job("case.decide")
def agree_to_all(run: Run) -> dict[str, Any]:
    """Agree to many cases in the name of whoever asked."""
    cases: list[int] = run.args["cases"]
    seen = dict(zip(cases, run.args["versions"], strict=True))
    for at in range(len(lines_of(run.checkpoint)), len(cases), CHUNK):
        chunk, lines = cases[at : at + CHUNK], list[Line]()
        mark: dict[str, Any] = {str(at): lines}
        with run.step(progress=WHOLE * (at + len(chunk)) // len(cases), **mark) as session:
            act = Act(Trigger.AGREE, actor_of(session, run), today(), "")
            lines += told((one.case_id, one.refusals) for one in decide(session, chunk, act, seen))
    return summed(run)


@job("registration.submit")
def submit_batch(run: Run) -> dict[str, Any]:
    """Submit every pending pupil of an import, in the order of their ids."""
    while True:
        done, lines = lines_of(run.checkpoint), list[Line]()
        last = done[-1][0] if done else 0
        mark: dict[str, Any] = {str(len(done)): lines}
        with run.step(**mark) as session:
            chunk = not_submitted(session, run.args["batch"], last)
            act = Act(Trigger.SUBMIT, actor_of(session, run), today(), "")
            lines += told((one.student_id, one.refusals) for one in submit(session, chunk, act))
            ahead = not_submitted(session, run.args["batch"], chunk[-1], WHOLE) if chunk else []
            so_far = len(done) + len(lines)
            run.progress = WHOLE * so_far // max(so_far + len(ahead), 1)
        if not ahead:
            return summed(run)


def lines_of(checkpoint: dict[str, Any]) -> list[Line]:
    """Return the lines of a job so far, in the order of the work."""
    chunks = sorted(checkpoint, key=int)
    return [line for chunk in chunks for line in checkpoint[chunk]]


def told(outcomes: Iterable[tuple[int, tuple[Refusal, ...]]]) -> list[Line]:
    """Return outcomes as lines: ids and codes, nothing personal."""
    return [[one, [refusal.code for refusal in refusals]] for one, refusals in outcomes]


def summed(run: Run) -> dict[str, Any]:
    """Return the counts a job ends with; its lines stay in the checkpoint."""
    lines = lines_of(run.checkpoint)
    done = sum(not codes for _, codes in lines)
    return {"done": done, "refused": len(lines) - done}


def actor_of(session: Session, run: Run) -> Actor:
    """Return who asked for a job, as rules know them."""
    account = session.get_one(Account, run.asked_by)
    place = account.organisation
    return Actor(account.user_id, Role(account.role), place.id, place.path)


def not_submitted(session: Session, batch_id: int, after: int, most: int = CHUNK) -> list[int]:
    """Return the next pupils of an import that were never submitted, or withdrawn again.

    Those in review are on their way; those refused or sent back are corrected first, one by one.
    """
    is_known = exists().where(
        Case.student_id == Student.id,
        or_(Case.closed_at.is_(None), Case.state == Ending.REJECTED.value),
    )
    waiting = select(Student.id).where(
        Student.import_batch_id == batch_id,
        Student.status == Status.PENDING_REGISTRATION,
        Student.id > after,
        ~is_known,
    )
    return list(session.scalars(waiting.order_by(Student.id).limit(most)))
