"""名册缺: pupils of the classes a file names who are not in the file; a list to read, no more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from app.models.import_batch import ImportBatch, ImportRaw, ImportRow
from app.models.page import Page, page_of
from app.models.student import Status, Student

THERE = (Status.IN_SCHOOL, Status.PENDING_REGISTRATION)


def missing(session: Session, batch: ImportBatch, page: int) -> Page:
    """Return a page of them, class by class, in the asker's own scope."""
    found = _asked(batch.id, select(Student)).options(joinedload(Student.school_class))
    return page_of(session, found.order_by(Student.class_id, Student.seat_no, Student.id), page)


def count_missing(session: Session, batch: ImportBatch) -> int:
    """Return how many they are."""
    return session.scalar(_asked(batch.id, select(func.count(Student.id)))) or 0


def _asked(batch_id: int, found: Select[Any]) -> Select[Any]:
    """Return the query; a row that was refused still shows that its pupil is in the file.

    NOT IN, because such a list is hashed, whatever the planner believes of a fresh preview.
    """
    row, raw = ImportRow, ImportRaw
    named = select(row.class_id).where(row.batch_id == batch_id).distinct()
    known = select(row.target_id).where(row.batch_id == batch_id, row.target_id.is_not(None))
    read = select(row.id_digest).where(row.batch_id == batch_id, row.id_digest.is_not(None))
    kept = select(raw.id_digest).where(raw.batch_id == batch_id, raw.id_digest.is_not(None))
    key = Student.id_digest
    return found.where(
        Student.class_id.in_(named), Student.status.in_(THERE), Student.id.not_in(known),
        or_(key.is_(None), and_(key.not_in(read), key.not_in(kept))),
    )  # fmt: skip
