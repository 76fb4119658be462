"""附件: evidence moves from the tray of whoever uploaded it into a case, and stays there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from app.errors import Invalid, Refusal, Refused
from app.models.attachment import Attachment
from app.models.case import Case
from app.policies.audit import record
from app.policies.roles import Actor
from app.storage.evidence_rules import MOST_FILES, judged
from app.storage.sealed_files import Folder, keep
from app.workflows.desk import Ending

TRAY_KEPT = timedelta(hours=24)  # what nobody submitted by then is taken off


def receive(
    session: Session, actor: Actor, name: str, data: bytes, case: Case | None = None
) -> Attachment:
    """Keep an uploaded file on the actor's tray, or in a case of theirs; never commits.

    Raise `BadFile` for what is no evidence, `NoSpace` for a full store.
    """
    paper = judged(name, data)
    row = Attachment(
        organisation_id=actor.organisation_id,
        case_id=case.id if case else None,
        name=paper.name,
        kind=paper.kind,
        size=len(paper.data),
        digest=keep(Folder.EVIDENCE, paper.data),
        uploaded_by=actor.user_id,
    )
    session.add(row)
    session.flush()
    facts = {"digest": row.digest, "kind": row.kind, "bytes": row.size}
    record(
        session,
        "attachment.added",
        object_type="attachment",
        object_id=row.id,
        **facts,
        **({"case": case.id} if case else {}),
    )
    return row


def insist_room(taken: int) -> None:
    """Raise `Invalid` when a case (or a tray) that holds so many files takes no more."""
    if taken >= MOST_FILES:
        raise Invalid(Refusal("E-PAPER-COUNT", {"limit": MOST_FILES}))


def insist_open(session: Session, case: Case, actor: Actor) -> None:
    """Lock a case and raise `Refused` unless its originator may add evidence to it now.

    That is while it lies with them after it was sent back; nothing of before is replaced.
    """
    session.refresh(case, with_for_update=True)
    holder = case.keeper_id or case.initiator_id
    is_theirs = holder in (actor.user_id, actor.acting_for)
    if case.state != Ending.RETURNED or not is_theirs:
        raise Refused(Refusal("E-PAPER-CLOSED"))
    insist_room(papers_of(session, case))


def bind(session: Session, case: Case, papers: Sequence[int], user_id: int) -> None:
    """Make files of a person's tray the evidence of a case, or raise `Invalid`; never commits."""
    wanted = set(papers)
    if not wanted:
        return
    if papers_of(session, case) + len(wanted) > MOST_FILES:
        raise Invalid(Refusal("E-PAPER-COUNT", {"limit": MOST_FILES}))
    bound = session.execute(
        update(Attachment)
        .where(Attachment.id.in_(wanted), *on_tray(user_id))
        .values(case_id=case.id)
        .returning(Attachment.id)
    )
    if len(bound.all()) != len(wanted):
        raise Invalid(Refusal("E-FILE-GONE"))


def tray(session: Session, papers: Sequence[int], user_id: int) -> list[Attachment]:
    """Return those of these files that lie on a person's tray, as they were uploaded."""
    asked = select(Attachment).where(Attachment.id.in_(set(papers)), *on_tray(user_id))
    return list(session.scalars(asked.order_by(Attachment.id)))


def on_tray(user_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a file lies on a person's tray."""
    return Attachment.case_id.is_(None), Attachment.uploaded_by == user_id


def take_off(session: Session, paper: Attachment) -> None:
    """Take a file off its tray; what was stored goes when no row names it; never commits."""
    session.delete(paper)
    session.flush()
    record(session, "attachment.removed", object_type="attachment", object_id=paper.id)


def clear_trays(session: Session, now: datetime) -> int:
    """Take off what nobody submitted within a day; called with the scope widened."""
    old = delete(Attachment).where(
        Attachment.case_id.is_(None), Attachment.uploaded_at < now - TRAY_KEPT
    )
    return len(session.execute(old.returning(Attachment.id)).all())


def named(session: Session) -> set[str]:
    """Return the digests of all files that a row names; called with the scope widened."""
    return set(session.scalars(select(Attachment.digest).distinct()))


def papers_of(session: Session, case: Case) -> int:
    """Count the evidence of a case."""
    asked = select(func.count()).where(Attachment.case_id == case.id)
    return session.scalar(asked) or 0
