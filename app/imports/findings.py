"""What was found in a batch: every reason, and the rows it stands in as ranges.

Asked of the problems as they were stored; values in them are masked already, and nothing here
opens the workbook again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Text, func, select
from sqlalchemy.orm import Session

from app.messages.catalogue import fill
from app.models.import_batch import ImportProblem, Severity

OTHER = "other"  # the blank that names another row: it differs from row to row
HINT = func.coalesce(ImportProblem.params["hint"].astext, ImportProblem.params["where"].astext, "")


class Key(NamedTuple):
    """What makes two problems the same reason."""

    code: str
    heading: str
    hint: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason and the rows it stands in, as ranges."""

    severity: Severity
    key: Key
    params: Mapping[str, object]
    ranges: list[tuple[int, int]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows it stands in."""
        return sum(last - first + 1 for first, last in self.ranges)

    def sentence(self, lang: str) -> str:
        """Return the reason as one sentence that names the heading."""
        blanks = {"heading": self.key.heading, **self.params}
        if OTHER in blanks:
            blanks[OTHER] = "…"
        return fill(self.key.code, blanks, lang)


def reasons(session: Session, batch_id: int) -> list[Reason]:
    """Return every reason, the one with most rows first; neighbouring rows are one range."""
    key = (ImportProblem.severity, ImportProblem.code, ImportProblem.heading, HINT)
    rank = func.dense_rank().over(partition_by=key, order_by=ImportProblem.row_no)
    found = (
        select(
            *key[:3],
            HINT.label("hint"),
            ImportProblem.row_no,
            ImportProblem.params.cast(Text).label("params"),
            (ImportProblem.row_no - rank).label("island"),
        )
        .where(ImportProblem.batch_id == batch_id)
        .subquery()
    )
    same = (found.c.severity, found.c.code, found.c.heading, found.c.hint)
    row = found.c.row_no
    ranges = (
        select(*same, func.min(row), func.max(row), func.min(found.c.params))
        .group_by(*same, found.c.island)
        .order_by(*same, func.min(row))
    )
    known: dict[tuple[Severity, Key], Reason] = {}
    for severity, code, heading, hint, first, last, params in session.execute(ranges):
        about = Key(code, heading, hint)
        reason = Reason(severity, about, json.loads(params))
        known.setdefault((severity, about), reason).ranges.append((first, last))
    return sorted(known.values(), key=lambda reason: (-reason.rows, reason.ranges[0]))
