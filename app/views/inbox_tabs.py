"""The four lists of the inbox as data, and the filters an address may ask for.

Each list is one statement that walks an index; nothing here counts beyond `CAP`. Addresses carry
ids and codes only, never a name or a number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from app.codes.workdays import BEIJING
from app.models.case import Case, CaseEvent, CaseKind
from app.models.organisation import Organisation, Tier
from app.policies.roles import Actor
from app.workflows.calendar import working_days

PAGE = 50  # cases on a page, and what one request decides at most
LAST_PAGE = 40
CAP = 1000  # a count goes no further
MOST = 2000  # cases a job is given at most
STEPS = 500  # the last steps of somebody that "done" and "moved on" look at
BIGGEST = 2**31

KINDS: Mapping[str, Any] = {
    "registration": _("Registration"),
    "transfer": _("Transfer"),
    "cross": _("Transfer between provinces"),
}
DUES: Mapping[str, Any] = {
    "late": _("late"),
    "today": _("due today or late"),
    "week": _("due within 7 days or late"),
}
AGES: Mapping[str, Any] = {
    "5": _("5 working days or more"),
    "10": _("10 working days or more"),
}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the address asks for; what cannot be read asks for nothing."""

    kind: str = ""
    due: str = ""
    age: str = ""
    school: int | None = None
    batch: int | None = None

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Narrowing:
        """Return the filters of an address or of a form."""
        return cls(
            kind=known(args.get("kind"), KINDS),
            due=known(args.get("due"), DUES),
            age=known(args.get("age"), AGES),
            school=number(args.get("school")),
            batch=number(args.get("batch")),
        )

    @property
    def asked(self) -> dict[str, Any]:
        """The filters in force, by their names in the address."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value}

    def conditions(self, today: date) -> list[ColumnElement[bool]]:
        """Return the filters as conditions on a case."""
        found: list[ColumnElement[bool]] = []
        if self.kind:
            kind = CaseKind.REGISTRATION if self.kind == "registration" else CaseKind.TRANSFER
            found.append(Case.kind == kind)
        if self.kind == "cross":
            found.append(Case.common_path == "/")
        if self.due:
            days = {"late": -1, "today": 0, "week": 7}[self.due]
            found.append(Case.due_on <= today + timedelta(days=days))
        if self.age:
            found.append(Case.step_since < _after(today, int(self.age)))
        if self.school:
            found.append(or_(Case.owner_id == self.school, Case.receiving_id == self.school))
        if self.batch:
            found.append(Case.batch_id == self.batch)
        return found


def _after(today: date, age: int) -> datetime:
    """Return the moment before which a step began that has lain ``age`` working days."""
    day = today
    while working_days(day, today) < age:
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)


class Tab(NamedTuple):
    """A list of the inbox: its words, and its statement for a person; columns Case, CaseEvent."""

    label: Any
    statement: Callable[[Actor], Select[Any]]
    empty: Any
    is_open: bool = True  # whether every case in it lies on a desk


def waiting(actor: Actor) -> Select[Any]:
    """Return what lies on the person's own desk, the earliest due first."""
    return (
        select(Case)
        .where(
            Case.awaiting_path == actor.path,
            Case.awaiting_office == actor.office.value,
            Case.closed_at.is_(None),
        )
        .order_by(Case.due_on, Case.id)
    )


def here(actor: Actor) -> Select[Any]:
    """Return what lies on any desk of the organisation."""
    return (
        select(Case)
        .where(Case.awaiting_path == actor.path, Case.closed_at.is_(None))
        .order_by(Case.due_on, Case.id)
    )


def done(actor: Actor) -> Select[Any]:
    """Return what the person has handled, the last first; a case stands at its last step."""
    return _handled(CaseEvent.user_id, actor.user_id)


def moved_on(actor: Actor) -> Select[Any]:
    """Return what is or was ours and lies elsewhere now: a school's cases, an office's steps."""
    elsewhere = or_(Case.awaiting_path.is_(None), Case.awaiting_path != actor.path)
    if actor.role.tier is not Tier.SCHOOL:
        mine = _handled(CaseEvent.organisation_id, actor.organisation_id)
        return mine.where(elsewhere)
    ours = or_(Case.owner_path == actor.path, Case.receiving_path == actor.path)
    return select(Case).where(ours, elsewhere).order_by(Case.id.desc())


