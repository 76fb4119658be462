"""Is this the key file of this registry? Known from what its keys once sealed (`key_check`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, delete, exists, func, insert, select

from app.models.account import Account
from app.models.audit import KeyCheck
from app.models.sealed import KeyFile, Keyring, Locked
from config import BadSetting

PURPOSE, SAMPLE = "key_check", "学籍"  # what every key seals once
DIGEST_ID = 0
RETIRED = b""


def checks(connection: Connection) -> dict[int, bytes]:
    """Return what each key of the registry once sealed."""
    rows = connection.execute(select(KeyCheck.key_id, KeyCheck.sealed))
    return {row.key_id: bytes(row.sealed) for row in rows}


def require_ours(there: Mapping[int, bytes], keys: Keyring, path: Path) -> None:
    """Raise `BadSetting` unless the open key file is the one of the registry with these checks."""
    if not there:
        raise BadSetting(
            "The registry does not yet know its sealing key: run `xueji init` with"
            " XUEJI_OWNER_DATABASE_URL set to its owner."
        )
    if there.get(DIGEST_ID) != keys.digest(SAMPLE):
        raise BadSetting(
            f"The digest key in {path} is not the one of this registry, so nobody could be found"
            " by number: bring its key file back from your backup, or set XUEJI_KEY_FILE to it."
        )
    for number, sealed in there.items():
        if number != DIGEST_ID and sealed != RETIRED:
            require_key(number, sealed, keys, path)


def require_key(number: int, sealed: bytes, keys: Keyring, path: Path) -> None:
    """Raise `BadSetting` unless the key of this number is there and opens what it once sealed."""
    if number not in keys.held.keys:
        raise BadSetting(
            f"Key {number} is missing from {path} while data may be sealed with it: bring the"
            " newest key file back from your backup or from another host."
        )
    try:
        keys.unseal(sealed, PURPOSE)
    except Locked:
        raise BadSetting(
            f"Key {number} in {path} is not the one this registry was sealed with: bring its key"
            " file back from your backup, or set XUEJI_KEY_FILE to it."
        ) from None


def vouch(connection: Connection, keys: Keyring, path: Path) -> None:
    """Write, as the owner, what is still missing; a registry nobody uses takes any key file."""
    in_use = connection.scalar(select(exists().where(Account.user_id > 0)))
    if not in_use:
        connection.execute(delete(KeyCheck))
    there = checks(connection)
    if there:
        require_ours(there, keys, path)
        if keys.held.active not in there:  # put on top by hand
            add(connection, keys, keys.held.active, rotating=True)
        return
    digest = keys.digest(SAMPLE)
    connection.execute(insert(KeyCheck).values(key_id=DIGEST_ID, sealed=digest))
    for number in keys.held.keys:
        add(connection, keys, number)


def add(connection: Connection, keys: Keyring, number: int, *, rotating: bool = False) -> None:
    """Write what a key seals; ``rotating`` says that older ones still have to be replaced."""
    alone = Keyring.of(KeyFile({number: keys.held.keys[number]}, keys.held.digest))
    values = {"key_id": number, "sealed": alone.seal(SAMPLE, PURPOSE)}
    if rotating:
        values["rotating_since"] = func.now()
    connection.execute(insert(KeyCheck).values(values))
