"""The two family members of a row beside those on record: who is who, and what differs.

A member is the one on record with the same name and relation; of the others the first of the
file is the first on record, and whoever is left is new. Nobody on record is ever taken away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.imports.staging import GUARDIAN_FIELDS, STAGED_GUARDIAN
from app.models.student import Guardian

WHO = (GUARDIAN_FIELDS.index("name"), GUARDIAN_FIELDS.index("relation"))


class Cell(NamedTuple):
    """One value that differs, and of which other record than the pupil's own."""

    field: str
    before: Any
    after: Any
    record: int | None = None


class Family:
    """The members of one row and of its pupil, each with values in the order of the fields."""

    def __init__(self) -> None:
        self.told: dict[int, Sequence[Any]] = {}  # by ordinal
        self.known: dict[int, Sequence[Any]] = {}  # by id, in order

    def cells(self) -> Iterator[Cell]:
        """Yield every cell of the members that differs."""
        nobody = (None,) * len(GUARDIAN_FIELDS)
        for ordinal, record in self.pairs().items():
            old = self.known[record] if record is not None else nobody
            for cell in differing(GUARDIAN_FIELDS, self.told[ordinal], old):
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


def families(session: Session, matched: Table) -> Mapping[int, Family]:
    """Return the family of every matched row, by row; ``matched`` has row_no and target_id."""
    held: dict[int, Family] = defaultdict(Family)
    told = (STAGED_GUARDIAN.c[name] for name in GUARDIAN_FIELDS)
    rows = (
        select(STAGED_GUARDIAN.c.row_no, STAGED_GUARDIAN.c.ordinal, *told)
        .join(matched, matched.c.row_no == STAGED_GUARDIAN.c.row_no)
        .order_by(STAGED_GUARDIAN.c.row_no, STAGED_GUARDIAN.c.ordinal)
    )
    for row, ordinal, *values in session.execute(rows):
        held[row].told[ordinal] = values
    known = (Guardian.__table__.c[name] for name in GUARDIAN_FIELDS)
    rows = (
        select(matched.c.row_no, Guardian.id, *known)
        .join(matched, matched.c.target_id == Guardian.student_id)
        .order_by(matched.c.row_no, Guardian.id)
    )
    for row, record, *values in session.execute(rows):
        held[row].known[record] = values
    return held
