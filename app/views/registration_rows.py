"""The pupils of a school that are not registered yet: how far each is, and why one stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, case, func, outerjoin, select, true
from sqlalchemy.orm import Session, joinedload

from app.models.case import Case, CaseEvent, Decision
from app.models.organisation import Organisation
from app.models.school import SchoolClass
from app.models.student import Status, Student
from app.policies.roles import Actor
from app.views.inbox_tabs import PAGE
from app.views.labels import Tag
from app.workflows.desk import Ending

STANDINGS: Mapping[str, tuple[Tag, Any]] = {  # how far a pupil is on the way to the roll
    "new": (Tag("off", "circle-minus"), _("Not submitted")),
    "review": (Tag("act", "hourglass-half"), _("In review")),
    "returned": (Tag("hold", "rotate-left"), _("Sent back")),
    "rejected": (Tag("bad", "circle-xmark"), _("Rejected")),
}
LAST = (
    select(Case.id, Case.state, Case.closed_at, Case.awaiting_id)
    .where(Case.student_id == Student.id)
    .order_by(Case.id.desc())
    .limit(1)
    .correlate(Student)
    .lateral("last")
)
STANDING = case(
    (LAST.c.id.is_(None), "new"),
    (LAST.c.closed_at.is_(None) & (LAST.c.state == Ending.RETURNED.value), "returned"),
    (LAST.c.closed_at.is_(None), "review"),
    (LAST.c.state == Ending.REJECTED.value, "rejected"),
    else_="new",
)


class Pending(NamedTuple):
    """A pupil who is not registered yet."""

    pupil: Student
    standing: str
    case_id: int | None
    place: str | None  # where the case lies
    reason: str  # why it was sent back or rejected

    @property
    def can_submit(self) -> bool:
        """Tell whether the registrar's next step is to submit (again)."""
        return self.standing != "review"

    @property
    def can_strike(self) -> bool:
        """Tell whether the record is in no case and may be struck."""
        return self.standing in ("new", "rejected")


class Wanted(NamedTuple):
    """What the address asks for, by ids and codes."""

    standing: str = ""
    batch: int | None = None
    room: int | None = None

    @property
    def asked(self) -> dict[str, Any]:
        """The filters in force, by their names in the address."""
        return {name: value for name, value in self._asdict().items() if value}


def page_of(session: Session, actor: Actor, wanted: Wanted, page: int) -> list[Pending]:
    """Return one page of pupils by import, class and key, and one more when there is more."""
    asked = (
        _pending(actor)
        .add_columns(STANDING.label("standing"), LAST.c.id, Organisation.name)
        .outerjoin(Organisation, Organisation.id == LAST.c.awaiting_id)
        .options(joinedload(Student.school_class), joinedload(Student.grade))
        .order_by(Student.import_batch_id.desc().nulls_last(), Student.class_id, Student.id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    if wanted.standing:
        asked = asked.where(STANDING.in_([wanted.standing]))
    if wanted.batch:
        asked = asked.where(Student.import_batch_id == wanted.batch)
    if wanted.room:
        asked = asked.where(Student.class_id == wanted.room)
    rows = session.execute(asked).all()
    reasons = _reasons(session, [row[2] for row in rows if row[1] in ("returned", "rejected")])
    return [Pending(row[0], row[1], row[2], row[3], reasons.get(row[2], "")) for row in rows]


class Figures(NamedTuple):
    """How many pupils are how far: in all, by import and by class."""

    standings: dict[str, int]
    batches: dict[int, dict[str, int]]
    rooms: dict[int, tuple[str, int]]

    @property
    def total(self) -> int:
        """How many are not registered yet."""
        return sum(self.standings.values())


def figures_of(session: Session, actor: Actor) -> Figures:
    """Return the figures of a school in one query."""
    grouped = (
        _pending(actor)
        .outerjoin(SchoolClass, SchoolClass.id == Student.class_id)
        .with_only_columns(
            Student.import_batch_id, Student.class_id, SchoolClass.name, STANDING, func.count()
        )
        .group_by(Student.import_batch_id, Student.class_id, SchoolClass.name, STANDING)
        .order_by(SchoolClass.name)
    )
    figures = Figures(dict.fromkeys(STANDINGS, 0), {}, {})
    for batch, room, name, standing, n in session.execute(grouped):
        figures.standings[standing] += n
        if batch:
            held = figures.batches.setdefault(batch, dict.fromkeys(STANDINGS, 0))
            held[standing] += n
        if room:
            figures.rooms[room] = (name, figures.rooms.get(room, ("", 0))[1] + n)
    return figures


def _pending(actor: Actor) -> Select[Any]:
    return (
        select(Student)
        .select_from(outerjoin(Student, LAST, true()))
        .where(
            Student.owner_path == actor.path,
            Student.status == Status.PENDING_REGISTRATION,
        )
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
