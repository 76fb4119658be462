"""The two keys of an installation: one seals personal data, one signs sessions."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

import click

from app.cli.trouble import CannotStart
from app.models.sealed import fresh_key_file
from config import SECRET_BYTES, Config


@click.command()
def keys() -> None:
    """Make the key files that do not exist yet; never replaces one."""
    config = Config.read()
    for path in make_keys(config):
        click.echo(f"made {path}: keep a copy where the database's backups are not")


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


def write_private(path: Path, text: str) -> list[Path]:
    """Write a file only we can read, whole or not at all; leave alone one that is there."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # somebody was faster: theirs holds
            path.hardlink_to(fresh)
            return [path]
    except OSError as error:
        raise CannotStart(f"Cannot write the key {path} ({error.strerror}): make room.") from None
    finally:
        fresh.unlink(missing_ok=True)
    return []
