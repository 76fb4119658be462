"""What is left behind: workbooks nobody needs any more, and the plain copies of killed processes.

A stored workbook is sealed; it is still somebody's class, and goes when its work is done.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.models.import_batch import BatchState, ImportBatch
from app.storage.sealed_files import SETTLED

COPIES = ("xueji-import-*", "xueji-upload-*", "xueji-teachers-*")  # folders of plain copies
DEAD = timedelta(hours=2)  # no process works on one copy for so long
KEPT = timedelta(days=30)  # for the error workbook of a batch that ended without being written
ENDED = (BatchState.DISCARDED, BatchState.FAILED)


def needed(session: Session, now: datetime) -> set[str]:
    """Return the digests of the workbooks that open, young or unwritten batches still need."""
    young = ImportBatch.created_at > now - SETTLED
    ended = and_(ImportBatch.state.in_(ENDED), ImportBatch.created_at > now - KEPT)
    still = ImportBatch.state.not_in((*ENDED, BatchState.COMMITTED))
    return set(session.scalars(select(ImportBatch.sha256).where(or_(young, ended, still))))


def sweep_copies(now: datetime) -> int:
    """Delete the plain copies whose process is long dead; return how many."""
    swept = 0
    for folder in (found for name in COPIES for found in Path(tempfile.gettempdir()).glob(name)):
        if now - datetime.fromtimestamp(folder.lstat().st_mtime, UTC) > DEAD:
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept
