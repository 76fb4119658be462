"""核验: whether the log is as it was written: every chain, link by link, and where it ends.

Each event's hash seals its fields and the hash before it, so a change, a gap or another order
shows where it is. A tail that was cut shows by the chain's head; when the head was cut along, by
the anchor file. The database only reads out; the hashes are computed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.policies.anchors import Anchored, Anchors, Head, append
from app.policies.audit import record
from app.policies.trail_triggers import LINK

ANCHORED, VERIFIED = "audit.anchor", "audit.verified"
READING = "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'"
HEADS = "SELECT path, seq, hash FROM audit_head"
# A field that holds the separator, or a word that looks like a number, could hide as another one.
EVENTS = f"""
COPY (
  SELECT owner_path, seq, hash, convert_to({LINK.format(row="e")}, 'UTF8'),
         concat(action, object_type, ip, owner_path) !~ '[|]' AND action ~ '^[a-z]'
           AND coalesce(object_type, 'a') ~ '^[a-z]'
  FROM audit_event e ORDER BY owner_path, seq
) TO STDOUT (FORMAT binary)
"""  # noqa: S608  words of ours
TYPES = ("text", "int8", "bytea", "bytea", "bool")
NAMED_LINK = """
SELECT details ->> 'link' FROM audit_event WHERE action = 'audit.anchor' ORDER BY id DESC LIMIT 1
"""
ENDS = """
WITH RECURSIVE chain AS (
  (SELECT owner_path FROM audit_event ORDER BY owner_path LIMIT 1)
  UNION ALL
  SELECT (SELECT e.owner_path FROM audit_event e WHERE e.owner_path > chain.owner_path
          ORDER BY e.owner_path LIMIT 1)
  FROM chain WHERE chain.owner_path IS NOT NULL
)
SELECT chain.owner_path, last.seq, last.hash FROM chain CROSS JOIN LATERAL (
  SELECT seq, hash FROM audit_event e WHERE e.owner_path = chain.owner_path
  ORDER BY seq DESC LIMIT 1) last
"""


class Fault(StrEnum):
    """What is wrong with an event, or with all from one to another."""

    CHANGED = "was changed, or does not follow the one before it"
    DOUBLED = "is there twice"
    MISSING = "missing"
    CUT = "missing at the end of the chain"
    HEAD = "the chain's head does not fit its last event"
    ANCHOR = "is not the event that was anchored"


class Break(NamedTuple):
    """Where a chain is broken; ``until`` is the last seq of a run of missing events."""

    path: str
    seq: int
    fault: Fault
    until: int
    anchored: str = ""


class Link(NamedTuple):
    """One event as the database reads it out."""

    path: str
    seq: int
    hash: bytes
    sealed: bytes
    is_plain: bool


@dataclass(slots=True)
class Finding:
    """What a verification found."""

    events: int = 0
    chains: int = 0
    breaks: list[Break] = field(default_factory=list)
    broken_lines: list[tuple[Path, int]] = field(default_factory=list)  # of the anchor files
    is_file_cut: bool = False  # the log names a last line that no anchor file has

    @property
    def faults(self) -> int:
        """Return how much is wrong."""
        return len(self.breaks) + len(self.broken_lines) + self.is_file_cut


def verify(
    connection: psycopg.Connection[Any], anchors: Anchors, heads: Iterable[Head] | None = None
) -> Finding:
    """Check every chain within the caller's transaction; by default against the heads as well."""
    found = Finding(broken_lines=anchors.broken)
    with connection.cursor() as cursor:
        cursor.execute(READING)
        if heads is None:
            heads = map(Head._make, cursor.execute(HEADS).fetchall())
        ends = {head.path: head for head in heads}
        named = cursor.execute(NAMED_LINK).fetchone()
        found.is_file_cut = named is not None and named[0] not in anchors.links
        with cursor.copy(EVENTS) as copy:
            copy.set_types(TYPES)
            links = map(Link._make, copy.rows())
            found.breaks = list(_broken(links, ends, anchors.held, found))
    return found


def _broken(
    links: Iterator[Link],
    heads: dict[str, Head],
    anchored: dict[str, dict[int, Anchored]],
    found: Finding,
) -> Iterator[Break]:
    """Follow every chain from its first event to its last."""
    last: Link | None = None
    left = set(heads) | set(anchored)
    for link in links:
        if last is None or last.path != link.path:
            if last is not None:
                yield from _ended(last, heads.get(last.path), anchored.get(last.path, {}))
            last = Link(link.path, 0, b"", b"", True)  # noqa: FBT003
            left.discard(link.path)
            found.chains += 1
        yield from _followed(last, link, anchored.get(link.path, {}))
        found.events += 1
        last = link
    if last is not None:
        yield from _ended(last, heads.get(last.path), anchored.get(last.path, {}))
    for path in sorted(left):
        nothing = Link(path, 0, b"", b"", True)  # noqa: FBT003
        yield from _ended(nothing, heads.get(path), anchored.get(path, {}))


def _followed(last: Link, link: Link, anchored: dict[int, Anchored]) -> Iterator[Break]:
    """Judge one event by the one before it."""
    path, seq = link.path, link.seq
    if seq > last.seq + 1:
        yield Break(path, last.seq + 1, Fault.MISSING, seq - 1)
    elif seq <= last.seq:
        yield Break(path, seq, Fault.DOUBLED, seq)
    elif not link.is_plain or hashlib.sha256(last.hash + link.sealed).digest() != link.hash:
        yield Break(path, seq, Fault.CHANGED, seq)
    if seq in anchored and anchored[seq].hash != link.hash:
        yield Break(path, seq, Fault.ANCHOR, seq, anchored[seq].at)


def _ended(last: Link, head: Head | None, anchored: dict[int, Anchored]) -> Iterator[Break]:
    """Judge where a chain ends by its head and by its anchors."""
    farthest = max(anchored, default=0)
    until = max(farthest, head.seq if head else 0)
    if until > last.seq:
        at = anchored[farthest].at if farthest > last.seq else ""
        yield Break(last.path, last.seq + 1, Fault.CUT, until, at)
    elif head is None or (head.seq, head.hash) != (last.seq, last.hash):
        yield Break(last.path, last.seq, Fault.HEAD, last.seq)


# ── by the clock, as the application's own role ──────────────────────────────────────────────


def ends(session: Session) -> list[Head]:
    """Return the last event of every chain, for whoever may read the log and not its heads."""
    return [Head(*row) for row in session.execute(text(ENDS))]


def anchor(session: Session, file: Path, now: datetime) -> int:
    """Write the ends of the chains to the anchor file, and its last link to the log.

    The file comes first: a crash between leaves a line too many there, never one too few.
    """
    lines, link = append(file, ends(session), now)
    record(session, ANCHORED, lines=lines, link=link)
    return lines


def verify_within(session: Session, file: Path) -> Finding:
    """Check every chain and write the answer to the log; it does not see the heads."""
    last = ends(session)
    raw: Any = session.connection().connection.dbapi_connection
    found = verify(raw, Anchors().read(file), last)
    record(session, VERIFIED, events=found.events, chains=found.chains, faults=found.faults)
    return found
