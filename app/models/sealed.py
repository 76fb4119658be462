"""Sealing personal data at rest: AES-256-GCM in the row, HMAC-SHA-256 for equality.

A key file holds lines ``<id> <64 hex digits>`` with ids 1 to 255, the active one first, and one
line ``digest <64 hex digits>``. A new key is put on top; rows keep the id they were sealed with,
in their first byte. A running process reads the file again when it has changed.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from app.errors import AppError, Refusal

log = logging.getLogger(__name__)
NONCE_BYTES, KEY_BYTES = 12, 32
DIGEST = "digest"
LOOK_SECONDS = 2.0  # how long a process may go on sealing with the key before


class Locked(AppError):
    """The key file is missing, unreadable, or not the one the rows were sealed with."""

    code = "app.locked"


@dataclass(frozen=True)
class KeyFile:
    """The keys of one installation as its file has them, the active one first."""

    keys: Mapping[int, bytes]
    digest: bytes

    @classmethod
    def read(cls, path: Path) -> KeyFile:
        """Read a key file, or raise `Locked`."""
        try:
            return cls.parse(path.read_text("ascii"))
        except (OSError, ValueError, KeyError) as error:
            raise Locked(Refusal("app.locked", {"path": str(path)})) from error

    @classmethod
    def parse(cls, text: str) -> KeyFile:
        """Read the text of a key file, or raise `ValueError` or `KeyError`."""
        pairs = [line.split() for line in text.splitlines() if line.strip()]
        named = {name: bytes.fromhex(key) for name, key in pairs}
        digest = named.pop(DIGEST)
        keys = {int(name): key for name, key in named.items()}
        good = all(0 < number < 256 and len(keys[number]) == KEY_BYTES for number in keys)  # noqa: PLR2004  a byte
        if not keys or not good or not digest or len(named) != len(pairs) - 1:
            raise ValueError("a key file needs keys, each with an id of its own, and a digest key")
        return cls(keys, digest)

    @property
    def text(self) -> str:
        """The text of the file."""
        lines = [f"{number} {key.hex()}" for number, key in self.keys.items()]
        return "\n".join([*lines, f"{DIGEST} {self.digest.hex()}", ""])

    @property
    def active(self) -> int:
        """The id of the key that seals."""
        return next(iter(self.keys))

    @cached_property
    def ciphers(self) -> dict[int, AESGCM]:
        """The keys, ready for use."""
        return {number: AESGCM(key) for number, key in self.keys.items()}

    def follows(self, held: KeyFile) -> bool:
        """Tell whether this file may take the other's place: no key of both was exchanged."""
        same = all(held.keys.get(number, key) == key for number, key in self.keys.items())
        return same and self.digest == held.digest and bool(self.keys.keys() & held.keys.keys())


class Keyring:
    """The keys of one installation; empty until `unlock`, renewed when their file changes."""

    def __init__(self) -> None:
        self._held: KeyFile | None = None
        self._path: Path | None = None
        self._mark, self._looked_at = (0, 0), 0.0

    @classmethod
    def of(cls, held: KeyFile) -> Keyring:
        """Return a ring of these keys, whose file is of no interest."""
        made = cls()
        made._held = held
        return made

    def unlock(self, path: Path) -> None:
        """Read the key file, or raise `Locked` with a sentence for the operator."""
        mark = marked(path)
        self._held = KeyFile.read(path)
        self._path, self._mark, self._looked_at = path, mark, time.monotonic()

    @property
    def held(self) -> KeyFile:
        """The keys as they were read last, or raise `Locked`."""
        if self._held is None:
            raise Locked
        return self._held

    def seal(self, text: str, purpose: str) -> bytes:
        """Return ``text`` sealed for one purpose (a field's name), which opening must repeat."""
        return self.seal_bytes(text.encode(), purpose)

    def seal_bytes(self, data: bytes, purpose: str) -> bytes:
        """Return bytes, such as a whole file, sealed for one purpose with the newest key."""
        self._look_now_and_then()
        nonce, held = os.urandom(NONCE_BYTES), self.held
        sealed = held.ciphers[held.active].encrypt(nonce, data, purpose.encode())
        return bytes((held.active,)) + nonce + sealed

    def seal_all(self, texts: Sequence[str | None], purpose: str) -> list[bytes | None]:
        """Return many texts sealed for one purpose, each with a nonce of its own; None stays."""
        self._look_now_and_then()
        held, for_it = self.held, purpose.encode()
        head, encrypt = bytes((held.active,)), held.ciphers[held.active].encrypt
        drawn = os.urandom(NONCE_BYTES * len(texts))
        nonces = [drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES)]
        return [
            None if text is None else head + nonce + encrypt(nonce, text.encode(), for_it)
            for text, nonce in zip(texts, nonces, strict=True)
        ]

    def unseal(self, data: bytes, purpose: str) -> str:
        """Return what was sealed for this purpose, or raise `Locked`."""
        return self.unseal_bytes(data, purpose).decode()

    def unseal_bytes(self, data: bytes, purpose: str) -> bytes:
        """Return the bytes that were sealed for this purpose, or raise `Locked`."""
        nonce, sealed = data[1 : 1 + NONCE_BYTES], data[1 + NONCE_BYTES :]
        try:
            return self._cipher(data[0]).decrypt(nonce, sealed, purpose.encode())
        except (InvalidTag, IndexError, ValueError) as error:
            raise Locked from error

    def opener(self, purpose: str) -> Callable[[bytes], str]:
        """Return what opens many values of one purpose, each a third faster than `unseal`."""
        held, said, begin = self.held.ciphers, purpose.encode(), 1 + NONCE_BYTES

        def opened(data: bytes) -> str:
            try:
                return held[data[0]].decrypt(data[1:begin], data[begin:], said).decode()
            except (InvalidTag, IndexError, KeyError, ValueError):
                return self.unseal(data, purpose)  # a newer key, or a reason

        return opened

    def reseal(self, data: bytes, purpose: str) -> bytes:
        """Return what was sealed for this purpose, sealed anew with the newest key."""
        return self.seal_bytes(self.unseal_bytes(data, purpose), purpose)

    def digest(self, text: str) -> bytes:
        """Return the 32 bytes by which equal texts are found without being read."""
        return hmac.digest(self.held.digest, text.encode(), hashlib.sha256)

    def _cipher(self, number: int) -> AESGCM:
        if number not in self.held.ciphers:
            self._look()  # sealed a moment ago with a key that is newer than what we hold
        try:
            return self.held.ciphers[number]
        except KeyError:
            raise Locked from None

    def _look_now_and_then(self) -> None:
        now = time.monotonic()
        if now - self._looked_at > LOOK_SECONDS:
            self._looked_at = now
            self._look()

    def _look(self) -> None:
        """Read the file again if it has changed; a file that is not ours changes nothing."""
        mark = marked(self._path) if self._path else (0, 0)
        if self._path is None or mark in (self._mark, (0, 0)):
            return
        self._mark = mark
        try:
            fresh = KeyFile.read(self._path)
        except Locked:
            fresh = None
        if fresh is None or not fresh.follows(self.held):
            log.error("The key file has changed into one of other keys: it is not used.")
            return
        self._held = fresh


def marked(path: Path) -> tuple[int, int]:
    """Return by what a changed file is known; zeros for one that cannot be seen."""
    try:
        seen = path.stat()
    except OSError:
        return 0, 0
    return seen.st_mtime_ns, seen.st_ino


KEYS = Keyring()


def fresh_key() -> bytes:
    """Return a key nobody has had."""
    return os.urandom(KEY_BYTES)


def fresh_key_file() -> str:
    """Return the text of a new key file."""
    return KeyFile({1: fresh_key()}, fresh_key()).text


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
