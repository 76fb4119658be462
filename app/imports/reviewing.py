"""What a person decides of a preview: which doubtful rows are written, which are left out."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.errors import Refusal, Stale
from app.imports.batch import held, require
from app.imports.desk import TARGETS
from app.models.import_batch import BatchState, ImportBatch, Verdict
from app.policies.audit import record

Choices = list[tuple[int, Verdict, bool]]
DOUBTFUL = (Verdict.LIKELY, Verdict.ELSEWHERE)  # a person may take or leave these


def reviewed(session: Session, batch_id: int, seen: int | None) -> ImportBatch:
    """Return a batch in preview, locked; raise `Stale` when it is not the preview that was seen."""
    batch = held(session, batch_id)
    require(batch, BatchState.PREVIEW)
    if seen is not None and seen != batch.revision:
        raise Stale(Refusal("E-BATCH-STALE"))
    return batch


def choose(
    session: Session, batch_id: int, rows: Collection[int] | Verdict, *, taken: bool, seen: int
) -> ImportBatch:
    """Take or leave doubtful rows, named by their numbers or all of a verdict; never commits."""
    batch = reviewed(session, batch_id, seen)
    lines = TARGETS[batch.template].lines
    chosen = lines.verdict == rows if isinstance(rows, Verdict) else lines.row_no.in_(rows)
    moved = session.execute(
        update(lines)
        .where(lines.batch_id == batch.id, lines.verdict.in_(DOUBTFUL), chosen)
        .where(lines.taken.is_not(taken))
        .values(taken=taken)
    )
    batch.revision += 1
    session.flush()
    record(
        session,
        "import.choose",
        object_type="import_batch",
        object_id=batch.id,
        taken=taken,
        rows=moved.rowcount,  # type: ignore[attr-defined]  # a CursorResult
    )
    return batch


def chosen_so_far(session: Session, batch: ImportBatch) -> Choices:
    """Return what was chosen of doubtful rows otherwise than they come: row, verdict, taken."""
    lines = TARGETS[batch.template].lines
    asked = select(lines.row_no, lines.verdict, lines.taken).where(
        lines.batch_id == batch.id,
        lines.verdict.in_(DOUBTFUL),
        lines.taken == (lines.verdict == Verdict.LIKELY),
    )
    return [(row, verdict, taken) for row, verdict, taken in session.execute(asked)]


def choose_again(session: Session, batch: ImportBatch, choices: Choices) -> None:
    """Give doubtful rows that are doubtful still, for the same reason, what was chosen."""
    lines = TARGETS[batch.template].lines
    for verdict, taken in {choice[1:] for choice in choices}:
        rows = [choice[0] for choice in choices if choice[1:] == (verdict, taken)]
        session.execute(
            update(lines)
            .where(lines.batch_id == batch.id, lines.verdict == verdict, lines.row_no.in_(rows))
            .values(taken=taken)
        )
