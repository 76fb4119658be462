"""通知: after every step the offices a case concerns are told, so that nothing moves unseen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.models.case import Case, CaseKind, Decision
from app.models.notice import Notice, NoticeKind

ROUTINE = (Decision.SUBMIT, Decision.AGREE)
NOTICE: Any = Notice.__table__  # a bare INSERT: whoever tells does not read what others are told


def concerned(case: Case) -> set[int]:
    """Return the organisations on both sides of a case: schools, and offices that handled it.

    Where it lies now is no news: there it is in the inbox. An office that was passed over is told.
    """
    schools = {case.owner_id, case.initiator_org_id, case.receiving_id}
    if case.kind is CaseKind.MOVEMENT and case.receiving_id is not None:
        schools.add(case.owner.parent_id)  # P11: who loses a pupil to another school hears of it
    offices = {event.organisation_id for event in case.events}
    return {one for one in {*schools, *offices, case.silent_id} if one is not None}


def is_news(case: Case, decision: Decision) -> bool:
    """Tell whether a step is told at all: registrations come by the thousand, and mostly pass."""
    return case.kind is not CaseKind.REGISTRATION or decision not in ROUTINE


def tell(
    session: Session, case: Case, kind: NoticeKind, by: int | None, version: int | None = None
) -> None:
    """Tell everybody a case concerns, but for the organisation that did it; never commits."""
    told = sorted(concerned(case) - {by})
    say(session, [(place, case.id, version or case.version) for place in told], kind)


def tell_of(
    session: Session, kind: NoticeKind, word: str, told: Iterable[tuple[int, int, int | None]]
) -> None:
    """Tell organisations of something that is no case: (organisation, its id, how many).

    Never commits.
    """
    rows = [
        {"organisation_id": place, "subject_id": key, "many": many, "kind": kind, "word": word}
        for place, key, many in told
    ]
    if rows:
        session.execute(upsert(NOTICE).inline(), rows)


def say(session: Session, told: list[tuple[int, int, int]], kind: NoticeKind) -> None:
    """Write notices (organisation, case, its version); what was said before is not said again."""
    if not told:
        return
    rows = [
        {"organisation_id": place, "case_id": case_id, "case_version": version, "kind": kind}
        for place, case_id, version in told
    ]
    session.execute(upsert(NOTICE).on_conflict_do_nothing().inline(), rows)
