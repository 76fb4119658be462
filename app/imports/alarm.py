"""拿错文件的警报: a preview that looks like the wrong file is confirmed twice, with its number.

School rule, after the guard of Mavis (peers (e) 16): most rows name pupils the school has not, or
more than three in ten of its pupils would change, or more than half of the rows are refused.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.imports.missing import THERE
from app.models.import_batch import ImportBatch, ImportProblem
from app.models.student import Student

FEW = 10  # rows; of fewer nobody needs to be warned
HALF, MANY = 0.5, 0.3  # of the rows; of the pupils on record
UNKNOWN = "E-ROW-WHO"  # a row names somebody who is not there
Alarm = dict[str, object]


def alarm(session: Session, batch: ImportBatch) -> Alarm | None:
    """Return why to ask a second time, as a code and what fills it; the gravest reason alone."""
    if batch.total < FEW:
        return None
    if (unknown := _unknown(session, batch)) > HALF * batch.total:
        return told("W-ALARM-UNKNOWN", unknown, batch.total)
    pupils = _pupils(session, batch) if batch.changed >= FEW else 0
    if pupils and batch.changed > MANY * pupils:
        return told("W-ALARM-CHANGED", batch.changed, pupils)
    if batch.refused > HALF * batch.total:
        return told("W-ALARM-REFUSED", batch.refused, batch.total)
    return None


def told(code: str, count: int, of: int) -> Alarm:
    """Return an alarm: so many of so many."""
    return {"code": code, "params": {"count": count, "of": of}}


def _unknown(session: Session, batch: ImportBatch) -> int:
    """Return how many rows name somebody who is not there."""
    asked = select(func.count(ImportProblem.row_no.distinct())).where(
        ImportProblem.batch_id == batch.id,
        ImportProblem.code == UNKNOWN,
    )
    return session.scalar(asked) or 0


def _pupils(session: Session, batch: ImportBatch) -> int:
    """Return how many pupils the school has."""
    asked = select(func.count(Student.id)).where(
        Student.owner_path == batch.owner_path,
        Student.school_id == batch.school_id,
        Student.status.in_(THERE),
    )
    return session.scalar(asked) or 0
