"""谁看过、谁办过: what the ledger of the whole house holds about one pupil, for who sees the pupil.

A pupil's data is also touched where those who answer for the pupil see nothing: another school
looks the number up, another authority decides. They are told what was done, by whom and where.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.models.account import Account
from app.models.audit import AuditEvent, RowHistory
from app.models.case import Case
from app.models.change import KeyChange, KeyChangeLine
from app.models.organisation import Organisation
from app.models.student import Guardian, Student
from app.policies.scope import elevated

MOST = 200


@dataclass(frozen=True, slots=True)
class Deed:
    """One event: when, what, on which thing, with which codes; by whom, and where they worked."""

    at: datetime
    action: str
    thing: str
    details: Mapping[str, Any]
    person: str | None
    role: str | None
    place: str | None


def deeds_about(session: Session, pupil: Student, most: int = MOST) -> list[Deed]:
    """Return the newest deeds about a pupil in scope, of every office."""
    student_id, batch_id = pupil.id, pupil.import_batch_id
    with elevated(session, "witness"):
        about: dict[str, Iterable[int]] = {
            "student": [student_id],
            "guardian": family_of(session, student_id),
            "case": session.scalars(select(Case.id).where(Case.student_id == student_id)).all(),
            "key_change_line": session.scalars(lines_of(student_id)).all(),
            "import_batch": [batch_id] if batch_id else [],
        }
        rows = session.execute(
            select(
                AuditEvent.at,
                AuditEvent.action,
                AuditEvent.object_type,
                AuditEvent.details,
                Account.name,
                Account.role,
                Organisation.name,
            )
            .outerjoin(Account, Account.user_id == AuditEvent.actor)
            .outerjoin(Organisation, Organisation.path == AuditEvent.owner_path)
            .where(or_(*named(about)))
            .order_by(AuditEvent.id.desc())
            .limit(most)
        )
        return [Deed(*row) for row in rows]


def lines_of(student_id: int) -> Select[int]:
    """Return the query of the lines of a pupil's key data changes: old and new values."""
    held = select(KeyChange.id).where(KeyChange.student_id == student_id)
    return select(KeyChangeLine.id).where(KeyChangeLine.case_id.in_(held))


def family_of(session: Session, student_id: int) -> set[int]:
    """Return the ids of a pupil's family members, those taken off the record as well."""
    here = select(Guardian.id).where(Guardian.student_id == student_id)
    gone = select(RowHistory.row_id).where(
        RowHistory.student_id == student_id, RowHistory.table_name == "guardian"
    )
    return {*session.scalars(here), *session.scalars(gone)}


def named(about: Mapping[str, Iterable[int]]) -> list[ColumnElement[bool]]:
    """Return the conditions for events about these things."""
    return [
        and_(AuditEvent.object_type == thing, AuditEvent.object_id.in_(ids))
        for thing, ids in about.items()
        if ids
    ]
