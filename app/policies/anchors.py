"""The anchor file: where every chain of the audit ended, kept outside the database.

One line a head: moment, seq, hash, path (``-`` for the system's own) and a link, the SHA-256 of
the link before and of the line; so the file is a chain too. Who cuts the log's tail would have to
cut this file as well, and the log names the file's last link (`audit.anchor`).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

SYSTEM = "-"  # the chain of what nobody signed in did
TAIL_BYTES = 4096  # longer than any line
PRIVATE = 0o600


class Head(NamedTuple):
    """The last event of one organisation's chain."""

    path: str
    seq: int
    hash: bytes


class Anchored(NamedTuple):
    """What a line says of one event."""

    hash: bytes
    at: str


@dataclass(slots=True)
class Anchors:
    """What anchor files say: events by path and seq, and the lines that do not hold."""

    held: dict[str, dict[int, Anchored]] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    broken: list[tuple[Path, int]] = field(default_factory=list)
    lines: int = 0
    link: str = ""

    def read(self, file: Path) -> Anchors:
        """Read one more file, which is a chain of its own; a missing file holds nothing."""
        self.lines, self.link = 0, ""
        if not file.exists():
            return self
        with file.open(encoding="ascii", errors="replace") as stream:
            for self.lines, line in enumerate(stream, 1):
                self._take(file, line)
        return self

    def _take(self, file: Path, line: str) -> None:
        body, _blank, link = line.rstrip("\n").rpartition(" ")
        words = body.split(" ")
        try:
            at, seq, digest, path = words
            number, held = int(seq), bytes.fromhex(digest)
        except ValueError:
            self.broken.append((file, self.lines))
            return
        if link != linked(self.link, body) or not line.endswith("\n"):
            self.broken.append((file, self.lines))
        self.link = link
        self.links.add(link)
        self.held.setdefault("" if path == SYSTEM else path, {})[number] = Anchored(held, at)


def linked(before: str, body: str) -> str:
    """Return the link of a line."""
    return hashlib.sha256(f"{before} {body}".encode()).hexdigest()


def append(file: Path, heads: Iterable[Head], now: datetime) -> tuple[int, str]:
    """Write the heads that moved since the last time, safely on disk before this returns.

    Return how many lines the file has now, and the last one's link.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    door = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, PRIVATE)
    try:
        fcntl.flock(door, fcntl.LOCK_EX)  # a person and the clock may come at once
        known = Anchors().read(file)
        size = os.fstat(door).st_size
        is_torn = size > 0 and os.pread(door, 1, size - 1) != b"\n"
        text, link, lines = "\n" if is_torn else "", known.link, known.lines
        for head in heads:
            if head.seq in known.held.get(head.path, {}):
                continue
            moment = now.astimezone(UTC).isoformat(timespec="seconds")
            body = f"{moment} {head.seq} {head.hash.hex()} {head.path or SYSTEM}"
            link = linked(link, body)
            text, lines = f"{text}{body} {link}\n", lines + 1
        _write(door, text.encode("ascii"))
        os.fsync(door)
    finally:
        os.close(door)
    return lines, link


def _write(door: int, data: bytes) -> None:
    while data:
        data = data[os.write(door, data) :]


def last_anchored(file: Path) -> datetime | None:
    """Return when the newest line was written; None for a file that is not there or empty."""
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - TAIL_BYTES))
            lines = stream.read().decode("ascii", "replace").splitlines()
        return datetime.fromisoformat(lines[-1].split(" ")[0])
    except (OSError, IndexError, ValueError):
        return None
