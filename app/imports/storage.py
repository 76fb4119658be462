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
from app.models.sealed import KEYS
from config import Config

FOLDER, PURPOSE = "imports", "import.file"


def keep(data: bytes) -> str:
    """Store a workbook and return its SHA-256 digest; storing it again changes nothing."""
    digest = hashlib.sha256(data).hexdigest()
    files, path = _place(digest)
    if not files.exists(path):
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


def _place(digest: str) -> tuple[Any, str]:
    files, root = fsspec.core.url_to_fs(Config.read().files_url)
    return files, f"{root.rstrip('/')}/{FOLDER}/{digest[:2]}/{digest}"
