"""Filters of the lists of cases, as an address, a form or a saved filter may name them.

Addresses carry ids and codes only, never a name or a number; what cannot be read asks for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, and_, func, select

from app.models.case import Case, CaseEvent
from app.workflows.desk import Ending
from app.workflows.selecting import CROSS, lain, of_kind, of_school
from app.workflows.tabs import Tab

BIGGEST = 2**31
STEPS_BACK = 500  # the last steps of somebody that "handled by me" looks at
KINDS: Mapping[str, Any] = {
    "registration": _("Registration"),
    "transfer": _("Transfer"),
    CROSS: _("Transfer between provinces"),
    "movement": _("Movements, all"),
    "suspension": _("Suspension, resumption"),
    "leaving": _("Leaving school"),
    "return": _("Return to school"),
    "grade": _("Repeat or skip a grade"),
    "dropout": _("Dropout"),
    "key_change": _("Key data change"),
    "problem": _("Problem record"),
}
CASE_KINDS: Mapping[str, Any] = {
    name: KINDS[name] for name in ("registration", "transfer", "movement", "key_change", "problem")
} | {"movement": _("Movement")}
DUES: Mapping[str, Any] = {
    "late": _("late"),
    "today": _("due today or late"),
    "week": _("due within 7 days or late"),
    "paused": _("sent back, clock stands"),
}
AGES: Mapping[str, Any] = {
    "5": _("5 working days or more"),
    "10": _("10 working days or more"),
    "20": _("20 working days or more"),
}
STEPS: Mapping[str, Any] = {
    "returned": _("sent back to whoever submitted"),
    "silent": _("in place of a silent office"),
    "school": _("with a school"),
    "office": _("with an authority"),
    "ministry": _("with the ministry"),
}
MINE: Mapping[str, Any] = {"1": _("handled by me")}
VARIANTS: Mapping[str, Any] = {  # the tabs of registrations
    Tab.NEW: _("New pupils"),
    Tab.IN_SCHOOL: _("In-school pupils"),
    Tab.FOREIGN: _("Foreign or returned"),
}
CHOICES = {"kind": KINDS, "due": DUES, "age": AGES, "step": STEPS, "mine": MINE}
CHOICES |= {"variant": VARIANTS}
NOT_MINISTRY = Case.awaiting_path != "/"
LATE_DAYS = {"late": -1, "today": 0, "week": 7}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is asked of a list of cases."""

    kind: str = ""
    due: str = ""
    age: str = ""
    step: str = ""
    mine: str = ""
    variant: str = ""
    school: int | None = None
    batch: int | None = None

    @classmethod
    def read(cls, args: Mapping[str, str]) -> Narrowing:
        """Return the filters of an address, of a form or of a saved filter."""
        word = {name: known(args.get(name), choices) for name, choices in CHOICES.items()}
        return cls(school=number(args.get("school")), batch=number(args.get("batch")), **word)

    @property
    def asked(self) -> dict[str, Any]:
        """The filters in force, by their names in the address."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in values.items() if value}

    def conditions(
        self, today: date, user_id: int | None = None, due: Any = Case.due_on
    ) -> list[ColumnElement[bool]]:
        """Return the filters as conditions on a case; ``due`` is the column a list is sorted by."""
        found = [*(of_kind(self.kind) if self.kind else ()), *self._of_time(today, due)]
        if self.step:
            found.append(_at_step(self.step))
        if self.mine and user_id is not None:
            found.append(Case.id.in_(_handled_by(user_id)))
        if self.variant:
            found.append(Case.variant == self.variant)
        if self.school:
            found.append(of_school(self.school))
        if self.batch:
            found.append(Case.batch_id == self.batch)
        return found

    def _of_time(self, today: date, due: Any) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.due == "paused":
            found.append(due.is_(None))
        elif self.due:
            found.append(due <= today + timedelta(days=LATE_DAYS[self.due]))
        if self.age:
            found.append(lain(today, int(self.age)))
        return found


def _at_step(step: str) -> ColumnElement[bool]:
    if step == "returned":
        return Case.state == Ending.RETURNED.value
    if step == "silent":
        return Case.silent_id.is_not(None)
    is_school = func.strpos(Case.awaiting_path, "S") > 0  # a school's part of a path, no other's
    if step == "school":
        return is_school
    return Case.awaiting_path == "/" if step == "ministry" else and_(~is_school, NOT_MINISTRY)


def _handled_by(user_id: int) -> Any:
    steps = select(CaseEvent.case_id).where(CaseEvent.user_id == user_id)
    return steps.order_by(CaseEvent.id.desc()).limit(STEPS_BACK)


def known(value: str | None, words: Mapping[str, Any]) -> str:
    """Return a value an address may hold, or nothing."""
    return value if value is not None and value in words else ""


def number(value: Any) -> int | None:
    """Return an id of an address, or None."""
    text = str(value or "")
    if text.isascii() and text.isdecimal() and len(text) < len(str(BIGGEST)):
        return int(text)
    return None
