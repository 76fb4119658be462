"""The two family members of a row beside those on record: who is who, and what differs.

A member is the one on record with the same name and relation; of the others the first of the
file is the first on record, and whoever is left is new. Nobody on record is ever taken away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, Table, select, type_coerce
from sqlalchemy.orm import Session

from app.imports.staging import GUARDIAN_FIELDS, STAGED_GUARDIAN
from app.models.sealed import KEYS, Sealed
from app.models.student import Guardian
from app.workflows.identity import among

Openers = Mapping[str, Callable[[bytes], str]]


def purposes(table: Table) -> dict[str, str]:
    """Return for what the sealed fields of a table are sealed."""
    return {c.name: c.type.purpose for c in table.c if isinstance(c.type, Sealed)}


def openers(held_for: Mapping[str, str]) -> Openers:
    """Return what opens the sealed fields of many rows, by field."""
    return {field: KEYS.opener(purpose) for field, purpose in held_for.items()}


PURPOSES = purposes(STAGED_GUARDIAN)
CLOSED = tuple(name for name in GUARDIAN_FIELDS if name in PURPOSES)
OPEN = tuple(name for name in GUARDIAN_FIELDS if name not in PURPOSES)
FIELDS = (*OPEN, *CLOSED)
WHO = (OPEN.index("name"), OPEN.index("relation"))


class Cell(NamedTuple):
    """One value that differs, and of which other record than the pupil's own."""

    field: str
    before: Any
    after: Any
    record: int | None = None


class Family:
    """The members of one row and of its pupil, each with values in the order of `FIELDS`."""

    def __init__(self) -> None:
        self.told: dict[int, Sequence[Any]] = {}  # by ordinal
        self.known: dict[int, Sequence[Any]] = {}  # by id, in order

    def cells(self, opens: Openers) -> Iterator[Cell]:
        """Yield every cell of the members that differs."""
        nobody = (None,) * len(FIELDS)
        for ordinal, record in self.pairs().items():
            new, old = self.told[ordinal], self.known[record] if record is not None else nobody
            at = len(OPEN)
            found = [*differing(OPEN, new[:at], old[:at])]
            for cell in (*found, *unsealed(CLOSED, opens, new[at:], old[at:])):
                yield Cell(f"member{ordinal}_{cell.field}", cell.before, cell.after, record)

    def pairs(self) -> dict[int, int | None]:
        """Return which member on record each one of the file is."""
        found: dict[int, int | None] = {}
        free = list(self.known)
        for ordinal, told in self.told.items():
            same = (r for r in free if all(self.known[r][at] == told[at] for at in WHO))
            if (record := next(same, None)) is not None:
                found[ordinal] = record
                free.remove(record)
        for ordinal in self.told:
            if ordinal not in found:
                found[ordinal] = free.pop(0) if free else None
        return found


def differing(fields: Sequence[str], new: Sequence[Any], old: Sequence[Any]) -> Iterator[Cell]:
    """Yield the fields that have a new value; an empty cell says nothing."""
    if new == old:
        return
    for field, after, before in zip(fields, new, old, strict=True):
        if after is not None and after != before:
            yield Cell(field, before, after)


def unsealed(
    fields: Sequence[str],
    opens: Openers,
    new: Sequence[bytes | None],
    old: Sequence[bytes | None],
) -> Iterator[Cell]:
    """Yield the sealed fields that have a new value, the values in clear."""
    for field, after, before in zip(fields, new, old, strict=True):
        if after is None:
            continue
        unseal = opens[field]
        told = unseal(after)
        known = None if before is None else unseal(before)
        if told != known:
            yield Cell(field, known, told)


def as_bytes(column: Any) -> ColumnElement[bytes]:
    """Return a sealed column as it lies there."""
    return type_coerce(column, LargeBinary).label(None)


def families(session: Session, rows: Mapping[int, int]) -> Mapping[int, Family]:
    """Return by row the family of every pupil; ``rows`` gives the row of each record."""
    held: dict[int, Family] = defaultdict(Family)
    if not rows:
        return held
    told, known = STAGED_GUARDIAN.c, Guardian.__table__.c
    asked = select(told.row_no, told.ordinal, *_values(told)).order_by(told.row_no, told.ordinal)
    wanted = set(rows.values())
    for row, ordinal, *values in session.execute(asked):
        if row in wanted:
            held[row].told[ordinal] = values
    asked = select(known.student_id, known.id, *_values(known))
    asked = asked.where(among(known.student_id, rows.keys())).order_by(known.id)
    for pupil, record, *values in session.execute(asked):
        held[rows[pupil]].known[record] = values
    return held


def _values(columns: Any) -> Iterator[Any]:
    yield from (columns[name] for name in OPEN)
    yield from (as_bytes(columns[name]) for name in CLOSED)
