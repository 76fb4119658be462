"""Sealing personal data at rest: AES-256-GCM in the row, HMAC-SHA-256 for equality.

A key file holds lines ``<id> <64 hex digits>`` with ids 1 to 255, the active one first, and one
line ``digest <64 hex digits>``. A new key is put on top; rows keep the id they were sealed with.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from app.errors import AppError, Refusal

NONCE_BYTES = 12
DIGEST = "digest"


class Locked(AppError):
    """The key file is missing, unreadable, or not the one the rows were sealed with."""

    code = "app.locked"


class Keyring:
    """The keys of one installation; empty until `unlock`."""

    def __init__(self) -> None:
        self._keys: dict[int, AESGCM] = {}
        self._active, self._digest = 0, b""

    def unlock(self, path: Path) -> None:
        """Read the key file, or raise `Locked` with a sentence for the operator."""
        try:
            pairs = [line.split() for line in path.read_text("ascii").splitlines() if line.strip()]
            named = {name: bytes.fromhex(key) for name, key in pairs}
            self._digest = named.pop(DIGEST)
            self._keys = {int(name): AESGCM(key) for name, key in named.items()}
            self._active = int(next(iter(named)))
        except (OSError, ValueError, KeyError, StopIteration) as error:
            raise Locked(Refusal("app.locked", {"path": str(path)})) from error

    def seal(self, text: str, purpose: str) -> bytes:
        """Return ``text`` sealed for one purpose (a field's name), which opening must repeat."""
        return self.seal_bytes(text.encode(), purpose)

    def seal_bytes(self, data: bytes, purpose: str) -> bytes:
        """Return bytes, such as a whole file, sealed for one purpose."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._key(self._active).encrypt(nonce, data, purpose.encode())
        return bytes((self._active,)) + nonce + sealed

    def unseal(self, data: bytes, purpose: str) -> str:
        """Return what was sealed for this purpose, or raise `Locked`."""
        return self.unseal_bytes(data, purpose).decode()

    def unseal_bytes(self, data: bytes, purpose: str) -> bytes:
        """Return the bytes that were sealed for this purpose, or raise `Locked`."""
        nonce, sealed = data[1 : 1 + NONCE_BYTES], data[1 + NONCE_BYTES :]
        try:
            return self._key(data[0]).decrypt(nonce, sealed, purpose.encode())
        except (InvalidTag, IndexError) as error:
            raise Locked from error

    def digest(self, text: str) -> bytes:
        """Return the 32 bytes by which equal texts are found without being read."""
        if not self._digest:
            raise Locked
        return hmac.digest(self._digest, text.encode(), hashlib.sha256)

    def _key(self, number: int) -> AESGCM:
        try:
            return self._keys[number]
        except KeyError:
            raise Locked from None


KEYS = Keyring()


def fresh_key_file() -> str:
    """Return the text of a new key file."""
    return f"1 {os.urandom(32).hex()}\n{DIGEST} {os.urandom(32).hex()}\n"


class Sealed(TypeDecorator[str]):
    """A text column nobody can read without the keys; ``purpose`` binds a value to its field."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Seal on the way in; empty text is no text."""
        del dialect
        return KEYS.seal(value, self.purpose) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Unseal on the way out."""
        del dialect
        return None if value is None else KEYS.unseal(bytes(value), self.purpose)
