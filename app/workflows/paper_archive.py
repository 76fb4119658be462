"""纸质档案: after a transfer the sending school hands the paper archive over, the other notes it.

P09.3: the sending school sends it in the way agreed with the parents and the receiving school says
when it has come. Each of the two days is noted once, by the registrar of its side.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused, Stale, refuse_unless
from app.models.case import Case, Transfer
from app.models.notice import NoticeKind
from app.policies.audit import record
from app.policies.roles import Actor, Office
from app.workflows.noticing import tell
from app.workflows.transfer import COMPLETED

SENT, RECEIVED = "sent", "received"
KINDS = {SENT: NoticeKind.PAPER_SENT, RECEIVED: NoticeKind.PAPER_RECEIVED}


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody notes of a transfer: which day, and the version they looked at."""

    which: str  # sent or received
    on: date
    actor: Actor
    today: date
    seen: int


def mark_of(case: Any, actor: Actor) -> str:
    """Return which day this person may note now: sent, received, or nothing."""
    if not isinstance(case, Transfer) or case.state != COMPLETED:
        return ""
    if actor.office is not Office.REGISTRAR:
        return ""
    if actor.organisation_id == case.owner_id:
        return "" if case.paper_sent_on else SENT
    if actor.organisation_id == case.receiving_id:
        return "" if case.paper_received_on else RECEIVED
    return ""


def why_not(case: Transfer, mark: Mark) -> tuple[Refusal, ...]:
    """Return every reason against noting a day; empty means go ahead."""
    sent_on, comes = case.paper_sent_on, mark.which == RECEIVED
    is_theirs = mark.which in KINDS and mark_of(case, mark.actor) == mark.which
    found = (
        refuse_unless(is_theirs, "E-PAPER-MARK"),
        refuse_unless(mark.on <= mark.today, "E-PAPER-FUTURE"),
        refuse_unless(not comes or sent_on is not None, "E-PAPER-UNSENT"),
        refuse_unless(not comes or sent_on is None or mark.on >= sent_on, "E-PAPER-BEFORE"),
    )
    return tuple(refusal for refusal in found if refusal is not None)


def note(session: Session, case: Transfer, mark: Mark) -> None:
    """Note the day the paper archive was sent or has come, or raise; never commits."""
    session.refresh(case, with_for_update=True)
    if mark.seen != case.version:
        raise Stale
    if refusals := why_not(case, mark):
        raise Refused(*refusals)
    if mark.which == SENT:
        case.paper_sent_on = mark.on
    else:
        case.paper_received_on = mark.on
    session.flush()
    tell(session, case, KINDS[mark.which], mark.actor.organisation_id)
    record(session, f"transfer.paper_{mark.which}", object_type="case", object_id=case.id)


def outstanding() -> ColumnElement[bool]:
    """Return the condition for transfers whose paper archive has not arrived yet."""
    return and_(Case.state == COMPLETED, Transfer.paper_received_on.is_(None))
