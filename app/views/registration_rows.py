"""The pupils of a school on the way to the roll: how far each is, and why one stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.models.case import CaseEvent, Decision
from app.models.organisation import Organisation
from app.models.student import Student
from app.policies.roles import Actor
from app.views.inbox_tabs import PAGE, VARIANTS
from app.views.labels import Tag
from app.workflows.on_the_way import (
    GOES,
    IN_QUESTION,
    LAST,
    STANDING,
    Standing,
    pending_of,
    registered_of,
)
from app.workflows.tabs import tab_in_lists

S = Standing
STANDINGS: Mapping[str, tuple[Tag, Any]] = {
    S.COMPARING: (Tag("act", "hourglass-half"), _("Being compared")),
    S.PROBLEM: (Tag("hold", "triangle-exclamation"), _("Problem record")),
    S.PAPERS: (Tag("warn", "paperclip"), _("Scan to attach")),
    S.READY: (Tag("off", "circle-minus"), _("Ready to submit")),
    S.REVIEW: (Tag("act", "hourglass-half"), _("In review")),
    S.RETURNED: (Tag("hold", "rotate-left"), _("Sent back")),
    S.REJECTED: (Tag("bad", "circle-xmark"), _("Rejected")),
    S.REGISTERED: (Tag("ok", "circle-check"), _("Registered this school year")),
}
# A teacher sees no case: who is entered and in no problem waits for the registrar.
TO_TEACHERS: Mapping[str, tuple[Tag, Any]] = {
    **{key: STANDINGS[key] for key in (S.COMPARING, S.PROBLEM, S.PAPERS)},
    S.READY: (Tag("act", "hourglass-half"), _("With the registrar or in review")),
    S.REGISTERED: STANDINGS[S.REGISTERED],
}
TABS = VARIANTS


class Pending(NamedTuple):
    """A pupil on the way, or registered this year."""

    pupil: Student
    standing: str
    case_id: int | None
    place: str | None  # where the case lies
    reason: str  # why it was sent back or rejected

    @property
    def can_submit(self) -> bool:
        """Tell whether it can be submitted from the list, with many others."""
        return self.standing in (*GOES, S.RETURNED, S.REJECTED)

    @property
    def is_single(self) -> bool:
        """Tell whether it is submitted on a page of its own, where papers are attached."""
        return self.standing in (S.PAPERS, S.READY, S.COMPARING, S.REJECTED)

    @property
    def is_in_question(self) -> bool:
        """Tell whether a problem is open, whatever else is under way."""
        return self.pupil.problem_flag in IN_QUESTION

    @property
    def can_strike(self) -> bool:
        """Tell whether the record is in no case and may be struck."""
        return self.standing in (*GOES, S.PAPERS, S.REJECTED)


class Wanted(NamedTuple):
    """What the address asks for, by ids and codes."""

    standing: str = ""
    sort: str = ""  # a tab
    batch: int | None = None
    room: int | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """The filters in force, by their names in the address."""
        return {name: value for name, value in self._asdict().items() if value}


def page_of(
    session: Session, actor: Actor, wanted: Wanted, page: int, today: date
) -> list[Pending]:
    """Return one page of pupils by import, class and key, and one more when there is more."""
    if wanted.standing == S.REGISTERED:
        asked = registered_of(actor.organisation_id, today).add_columns(
            literal(S.REGISTERED.value), literal(None), literal(None)
        )
    else:
        asked = (
            pending_of(actor.organisation_id)
            .add_columns(STANDING, LAST.c.id, Organisation.name)
            .outerjoin(Organisation, Organisation.id == LAST.c.awaiting_id)
        )
        if wanted.standing:
            asked = asked.where(STANDING.in_([wanted.standing]))
    if wanted.sort:
        asked = asked.where(tab_in_lists() == wanted.sort)
    if wanted.batch:
        asked = asked.where(Student.import_batch_id == wanted.batch)
    if wanted.room:
        asked = asked.where(Student.class_id == wanted.room)
    rows = session.execute(_in_order(asked, page)).all()
    stopped = [row[2] for row in rows if row[1] in (S.RETURNED, S.REJECTED)]
    reasons = _reasons(session, stopped)
    return [Pending(row[0], row[1], row[2], row[3], reasons.get(row[2], "")) for row in rows]


def _in_order(asked: Select[Any], page: int) -> Select[Any]:
    return (
        asked.options(joinedload(Student.school_class), contains_eager(Student.grade))
        .order_by(Student.import_batch_id.desc().nulls_last(), Student.class_id, Student.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )


def _reasons(session: Session, case_ids: Iterable[int]) -> dict[int, str]:
    """Return the last remark that sent back or rejected each case."""
    said = (
        select(CaseEvent.case_id, CaseEvent.remark)
        .where(
            CaseEvent.case_id.in_(list(case_ids)),
            CaseEvent.decision.in_((Decision.RETURN, Decision.DISAGREE)),
        )
        .order_by(CaseEvent.id)
    )
    return {row.case_id: row.remark or "" for row in session.execute(said)}
