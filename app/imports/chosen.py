"""Which rows of a preview a writing would write: what can be, and what a person took."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.models.import_batch import ImportBatch, Verdict

WRITTEN = (Verdict.NEW, Verdict.CHANGED, Verdict.ELSEWHERE, Verdict.LIKELY)
MADE_OF = (Verdict.NEW, Verdict.ELSEWHERE, Verdict.LIKELY)  # a record that is not there yet


def chosen(lines: Any, batch_id: int) -> ColumnElement[bool]:
    """Return the condition of the rows that a writing would write."""
    return and_(lines.batch_id == batch_id, lines.verdict.in_(WRITTEN), lines.taken)


def made(lines: Any, batch_id: int) -> ColumnElement[bool]:
    """Return the condition of the chosen rows that become new records."""
    return and_(lines.batch_id == batch_id, lines.verdict.in_(MADE_OF), lines.taken)


def amended(lines: Any, batch_id: int) -> ColumnElement[bool]:
    """Return the condition of the chosen rows that change a record."""
    return and_(lines.batch_id == batch_id, lines.verdict == Verdict.CHANGED, lines.taken)


def many(session: Session, lines: Any, batch: ImportBatch) -> int:
    """Return how many rows a writing would write."""
    return session.scalar(select(func.count()).where(chosen(lines, batch.id))) or 0
