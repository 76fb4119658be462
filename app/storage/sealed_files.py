"""Where uploaded files lie: sealed, named by the digest of what is in them. The only door to them.

`XUEJI_FILES_URL` names any place fsspec knows; a folder there holds one kind of file, sealed for
its own purpose, so that no file opens as one of another kind. The same file twice is one file.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import fsspec

from app.errors import BadFile, NoSpace, Refusal
from app.models.sealed import KEYS, Locked
from config import BadSetting, Config

log = logging.getLogger(__name__)
SETTLED = timedelta(hours=24)  # by then a file has its row, or never will


class Folder(StrEnum):
    """A kind of file: the folder it lies in."""

    IMPORTS = "imports"  # workbooks
    EVIDENCE = "evidence"  # what belongs to a case
    VERIFICATION = "verification"  # lists for the police, what came back, papers of a mark
    EXPORTS = "exports"  # what was taken out, until it expires

    @property
    def purpose(self) -> str:
        """What its files are sealed for."""
        return {
            "imports": "import.file",
            "evidence": "evidence.file",
            "verification": "verification.file",
            "exports": "export.file",
        }[self.value]


def keep(folder: Folder, data: bytes) -> str:
    """Store a file and return its SHA-256 digest; stored again it is one file, and young.

    Raise `NoSpace` when the store does not take it; nothing is half there.
    """
    digest = hashlib.sha256(data).hexdigest()
    files, path = _place(folder, digest)
    part = f"{path}.{os.getpid()}.part"
    try:
        files.makedirs(path.rpartition("/")[0], exist_ok=True)
        files.pipe_file(part, KEYS.seal_bytes(data, folder.purpose))
        files.mv(part, path)  # whole or not at all
    except OSError as error:
        with suppress(OSError):
            files.rm_file(part)
        log.error("The file store took no file: %s.", error.strerror)  # noqa: TRY400  no trace
        raise NoSpace from None
    return digest


def read(folder: Folder, digest: str) -> bytes:
    """Return what is in a stored file, or raise `BadFile` when it is not there."""
    files, path = _place(folder, digest)
    try:
        sealed = files.cat_file(path)
    except OSError:
        raise BadFile(Refusal("E-FILE-LOST")) from None
    return KEYS.unseal_bytes(sealed, folder.purpose)


@contextmanager
def opened(folder: Folder, digest: str) -> Iterator[Path]:
    """Give a stored workbook as a private file for the block, or raise `BadFile`."""
    data = read(folder, digest)
    with tempfile.TemporaryDirectory(prefix="xueji-import-") as place:
        copy = Path(place) / "workbook.xlsx"
        copy.write_bytes(data)
        yield copy


def destroy(folder: Folder, digest: str) -> None:
    """Take a file away that nobody needs any more; one that is not there is gone already."""
    files, path = _place(folder, digest)
    with suppress(OSError):
        files.rm_file(path)


def sweep(folder: Folder, needed: Collection[str], now: datetime) -> int:
    """Delete the files of a folder that are settled and not needed; return how many."""
    files, swept = _files(), 0
    for path, about in _lying(folder).items():
        if path.rpartition("/")[2] not in needed and _age(about, now) > SETTLED:
            files.rm_file(path)
            swept += 1
    return swept


# ── a new sealing key ───────────────────────────────────────────────────────────────────────


def reseal() -> Iterator[str]:
    """Seal anew every file that is not sealed with the active key; yields their digests."""
    files = _files()
    for folder, path in _old():
        part = f"{path}.{os.getpid()}.part"
        try:
            files.pipe_file(part, KEYS.reseal(files.cat_file(path), folder.purpose))
        except FileNotFoundError:  # deleted meanwhile
            continue
        except Locked:
            raise BadSetting(
                f"The file {path} opens with no key of the file: put the key it was sealed"
                " with back into it, below the others."
            ) from None
        files.mv(part, path)
        yield path.rpartition("/")[2]


def old() -> list[str]:
    """Return the paths of all files, of every kind, that are not sealed with the active key."""
    return [path for _folder, path in _old()]


def _old() -> list[tuple[Folder, str]]:
    files, active = _files(), bytes((KEYS.held.active,))
    found = [(folder, path) for folder in Folder for path in _lying(folder)]
    whole = [(folder, path) for folder, path in found if "." not in path.rpartition("/")[2]]
    return [each for each in whole if files.cat_file(each[1], start=0, end=1) != active]


# ── inside ──────────────────────────────────────────────────────────────────────────────────


def _files() -> Any:
    return fsspec.core.url_to_fs(Config.read().files_url)[0]


def _root(folder: Folder) -> str:
    return f"{fsspec.core.url_to_fs(Config.read().files_url)[1].rstrip('/')}/{folder}"


def _place(folder: Folder, digest: str) -> tuple[Any, str]:
    return _files(), f"{_root(folder)}/{digest[:2]}/{digest}"


def _lying(folder: Folder) -> dict[str, dict[str, Any]]:
    files, root = _files(), _root(folder)
    found: dict[str, dict[str, Any]] = files.find(root, detail=True) if files.exists(root) else {}
    return found


def _age(about: dict[str, Any], now: datetime) -> timedelta:
    """Return how old a file is; a store that does not tell keeps it."""
    changed = about.get("mtime") or about.get("LastModified") or about.get("last_modified")
    if isinstance(changed, int | float):
        changed = datetime.fromtimestamp(changed, UTC)
    return now - changed if isinstance(changed, datetime) else timedelta()
