"""What was found in a batch, a page at a time: its parts, the reasons, the rows behind each.

Every question is asked of the preview and of the problems as they were stored; values in them
are masked already, and nothing here opens the workbook again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, func, select
from sqlalchemy.orm import Session

from app.messages.catalogue import fill
from app.models.import_batch import (
    ImportBatch,
    ImportProblem,
    ImportRow,
    Severity,
    Verdict,
)
from app.models.page import Page, page_of

OTHER = "other"  # the blank that names another row: it differs from row to row
HINT = func.coalesce(ImportProblem.params["hint"].astext, ImportProblem.params["where"].astext, "")


class Parts(NamedTuple):
    """A file's rows by what becomes of them; the three add up to all of them."""

    clean: int
    warned: int  # written as well; somebody should look at them
    refused: int


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


def parts(session: Session, batch: ImportBatch) -> Parts:
    """Return the parts of a batch that was looked at."""
    refused = _rows_of(batch.id, Severity.ERROR)
    warned = select(func.count(ImportProblem.row_no.distinct())).where(
        *_about(batch.id, Severity.WARNING), ImportProblem.row_no.not_in(refused)
    )
    count = session.scalar(warned) or 0
    return Parts(batch.new - count, count, batch.refused)


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


def new_rows(session: Session, batch_id: int, page: int) -> Page:
    """Return a page of the rows that would be written, as the file has them."""
    rows = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.verdict == Verdict.NEW)
    return page_of(session, rows.order_by(ImportRow.row_no), page)


def troubled_rows(session: Session, batch_id: int, severity: Severity, page: int) -> Page:
    """Return a page of what keeps rows out, or of what is odd in rows that would be written."""
    found = select(ImportProblem).where(*_about(batch_id, severity))
    if severity is Severity.WARNING:
        refused = _rows_of(batch_id, Severity.ERROR)
        found = found.where(ImportProblem.row_no.not_in(refused))
    return page_of(session, found.order_by(ImportProblem.row_no, ImportProblem.id), page)


def rows_of_reason(session: Session, batch_id: int, key: Key, page: int) -> Page:
    """Return a page of the rows one reason stands in."""
    found = select(ImportProblem).where(
        ImportProblem.batch_id == batch_id,
        ImportProblem.code == key.code,
        ImportProblem.heading == key.heading,
        HINT.in_((key.hint,)),
    )
    return page_of(session, found.order_by(ImportProblem.row_no, ImportProblem.id), page)


def _about(batch_id: int, severity: Severity) -> tuple[ColumnElement[bool], ...]:
    return ImportProblem.batch_id == batch_id, ImportProblem.severity == severity


def _rows_of(batch_id: int, severity: Severity) -> Any:
    return select(ImportProblem.row_no).where(*_about(batch_id, severity))
