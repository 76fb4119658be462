"""What is left behind: workbooks and cells nobody needs any more, plain copies of dead processes.

A stored workbook is sealed; it is still somebody's class, and goes when its work is done. So do the
cells an undo would put back: with the last day on which there can be one.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from app.models.import_batch import BatchState, ImportBatch, ImportCell, ImportRaw
from app.storage.sealed_files import SETTLED

COPIES = ("xueji-import-*", "xueji-upload-*", "xueji-teachers-*")  # folders of plain copies
DEAD = timedelta(hours=2)  # no process works on one copy for so long
KEPT = timedelta(days=30)  # for the error workbook of a batch that ended with rows refused
ENDED = (BatchState.DISCARDED, BatchState.FAILED)
WRITTEN = (BatchState.COMMITTED, BatchState.UNDOING, BatchState.UNDONE)


def needed(session: Session, now: datetime) -> set[str]:
    """Return the digests of the workbooks that open, young or unwritten batches still need."""
    young = ImportBatch.created_at > now - SETTLED
    ended = and_(ImportBatch.state.in_(ENDED), ImportBatch.created_at > now - KEPT)
    left_out = and_(
        ImportBatch.state.in_(WRITTEN),
        ImportBatch.refused > 0,
        ImportBatch.committed_at > now - KEPT,
    )
    still = ImportBatch.state.not_in((*ENDED, *WRITTEN))
    wanted = or_(young, ended, left_out, still)
    return set(session.scalars(select(ImportBatch.sha256).where(wanted)))


def sweep_cells(session: Session, now: datetime) -> int:
    """Delete what undos and error workbooks of long ago would have needed; return how many rows."""
    over = select(ImportBatch.id).where(
        or_(
            and_(ImportBatch.state.in_(WRITTEN), ImportBatch.committed_at <= now - KEPT),
            ImportBatch.state == BatchState.UNDONE,
        )
    )
    gone = (
        session.execute(
            delete(table)
            .where(table.batch_id.in_(over.scalar_subquery()))
            .execution_options(synchronize_session=False)
        )
        for table in (ImportCell, ImportRaw)
    )
    return sum(done.rowcount for done in gone)  # type: ignore[attr-defined]  # CursorResults


def sweep_copies(now: datetime) -> int:
    """Delete the plain copies whose process is long dead; return how many."""
    swept = 0
    for folder in (found for name in COPIES for found in Path(tempfile.gettempdir()).glob(name)):
        if now - datetime.fromtimestamp(folder.lstat().st_mtime, UTC) > DEAD:
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept
