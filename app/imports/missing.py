"""名册缺: pupils of the classes a file names who are not in the file; a list to read, no more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
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
    """Return the query; a row that was refused still shows that its pupil is in the file."""
    rows = select(ImportRow).where(ImportRow.batch_id == batch_id).subquery()
    raw = select(ImportRaw.id_digest).where(ImportRaw.batch_id == batch_id).subquery()
    named = select(rows.c.class_id).distinct()
    here = (
        select(rows.c.row_no).where(rows.c.target_id == Student.id),
        select(rows.c.row_no).where(rows.c.id_digest == Student.id_digest),
        select(raw.c.id_digest).where(raw.c.id_digest == Student.id_digest),
    )
    absent = (~one.exists() for one in here)
    return found.where(Student.class_id.in_(named), Student.status.in_(THERE), *absent)
