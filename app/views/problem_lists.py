"""The lists of problem records: pupils with a problem in scope, and how each stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session, joinedload

from app.models.case import Case
from app.models.problem import ItemState, ProblemGroup, ProblemItem, ProblemKind
from app.models.school import School
from app.models.standing import ProblemFlag
from app.models.student import Status, Student
from app.policies.roles import Actor
from app.views.inbox_tabs import CAP, PAGE

TABS: Mapping[str, tuple[ProblemFlag, Any]] = {
    "open": (ProblemFlag.OPEN, _("To be handled")),
    "in_hand": (ProblemFlag.IN_PROCESS, _("Being handled")),
    "settled": (ProblemFlag.RESOLVED, _("Settled")),
}


class Row(NamedTuple):
    """A pupil with a problem: its kinds, since when, and the case that handles it."""

    pupil: Student
    kinds: Sequence[ProblemKind]
    since: datetime
    case: Case | None


def asked_for(tab: str, kind: str) -> Select[Any]:
    """Return the pupils of a list, of one kind of problem or of all; deleted ones elsewhere."""
    flag = TABS[tab][0]
    asked = select(Student).where(Student.problem_flag == flag, Student.status != Status.DELETED)
    if kind:
        asked = asked.where(_has(ProblemKind(kind), tab))
    return asked.order_by(Student.owner_path, Student.id)


def rows_of(session: Session, asked: Select[Any], tab: str, page: int) -> list[Row]:
    """Return one page of a list, and one row more when there is another page."""
    how = (joinedload(Student.grade), joinedload(Student.school_class))
    place = joinedload(Student.school).joinedload(School.organisation)
    few = asked.options(*how, place).offset((page - 1) * PAGE).limit(PAGE + 1)
    pupils = session.scalars(few).all()
    held: dict[int, list[Any]] = {pupil.id: [] for pupil in pupils}
    for item in session.execute(_items(held, tab)):
        held[item.student_id].append(item)
    ids = {item.case_id for items in held.values() for item in items if item.case_id}
    cases = select(Case).where(Case.id.in_(ids)).options(joinedload(Case.awaiting))
    by_id = {case.id: case for case in session.scalars(cases)} if ids else {}
    return [_row(pupil, held[pupil.id], by_id) for pupil in pupils]


def counts(session: Session) -> dict[str, int]:
    """Return how many pupils stand in each list, counted to one beyond `CAP`."""
    return {tab: _counted(session, asked_for(tab, "")) for tab in TABS}


def by_kind(session: Session, tab: str) -> dict[str, int]:
    """Return how many pupils of a list have each kind of problem."""
    return {kind.value: _counted(session, asked_for(tab, kind.value)) for kind in ProblemKind}


def to_handle(session: Session, actor: Actor) -> int:
    """Return how many records of a school wait for it to say what is to become of them."""
    mine = select(Student).where(
        Student.owner_path == actor.path, Student.problem_flag == ProblemFlag.OPEN
    )
    return _counted(session, mine)


# ── inside ──────────────────────────────────────────────────────────────────────────────────


def _items(ids: Any, tab: str) -> Select[Any]:
    """Return what is open of these pupils; in the list of what is settled, all of it."""
    asked = (
        select(ProblemItem.student_id, ProblemGroup.kind, ProblemItem.opened_at)
        .add_columns(ProblemItem.case_id)
        .join(ProblemGroup, ProblemGroup.id == ProblemItem.group_id)
        .where(ProblemItem.student_id.in_(ids))
        .order_by(ProblemGroup.kind)
    )
    return asked if tab == "settled" else asked.where(ProblemItem.state == ItemState.OPEN)


def _row(pupil: Student, items: list[Any], cases: Mapping[int, Case]) -> Row:
    kinds = list(dict.fromkeys(item.kind for item in items))
    since = min(item.opened_at for item in items) if items else pupil.created_at
    case = next((cases[item.case_id] for item in items if item.case_id in cases), None)
    return Row(pupil, kinds, since, case)


def _has(kind: ProblemKind, tab: str) -> Any:
    held = (
        exists()
        .where(ProblemItem.student_id == Student.id)
        .where(ProblemGroup.id == ProblemItem.group_id, ProblemGroup.kind == kind)
    )
    return held if tab == "settled" else held.where(ProblemItem.state == ItemState.OPEN)


def _counted(session: Session, asked: Select[Any]) -> int:
    few = asked.order_by(None).with_only_columns(Student.id).limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0
