"""Conditions on cases that lists, figures and the clean-up share: kind, age, school, grade."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from app.codes.workdays import BEIJING
from app.models.case import Case, CaseKind, CaseParty
from app.models.change import MovementType
from app.models.school import Grade
from app.models.student import Student
from app.workflows.calendar import working_days

M = MovementType
GROUPS: Mapping[str, tuple[MovementType, ...]] = {
    "suspension": (M.SUSPEND, M.RESUME),
    "leaving": (M.WITHDRAW, M.EXPEL, M.ABROAD, M.OTHER_LEAVE, M.MISSING, M.DEATH),
    "return": (M.RETURN_HOME, M.RESTORE),
    "grade": (M.REPEAT, M.SKIP),
    "dropout": (M.SUSPECT_DROPOUT, M.DROPOUT),
}
CROSS = "cross"  # a transfer between provinces
PLAIN: Mapping[str, CaseKind] = {
    "registration": CaseKind.REGISTRATION,
    "transfer": CaseKind.TRANSFER,
    CROSS: CaseKind.TRANSFER,
    "movement": CaseKind.MOVEMENT,
    "key_change": CaseKind.KEY_CHANGE,
    "problem": CaseKind.PROBLEM,
}
KINDS = (*PLAIN, *GROUPS)
# What was sent back stands before what is due: it waits for nobody else, its clock stands still.
BY_DUE = (Case.due_on.asc().nulls_first(), Case.id)
BY_PARTY_DUE = (CaseParty.due_on.asc().nulls_first(), CaseParty.case_id)
BY_PARTY_END = (CaseParty.closed_at.desc(), CaseParty.case_id.desc())
LAST_GRADES = ("16", "23", "33")  # where the pupil cannot be seen: of schools of usual length


def of_kind(kind: str) -> list[ColumnElement[bool]]:
    """Return what a word of `KINDS` means."""
    found: list[ColumnElement[bool]] = [Case.kind == PLAIN.get(kind, CaseKind.MOVEMENT)]
    if kind == CROSS:
        found.append(Case.common_path == "/")
    if group := GROUPS.get(kind):
        found.append(Case.variant.in_([kind.value for kind in group]))
    return found


def of_school(school_id: int) -> ColumnElement[bool]:
    """A school is the one or the other side."""
    return or_(Case.owner_id == school_id, Case.receiving_id == school_id)


def open_of(organisation_id: int) -> Select[Any]:
    """Return the open cases an organisation is a party of, or had on a desk; see `BY_PARTY_DUE`."""
    ours = CaseParty.organisation_id == organisation_id
    joined = select(Case).join(CaseParty, CaseParty.case_id == Case.id)
    return joined.where(ours, CaseParty.closed_at.is_(None), Case.closed_at.is_(None))


def ended_of(organisation_id: int) -> Select[Any]:
    """Return the ended cases an organisation was a party of, or had on a desk."""
    ours = CaseParty.organisation_id == organisation_id
    joined = select(Case).join(CaseParty, CaseParty.case_id == Case.id)
    return joined.where(ours, CaseParty.closed_at.is_not(None))


def graduating(*, in_sight: bool = True) -> ColumnElement[bool]:
    """The pupil is in the last grade of the stage; out of sight, as the case remembers it.

    Who sees no pupil at all (``in_sight``) need not look for one.
    """
    shown: Any = Case.snapshot["grade"].astext
    remembered: ColumnElement[bool] = shown.in_(LAST_GRADES)
    if not in_sight:
        return remembered
    last = (
        select(Grade.level >= Grade.years)
        .join(Student, Student.grade_id == Grade.id)
        .where(Student.id == Case.student_id)
        .correlate(Case)
        .scalar_subquery()
    )
    return func.coalesce(last, remembered)


def lain(today: date, days: int) -> ColumnElement[bool]:
    """The present step has lasted ``days`` working days, or longer."""
    return Case.step_since < before(today, days)


def before(today: date, days: int) -> datetime:
    """Return the moment before which a step began that has lain ``days`` working days."""
    return datetime.combine(workday_before(today, days) + timedelta(days=1), time(), BEIJING)


def workday_before(today: date, days: int) -> date:
    """Return the last day after which ``days`` working days have passed by today."""
    day = today
    while working_days(day, today) < days:
        day -= timedelta(days=1)
    return day
