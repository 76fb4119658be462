"""通知: after every step the offices a case concerns are told, so that nothing moves unseen."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.models.case import Case
from app.models.notice import Notice, NoticeKind

NOTICE: Any = Notice.__table__  # a bare INSERT: whoever tells does not read what others are told


def concerned(case: Case) -> set[int]:
    """Return the organisations on both sides of a case: schools, and offices that handled it."""
    schools = {case.owner_id, case.initiator_org_id, case.receiving_id}
    offices = {event.organisation_id for event in case.events}
    told = {*schools, *offices, case.awaiting_id, case.silent_id}
    return {one for one in told if one is not None}


def tell(
    session: Session, case: Case, kind: NoticeKind, by: int | None, version: int | None = None
) -> None:
    """Tell everybody a case concerns, but for the organisation that did it; never commits."""
    told = sorted(concerned(case) - {by})
    say(session, [(place, case.id, version or case.version) for place in told], kind)


def say(session: Session, told: list[tuple[int, int, int]], kind: NoticeKind) -> None:
    """Write notices (organisation, case, its version); what was said before is not said again."""
    if not told:
        return
    rows = [
        {"organisation_id": place, "case_id": case_id, "case_version": version, "kind": kind}
        for place, case_id, version in told
    ]
    session.execute(upsert(NOTICE).on_conflict_do_nothing().inline(), rows)
