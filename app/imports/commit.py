"""Importing exactly what was reviewed: all of it, or nothing when the world has moved since.

One transaction: what a template's rows become is its target's to say. The preview goes, lines
stay: which row became which record.
"""

from __future__ import annotations

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused
from app.imports.batch import forget, held, require
from app.imports.desk import TARGETS
from app.imports.preview import count
from app.imports.spec import Problem
from app.messages.catalogue import level_of
from app.models.import_batch import BatchState, ImportBatch, ImportProblem, Severity, Verdict
from app.policies.audit import record


def commit(session: Session, batch_id: int) -> ImportBatch:
    """Import a reviewed batch; when something changed since, give it back to be reviewed."""
    batch = held(session, batch_id)
    if batch.state is BatchState.COMMITTED:
        return batch
    require(batch, BatchState.COMMITTING, BatchState.PREVIEW)
    if batch.refused:
        raise Refused(Refusal("E-BATCH-REFUSED", {"count": batch.refused}))
    target = TARGETS[batch.template]
    if changed := list(target.changed(session, batch)):
        _give_back(session, batch, changed)
    else:
        target.write(session, batch)
        _end(session, batch)
    session.flush()
    return batch


def _end(session: Session, batch: ImportBatch) -> None:
    """Take the preview away and say what was written."""
    forget(session, batch.id, problems=False)  # no second copy of the pupils stays
    batch.written = batch.new + batch.changed + batch.elsewhere
    batch.state, batch.committed_at = BatchState.COMMITTED, func.now()
    record(
        session,
        "import.commit",
        object_type="import_batch",
        object_id=batch.id,
        pupils=batch.written,
    )


def _give_back(session: Session, batch: ImportBatch, changed: list[Problem]) -> None:
    rows = {problem.row for problem in changed}
    lines = TARGETS[batch.template].lines
    session.execute(
        update(lines)
        .where(lines.batch_id == batch.id, lines.row_no.in_(rows))
        .values(verdict=Verdict.REFUSED)
    )
    session.add_all(
        ImportProblem(
            batch_id=batch.id, row_no=p.row, heading=p.heading, code=p.code,
            severity=Severity(level_of(p.code).name), value=p.value, params=dict(p.params),
        )
        for p in changed
    )  # fmt: skip
    session.flush()
    count(session, batch)
    batch.revision += 1
    batch.state = BatchState.PREVIEW
