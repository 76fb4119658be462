"""附件: evidence moves from the tray of whoever uploaded it into a case, and stays there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.errors import Invalid, Refusal
from app.models.attachment import Attachment
from app.models.case import Case


def bind(session: Session, case: Case, papers: Sequence[int], user_id: int) -> None:
    """Make files of a person's tray the evidence of a case, or raise `Invalid`; never commits."""
    wanted = set(papers)
    if not wanted:
        return
    mine = (
        Attachment.id.in_(wanted),
        Attachment.case_id.is_(None),
        Attachment.uploaded_by == user_id,
    )
    bound = session.execute(
        update(Attachment).where(*mine).values(case_id=case.id).returning(Attachment.id)
    )
    if len(bound.all()) != len(wanted):
        raise Invalid(Refusal("E-FILE-GONE"))


def papers_of(session: Session, case: Case) -> int:
    """Count the evidence of a case."""
    asked = select(func.count()).where(Attachment.case_id == case.id)
    return session.scalar(asked) or 0
