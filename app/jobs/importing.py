"""Imports as jobs: look at an uploaded workbook, import what was reviewed, take it back again.

A look and a writing are one step each: killed at any point they leave nothing behind, and done
twice they change nothing. An undo goes on with the rows it has not come to.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.errors import NotFound, Refusal, Refused
from app.imports import batch as batches
from app.imports import commit as committing
from app.imports import preview, undoing
from app.jobs.queue import ask, cancel, job
from app.jobs.run import Run
from app.models.account import Account
from app.models.import_batch import BatchState, ImportBatch
from app.models.notice import NoticeKind
from app.policies.audit import record
from app.policies.rights import holds
from app.policies.roles import Actor, Role
from app.policies.scope import elevated
from app.workflows.noticing import tell_of

STARTED, READ, DONE = 10, 900, 1000  # thousandths
LONG = 1_000  # rows: nobody waits before the page for as many


def ask_check(session: Session, batch: ImportBatch) -> int | None:
    """Ask for a look at a batch, in the caller's transaction; looking again changes nothing."""
    batch.job_id = ask(session, "import.check", asked_by=batch.uploaded_by, batch=batch.id)
    return batch.job_id


def ask_commit(  # noqa: PLR0913  what a person confirms
    session: Session,
    batch_id: int,
    asked_by: int,
    *,
    seen: int | None = None,
    keep_good: bool = False,
    sure: bool = False,
) -> int | None:
    """Promise a reviewed batch to a job, in the caller's transaction, or raise `Refused`."""
    batch = batches.begin_commit(session, batch_id, seen=seen, keep_good=keep_good, sure=sure)
    batch.job_id = ask(session, "import.commit", asked_by=asked_by, batch=batch_id)
    return batch.job_id


def ask_undo(session: Session, batch_id: int, actor: Actor, seen: str | None) -> int | None:
    """Promise the undo that was shown to a job, in the caller's transaction, or raise `Refused`."""
    batch = undoing.begin_undo(session, batch_id, actor, seen, today())
    batch.job_id = ask(session, "import.undo", asked_by=actor.user_id, batch=batch_id)
    return batch.job_id


def call_off(session: Session, batch_id: int) -> None:
    """Call off what a job does with a batch; never waits for it, and nothing half done stays.

    A look that was called off may be asked for again, a writing goes back to its preview; of an
    undo, what was taken back stays so.
    """
    batch = session.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFound
    batches.require(batch, *batches.BUSY)
    if batch.job_id is not None:
        cancel(session, batch.job_id)
    record(session, "import.call_off", object_type="import_batch", object_id=batch.id)


@job("import.check")
def check(run: Run) -> dict[str, Any]:
    """Make the preview of a batch; one that stands since before a death is not made anew."""
    with run.step(progress=STARTED) as session:
        if "looked" in run.checkpoint:
            return summed(batches.held(session, run.args["batch"]))
        waits = batches.begin_check(session, run.args["batch"])
    if not waits:
        return {}

    def told(rows: int, of: int) -> None:
        run.progress = STARTED + READ * rows // max(of, 1)

    with run.step(progress=DONE, looked=1) as session:
        batch = preview.look(session, run.args["batch"], today(), everywhere, told)
        tell(session, batch)
        return summed(batch)


@job("import.commit")
def commit(run: Run) -> dict[str, Any]:
    """Import a reviewed batch, or give it back, compared anew, when something changed since."""
    with run.step(progress=READ) as session:
        entitled(session, run)
        batch = batches.held(session, run.args["batch"])
        if batch.state is BatchState.COMMITTING:  # else done, or given back, before a death
            done = committing.commit(session, batch.id)
            if done.state is BatchState.COMMITTED:
                key = f"duplicates.check:batch:{batch.id}"
                ask(session, "duplicates.check", key=key, organisation_id=batch.school_id)
                tell(session, batch)
        entitled(session, run)
        told, is_back = summed(batch), batch.state is BatchState.PREVIEW
    if is_back:
        with run.step(progress=DONE) as session:
            told = summed(committing.compare_anew(session, run.args["batch"], today(), everywhere))
    return told


@job("import.undo")
def undo(run: Run) -> dict[str, Any]:
    """Undo a written batch, some rows a step."""
    while True:
        with run.step() as session:
            entitled(session, run)
            before = session.get_one(ImportBatch, run.args["batch"])
            is_left = before.state is BatchState.UNDOING
            turned = undoing.turn(session, run.args["batch"], today())
            run.progress = DONE * turned.done // max(turned.of, 1)
            batch = batches.held(session, run.args["batch"])
            told = {
                **summed(batch),
                "reversed": batch.reversed,
                "kept": batch.kept,
                "stuck": batch.stuck,
            }
            entitled(session, run)
            if turned.is_over and is_left:
                tell(session, batch)
        if turned.is_over:
            return told


def entitled(session: Session, run: Run) -> None:
    """Raise `Refused` unless whoever asked may still import; asked before and after the work."""
    role = session.scalar(
        select(Account.role).where(Account.user_id == run.asked_by, Account.enabled)
    )
    if role is None or not holds(Role(role), "ImportBatch", "can_commit"):
        raise Refused(Refusal("E-BATCH-RIGHT"))


def tell(session: Session, batch: ImportBatch) -> None:
    """Tell the school what has come of a file, unless it was read while somebody looked on."""
    if batch.state is not BatchState.PREVIEW or batch.total >= LONG:
        told = [(batch.school_id, batch.id, batch.written or batch.total or None)]
        tell_of(session, NoticeKind.IMPORT, batch.state.name, told)


def summed(batch: ImportBatch) -> dict[str, Any]:
    """Return what a job tells of a batch: ids, codes and counts."""
    return {
        "state": batch.state.name,
        "rows": batch.total,
        "new": batch.new,
        "refused": batch.refused,
        "written": batch.written,
    }


def everywhere(session: Session) -> AbstractContextManager[None]:
    """Let an import ask whether a number is registered anywhere; only the fact comes back."""
    return elevated(session, "import.duplicates")


def today() -> date:
    """Return the day in Beijing."""
    return datetime.now(tz=BEIJING).date()
