"""Imports as jobs: look at an uploaded workbook, and import what was reviewed.

Each is one step: killed at any point it leaves nothing behind, and done twice it changes nothing.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.imports import batch as batches
from app.imports import commit as committing
from app.imports import preview
from app.jobs.queue import ask, job
from app.jobs.run import Run
from app.models.import_batch import BatchState, ImportBatch
from app.policies.scope import elevated

STARTED, READ, DONE = 10, 900, 1000  # thousandths


def ask_check(session: Session, batch: ImportBatch) -> int | None:
    """Ask for a look at a batch, in the caller's transaction; looking again changes nothing."""
    batch.job_id = ask(session, "import.check", asked_by=batch.uploaded_by, batch=batch.id)
    return batch.job_id


def ask_commit(session: Session, batch_id: int, asked_by: int) -> int | None:
    """Promise a reviewed batch to a job, in the caller's transaction, or raise `Refused`."""
    batch = batches.begin_commit(session, batch_id)
    batch.job_id = ask(session, "import.commit", asked_by=asked_by, batch=batch_id)
    return batch.job_id


@job("import.check")
def check(run: Run) -> dict[str, Any]:
    """Make the preview of a batch."""
    with run.step(progress=STARTED) as session:
        waits = batches.begin_check(session, run.args["batch"])
    if not waits:
        return {}

    def told(rows: int, of: int) -> None:
        run.progress = STARTED + READ * rows // max(of, 1)

    with run.step(progress=DONE) as session:
        batch = preview.look(session, run.args["batch"], today(), everywhere, told)
        return {"state": batch.state.name, "new": batch.new, "refused": batch.refused}


@job("import.commit")
def commit(run: Run) -> dict[str, Any]:
    """Import a reviewed batch, or give it back when something changed since."""
    with run.step(progress=DONE) as session:
        batch = committing.commit(session, run.args["batch"])
        if batch.state is BatchState.COMMITTED:
            key = f"duplicates.check:batch:{batch.id}"
            ask(session, "duplicates.check", key=key, organisation_id=batch.school_id)
        return {"state": batch.state.name, "new": batch.new, "refused": batch.refused}


def everywhere(session: Session) -> AbstractContextManager[None]:
    """Let an import ask whether a number is registered anywhere; only the fact comes back."""
    return elevated(session, "import.duplicates")


def today() -> date:
    """Return the day in Beijing."""
    return datetime.now(tz=BEIJING).date()
