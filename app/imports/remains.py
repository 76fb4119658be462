"""What is left behind: workbooks nobody needs any more, and the plain copies of killed processes.

A stored workbook is sealed; it is still somebody's class, and goes when its work is done.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.imports.storage import FOLDER
from app.models.import_batch import BatchState, ImportBatch
from config import Config

COPIES = ("xueji-import-*", "xueji-upload-*", "xueji-teachers-*")  # folders of plain copies
DEAD = timedelta(hours=2)  # no process works on one copy for so long
SETTLED = timedelta(hours=24)  # by then a file has its row, or never will
KEPT = timedelta(days=30)  # for the error workbook of a batch that ended without being written
ENDED = (BatchState.DISCARDED, BatchState.FAILED)


def needed(session: Session, now: datetime) -> set[str]:
    """Return the digests of the workbooks that open, young or unwritten batches still need."""
    young = ImportBatch.created_at > now - SETTLED
    ended = and_(ImportBatch.state.in_(ENDED), ImportBatch.created_at > now - KEPT)
    still = ImportBatch.state.not_in((*ENDED, BatchState.COMMITTED))
    return set(session.scalars(select(ImportBatch.sha256).where(or_(young, ended, still))))


def sweep_files(keep: Collection[str], now: datetime) -> int:
    """Delete the stored files that are settled and not to be kept; return how many."""
    files, swept = _files(), 0
    for path, about in _lying(files):
        if path.rpartition("/")[2] not in keep and _age(about, now) > SETTLED:
            files.rm_file(path)
            swept += 1
    return swept


def sweep_copies(now: datetime) -> int:
    """Delete the plain copies whose process is long dead; return how many."""
    swept = 0
    for folder in (found for name in COPIES for found in Path(tempfile.gettempdir()).glob(name)):
        if now - datetime.fromtimestamp(folder.lstat().st_mtime, UTC) > DEAD:
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept


def _files() -> Any:
    return fsspec.core.url_to_fs(Config.read().files_url)[0]


def _lying(files: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    root = fsspec.core.url_to_fs(Config.read().files_url)[1].rstrip("/")
    folder = f"{root}/{FOLDER}"
    if files.exists(folder):
        yield from files.find(folder, detail=True).items()


def _age(about: dict[str, Any], now: datetime) -> timedelta:
    """Return how old a file is; a store that does not tell keeps it."""
    changed = about.get("mtime") or about.get("LastModified") or about.get("last_modified")
    if isinstance(changed, int | float):
        changed = datetime.fromtimestamp(changed, UTC)
    return now - changed if isinstance(changed, datetime) else timedelta()
