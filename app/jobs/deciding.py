"""Approvals as jobs: the same decision on many cases, and a whole batch of pupils submitted.

Each chunk is one step with a line per record in its checkpoint: killed at any point, the job goes
on with the next chunk; what somebody else did meanwhile is a line that says so. Arguments are ids;
the remark stands in `JobRemark` until the job has written it into every case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.jobs.importing import today
from app.jobs.queue import ask, job
from app.jobs.run import Run
from app.models.account import Account
from app.models.job import JobRemark
from app.policies.audit import acts_for
from app.policies.roles import Actor, Role
from app.policies.scope import enter, scope_as
from app.workflows.covering import actor_in, worn
from app.workflows.deciding import decide
from app.workflows.desk import Act, Trigger
from app.workflows.on_the_way import to_submit
from app.workflows.submitting import submit

CHUNK = 25  # records of one step
WHOLE = 1000  # thousandths
# What a batch may do to every case alike; a job names it by its place here.
BATCHED = (Trigger.AGREE, Trigger.DISAGREE, Trigger.SEND_BACK, Trigger.CLEAN)

Line = list[Any]  # a record's id and the codes of what stood in its way


class Asker(NamedTuple):
    """Who asks for a batch: the account, and the cover under which it acts, if any."""

    user_id: int
    cover_id: int | None = None


def ask_decide(
    session: Session, seen: Sequence[tuple[int, int]], asker: Asker, trigger: Trigger, remark: str
) -> int | None:
    """Ask for one decision on all these cases, in the versions seen; never commits."""
    job_id = ask(
        session,
        "case.decide",
        asked_by=asker.user_id,
        cases=[case_id for case_id, _ in seen],
        versions=[version for _, version in seen],
        act=BATCHED.index(trigger),
        cover=asker.cover_id or 0,
    )
    if job_id is not None and remark:
        session.add(JobRemark(job_id=job_id, words=remark))
        session.flush()
    return job_id


def trigger_of(args: dict[str, Any]) -> Trigger:
    """Return what a job does to each of its cases."""
    return BATCHED[args.get("act", 0)]


def ask_submit(session: Session, batch_id: int, asker: Asker) -> int | None:
    """Ask that all that is ready of an import be submitted, of the whole school when it is 0."""
    return ask(
        session,
        "registration.submit",
        asked_by=asker.user_id,
        batch=batch_id,
        cover=asker.cover_id or 0,
    )


@job("case.decide")
def decide_all(run: Run) -> dict[str, Any]:
    """Do the same to many cases in the name of whoever asked."""
    cases: list[int] = run.args["cases"]
    seen = dict(zip(cases, run.args["versions"], strict=True))
    for at in range(len(lines_of(run.checkpoint)), len(cases), CHUNK):
        chunk, lines = cases[at : at + CHUNK], list[Line]()
        mark: dict[str, Any] = {str(at): lines}
        with run.step(progress=WHOLE * (at + len(chunk)) // len(cases), **mark) as session:
            actor, said = actor_of(session, run), session.get(JobRemark, run.id)
            act = Act(trigger_of(run.args), actor, today(), said.words if said else "")
            lines += told((one.case_id, one.refusals) for one in decide(session, chunk, act, seen))
            if said is not None and at + len(chunk) == len(cases):
                session.delete(said)  # it stands in the cases now
    acts_for.set(None)
    return summed(run)


@job("registration.submit")
def submit_batch(run: Run) -> dict[str, Any]:
    """Submit every pupil of an import or of a school that is ready, in the order of their ids."""
    while True:
        done, lines = lines_of(run.checkpoint), list[Line]()
        last = done[-1][0] if done else 0
        mark: dict[str, Any] = {str(len(done)): lines}
        with run.step(**mark) as session:
            act = Act(Trigger.SUBMIT, actor_of(session, run), today(), "")
            place, batch = act.actor.organisation_id, run.args["batch"]
            chunk = to_submit(session, place, batch, last, CHUNK)
            lines += told((one.student_id, one.refusals) for one in submit(session, chunk, act))
            ahead = to_submit(session, place, batch, chunk[-1], WHOLE) if chunk else []
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
    """Return who asked for a job, as rules know them; a cover that is over ends the job."""
    acts_for.set(None)
    if cover_id := run.args.get("cover"):
        cover = worn(session, run.asked_by or 0, cover_id, today())
        if cover is None:
            raise Refused(Refusal("E-COVER-OVER"))
        actor = actor_in(cover)
        acts_for.set(actor.acting_for)
        enter(scope_as(session, actor.user_id, actor.role, actor.path), session)
        return actor
    account = session.get_one(Account, run.asked_by)
    place = account.organisation
    return Actor(account.user_id, Role(account.role), place.id, place.path)
