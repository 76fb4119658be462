"""The rows of pending business: the case, where it lies, since when, and who sits there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.account import Account
from app.models.case import Case
from app.models.school import School
from app.policies.roles import Actor, Role
from app.views.case_changes import class_word
from app.views.inbox_filters import KINDS, known, number
from app.views.inbox_rows import Row, row_of
from app.workflows.cleaning import Choice

GRADES: Mapping[str, Any] = {"all": _("all grades")}
OVERS: Mapping[str, Any] = {
    "5": _("5 working days or more"),
    "10": _("10 working days or more"),
    "20": _("20 working days or more"),
    "60": _("60 working days or more"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the page is asked for; without a word only the graduating grades."""

    choice: Choice
    asked: dict[str, Any]

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Wanted:
        """Return the filters of an address or of a form."""
        grades, kind = known(args.get("grades"), GRADES), known(args.get("kind"), KINDS)
        over, school = known(args.get("over"), OVERS), number(args.get("school"))
        values = {"grades": grades, "kind": kind, "over": over, "school": school}
        choice = Choice(not grades, kind, school, int(over or 0))
        return cls(choice, {name: value for name, value in values.items() if value})

    @property
    def of_everybody(self) -> Choice:
        """The same choice, of all grades."""
        return Choice(False, self.choice.kind, self.choice.school, self.choice.over)  # noqa: FBT003


class Call(NamedTuple):
    """Whom to call about a case: who sits at the desk, and the school's telephone."""

    names: tuple[str, ...]
    phone: str


class Pending(NamedTuple):
    """A case of the list, and whom to call."""

    row: Row
    room: str
    office: str
    call: Call


Desk = tuple[int | None, str | None]


def calls_of(session: Session, cases: Iterable[Case]) -> dict[Desk, Call]:
    """Return who sits at each desk the cases lie on; one query for people, one for telephones."""
    desks = {(case.awaiting_id, case.awaiting_office) for case in cases}
    places = {place for place, _office in desks}
    people = session.execute(
        select(Account.organisation_id, Account.role, Account.name)
        .where(Account.organisation_id.in_(places), Account.enabled)
        .order_by(Account.user_id)
    ).all()
    phones: dict[int, str | None] = {
        row.id: row.phone
        for row in session.execute(select(School.id, School.phone).where(School.id.in_(places)))
    }
    return {
        (place, office): Call(
            tuple(name for at, role, name in people if at == place and Role(role).office == office),
            phones.get(place or 0) or "",
        )
        for place, office in desks
    }


def pending_row(case: Case, actor: Actor, today: date, calls: Mapping[Desk, Call]) -> Pending:
    """Return a case as a row."""
    call = calls.get((case.awaiting_id, case.awaiting_office), Call((), ""))
    office = case.awaiting_office or ""
    return Pending(row_of(case, actor, today), class_word(case.snapshot), office, call)