def _handled(column: Any, value: int) -> Select[Any]:
    """Return the cases with a step of somebody, by the last of those steps.

    Only the last `STEPS` of them are looked at: the index is walked backwards and left there.
    """
    steps = select(CaseEvent.case_id, CaseEvent.id).where(column == value)
    recent = steps.order_by(CaseEvent.id.desc()).limit(STEPS).subquery()
    last = (
        select(recent.c.case_id, func.max(recent.c.id).label("step"))
        .group_by(recent.c.case_id)
        .subquery()
    )
    return select(Case).join(last, last.c.case_id == Case.id).order_by(last.c.step.desc())


TABS: Mapping[str, Tab] = {
    "waiting": Tab(_("Waiting for me"), waiting, _("All done")),
    "done": Tab(_("Done by me"), done, _("Nothing done yet"), is_open=False),
    "here": Tab(_("At my organisation"), here, _("Nothing lies here")),
    "moved": Tab(_("Moved on"), moved_on, _("Nothing has moved on yet"), is_open=False),
}


def page_of(session: Session, asked: Select[Any], page: int) -> list[Case]:
    """Return one page of a list, and one case more when there is another page."""
    rows = (
        asked.options(
            joinedload(Case.owner).joinedload(Organisation.parent),
            joinedload(Case.receiving).joinedload(Organisation.parent),
            joinedload(Case.awaiting),
        )
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    return list(session.scalars(rows))


def narrowed(statement: Select[Any], narrowing: Narrowing, today: date) -> Select[Any]:
    """Return a list with the filters in force."""
    return statement.where(*narrowing.conditions(today))


def count(session: Session, statement: Select[Any]) -> int:
    """Return how many cases a list holds, counting to one beyond `CAP`."""
    few = statement.with_only_columns(Case.id).order_by(None).limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def waiting_ids(
    session: Session, actor: Actor, narrowing: Narrowing, today: date
) -> list[tuple[int, int]]:
    """Return ids and versions of what waits for a person, the earliest due first, up to `MOST`."""
    asked = narrowed(waiting(actor), narrowing, today)
    rows = session.execute(asked.with_only_columns(Case.id, Case.version).limit(MOST))
    return [(row.id, row.version) for row in rows]


def beside(
    session: Session, asked: Select[Any], at: tuple[date, int], *, ahead: bool
) -> int | None:
    """Return the case after (or before) a place in the list of what waits, or None at its end."""
    place, here_ = tuple_(Case.due_on, Case.id), tuple_(*at)
    side = asked.with_only_columns(Case.id).where(place > here_ if ahead else place < here_)
    if not ahead:
        side = side.order_by(None).order_by(Case.due_on.desc(), Case.id.desc())
    return session.scalar(side.limit(1))


def waiting_by_kind(session: Session, actor: Actor) -> dict[str, int]:
    """Return how many cases of each kind wait for a person; one query, counted to `CAP`."""
    few = waiting(actor).with_only_columns(Case.kind).order_by(None).limit(CAP + 1).subquery()
    rows = session.execute(select(few.c.kind, func.count()).group_by(few.c.kind))
    return {CaseKind(kind).name: n for kind, n in rows}


def waiting_batches(session: Session, actor: Actor) -> dict[int, int]:
    """Return how many cases of each import wait for a person, of the first `CAP` that wait."""
    few = (
        waiting(actor)
        .where(Case.batch_id.is_not(None))
        .with_only_columns(Case.batch_id)
        .order_by(None)
        .limit(CAP)
        .subquery()
    )
    rows = session.execute(select(few.c.batch_id, func.count()).group_by(few.c.batch_id))
    return {row[0]: row[1] for row in rows}


def known(value: str | None, words: Mapping[str, Any]) -> str:
    """Return a value an address may hold, or nothing."""
    return value if value is not None and value in words else ""


def number(value: str | None) -> int | None:
    """Return an id of an address, or None."""
    if value and value.isascii() and value.isdecimal() and len(value) < len(str(BIGGEST)):
        return int(value)
    return None
