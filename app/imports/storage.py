"""Where uploaded workbooks lie: sealed, named by the digest of what is in them.

`XUEJI_FILES_URL` names any place fsspec knows; the same workbook twice is the same file.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec

from app.errors import BadFile, Refusal
from app.models.sealed import KEYS, Locked
from config import BadSetting, Config

FOLDER, PURPOSE = "imports", "import.file"


def keep(data: bytes) -> str:
    """Store a workbook and return its SHA-256 digest; stored again it is one file, and young."""
    digest = hashlib.sha256(data).hexdigest()
    files, path = _place(digest)
    files.makedirs(path.rpartition("/")[0], exist_ok=True)
    part = f"{path}.{os.getpid()}.part"
    files.pipe_file(part, KEYS.seal_bytes(data, PURPOSE))
    files.mv(part, path)  # whole or not at all
    return digest


@contextmanager
def opened(digest: str) -> Iterator[Path]:
    """Give a stored workbook as a private file for the block, or raise `BadFile`."""
    files, path = _place(digest)
    try:
        sealed = files.cat_file(path)
    except FileNotFoundError:
        raise BadFile(Refusal("E-FILE-LOST")) from None
    with tempfile.TemporaryDirectory(prefix="xueji-import-") as folder:
        copy = Path(folder) / "workbook.xlsx"
        copy.write_bytes(KEYS.unseal_bytes(sealed, PURPOSE))
        yield copy


def reseal() -> Iterator[str]:
    """Seal anew every workbook that is not sealed with the active key; yields their digests."""
    files, _ = _place("")
    for path in old():
        part = f"{path}.{os.getpid()}.part"
        try:
            files.pipe_file(part, KEYS.reseal(files.cat_file(path), PURPOSE))
        except FileNotFoundError:  # deleted meanwhile
            continue
        except Locked:
            raise BadSetting(
                f"The workbook {path} opens with no key of the file: put the key it was sealed"
                " with back into it, below the others."
            ) from None
        files.mv(part, path)
        yield path.rpartition("/")[2]


def old() -> list[str]:
    """Return the paths of all workbooks that are not sealed with the active key."""
    files, _ = _place("")
    folder, active = _folder(), bytes((KEYS.held.active,))
    found = files.find(folder) if files.exists(folder) else []
    whole = [path for path in found if "." not in path.rpartition("/")[2]]
    return [path for path in whole if files.cat_file(path, start=0, end=1) != active]


def _folder() -> str:
    return f"{fsspec.core.url_to_fs(Config.read().files_url)[1].rstrip('/')}/{FOLDER}"


def _place(digest: str) -> tuple[Any, str]:
    files, _ = fsspec.core.url_to_fs(Config.read().files_url)
    return files, f"{_folder()}/{digest[:2]}/{digest}"
