"""The key files themselves: made once, opened, and replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from app.cli.trouble import CannotStart
from app.models.sealed import KEYS, KeyFile, Locked, fresh_key, fresh_key_file
from config import SECRET_BYTES, Config

MOST = 255  # a key's id is the first byte of all it seals


def unlock(config: Config) -> None:
    """Open the sealing keys, or raise `CannotStart`."""
    try:
        KEYS.unlock(config.key_file)
    except Locked:
        raise CannotStart(
            f"The sealing key {config.key_file} cannot be read: make it with `xueji keys`, or set"
            " XUEJI_KEY_FILE to it."
        ) from None


def make_keys(config: Config, *, is_sealed: bool = False) -> list[Path]:
    """Make what is missing, readable by us alone; return what was made.

    Raise `CannotStart` when the registry holds sealed data and its key is gone: a new one would
    start a second registry inside the first.
    """
    made = []
    if not config.key_file.exists():
        if is_sealed:
            raise CannotStart(
                f"The sealing key {config.key_file} is gone but the registry was sealed with it:"
                " bring it back from your backup, or set XUEJI_KEY_FILE to it."
            )
        made += write_private(config.key_file, fresh_key_file())
    if not config.given_secret_key and not config.secret_key_file.exists():
        made += write_private(config.secret_key_file, secrets.token_hex(SECRET_BYTES) + "\n")
    return made


def put_key(path: Path, taken: frozenset[int] = frozenset(), *, on_top: bool) -> int:
    """Put a new key into the key file, above or below all others; return its id."""
    held = KeyFile.read(path)
    used = taken | held.keys.keys()
    free = [*range(max(used) + 1, MOST + 1), *range(1, max(used))]
    number = next((each for each in free if each not in used), 0)
    if not number:
        raise CannotStart(f"All {MOST} ids of keys were used: this registry can have no other.")
    new = {number: fresh_key()}
    keys = {**new, **held.keys} if on_top else {**held.keys, **new}
    replace(path, KeyFile(keys, held.digest))
    return number


def raise_key(path: Path, number: int) -> None:
    """Put a key that is already in the file on top of it."""
    held = KeyFile.read(path)
    replace(path, KeyFile({number: held.keys[number], **held.keys}, held.digest))


def drop_keys(path: Path, numbers: set[int]) -> None:
    """Take keys out of the file."""
    held = KeyFile.read(path)
    left = {number: key for number, key in held.keys.items() if number not in numbers}
    replace(path, KeyFile(left, held.digest))


def replace(path: Path, held: KeyFile) -> None:
    """Put a new key file in the place of the old one, whole or not at all, still ours alone."""
    path = path.resolve()
    fresh = written(path, held.text)
    try:
        kept = path.stat()
        if os.geteuid() == 0:  # the console may run as somebody else
            os.chown(fresh, kept.st_uid, kept.st_gid)
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        fresh.unlink(missing_ok=True)


def write_private(path: Path, text: str) -> list[Path]:
    """Write a file only we can read, whole or not at all; leave alone one that is there."""
    fresh = written(path, text)
    try:
        with contextlib.suppress(FileExistsError):  # somebody was faster: theirs holds
            path.hardlink_to(fresh)
            return [path]
    except OSError as error:
        raise CannotStart(f"Cannot write the key {path} ({error.strerror}): make room.") from None
    finally:
        fresh.unlink(missing_ok=True)
    return []


def written(path: Path, text: str) -> Path:
    """Write a file beside ``path`` that only we can read, down to the disk; return where."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)  # of a killed one that had our number
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            os.fsync(file.fileno())
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise CannotStart(f"Cannot write the key {path} ({error.strerror}): make room.") from None
    return fresh
