"""Importing exactly what was reviewed: all of it, or nothing when the world has moved since.

One transaction: what a template's rows become is its target's to say. The preview goes, lines
stay: which row became which record, and the cells that were changed, so that it can be undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import delete, func, not_, select, update
from sqlalchemy.orm import Session

from app.imports.batch import held, insist, require
from app.imports.chosen import chosen
from app.imports.desk import TARGETS
from app.imports.preview import count, look
from app.imports.spec import Problem
from app.imports.target import Widen
from app.messages.catalogue import level_of
from app.models.import_batch import (
    BatchState,
    ImportBatch,
    ImportCell,
    ImportGuardian,
    ImportLine,
    ImportProblem,
    ImportRaw,
    ImportRow,
    Severity,
    Verdict,
)
from app.policies.audit import record

REASON = "app.reason"
MOVED, SAID = "E-MOVED", "W-MOVED"  # until the row is compared anew, and from then on


def commit(session: Session, batch_id: int) -> ImportBatch:
    """Import a reviewed batch; when something changed since, give it back to be reviewed."""
    batch = held(session, batch_id)
    if batch.state is BatchState.COMMITTED:
        return batch
    require(batch, BatchState.COMMITTING, BatchState.PREVIEW)
    insist(session, batch)
    target = TARGETS[batch.template]
    if changed := list(target.changed(session, batch)):
        _give_back(session, batch, changed)
    else:
        with because(session, f"import:{batch.id}"):
            target.write(session, batch)
        _end(session, batch)
    session.flush()
    return batch


@contextmanager
def because(session: Session, reason: str) -> Iterator[None]:
    """Let the history of what is written in here name the reason."""
    session.execute(select(func.set_config(REASON, reason, True)))  # noqa: FBT003
    yield
    session.flush()
    session.execute(select(func.set_config(REASON, "", True)))  # noqa: FBT003


def compare_anew(session: Session, batch_id: int, today: date, widen: Widen) -> ImportBatch:
    """Look again at a batch that was given back because records had changed; mark their rows."""
    batch = held(session, batch_id)
    problem = ImportProblem
    mine = select(problem.row_no, problem.heading).where(problem.batch_id == batch.id)
    moved = session.execute(mine.where(problem.code == MOVED)).all()
    if batch.state is not BatchState.PREVIEW or not moved:
        return batch
    look(session, batch.id, today, widen)
    _tell(session, batch, [Problem(row, heading, SAID, {}, None) for row, heading in moved])
    return batch


def _end(session: Session, batch: ImportBatch) -> None:
    """Take the preview away and say what was written; no second copy of the pupils stays."""
    for table in (ImportGuardian, ImportRow):
        session.execute(delete(table).where(table.batch_id == batch.id))
    refused = select(ImportProblem.row_no).where(
        ImportProblem.batch_id == batch.id, ImportProblem.severity == Severity.ERROR
    )
    raw = ImportRaw.row_no.not_in(refused.scalar_subquery())  # the others may still be mended
    session.execute(delete(ImportRaw).where(ImportRaw.batch_id == batch.id, raw))
    lines, cells = ImportLine, ImportCell
    left = not_(chosen(lines, batch.id))
    session.execute(delete(lines).where(lines.batch_id == batch.id, left))
    kept = select(lines.row_no).where(lines.batch_id == batch.id).scalar_subquery()
    session.execute(delete(cells).where(cells.batch_id == batch.id, cells.row_no.not_in(kept)))
    written = select(func.count()).where(lines.batch_id == batch.id)
    batch.written = session.scalar(written) or 0
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
    _tell(session, batch, changed)
    batch.revision += 1
    batch.state = BatchState.PREVIEW


def _tell(session: Session, batch: ImportBatch, found: list[Problem]) -> None:
    session.add_all(
        ImportProblem(
            batch_id=batch.id, row_no=p.row, heading=p.heading, code=p.code,
            severity=Severity(level_of(p.code).name), value=p.value, params=dict(p.params),
        )
        for p in found
    )  # fmt: skip
    session.flush()
    count(session, batch)
