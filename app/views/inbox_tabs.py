"""The four lists of the inbox as data: each is one statement that walks an index.

Nothing here counts beyond `CAP`. What was sent back to a person stands before what is due: it
waits for nobody else, and its clock stands still.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectin_polymorphic

from app.models.case import Case, CaseKind, CaseParty
from app.models.change import Movement
from app.models.organisation import Organisation
from app.policies.roles import Actor
from app.views.inbox_filters import (
    AGES,
    BIGGEST,
    DUES,
    KINDS,
    MINE,
    STEPS,
    VARIANTS,
    Narrowing,
    known,
    number,
)
from app.workflows.selecting import BY_DUE, BY_PARTY_DUE, BY_PARTY_END, ended_of, open_of

__all__ = [
    "AGES",
    "BIGGEST",
    "BY_DUE",
    "DUES",
    "KINDS",
    "MINE",
    "STEPS",
    "VARIANTS",
    "Narrowing",
    "known",
    "number",
]

PAGE = 50  # cases on a page, and what one request decides at most
LAST_PAGE = 40
CAP = 1000  # a count goes no further
MOST = 2000  # cases a job is given at most
Place = tuple[date | None, int]  # where a case stands in a list by due day


class Tab(NamedTuple):
    """A list of the inbox: its words, its statement for a person, the filters that make sense."""

    label: Any
    statement: Callable[[Actor], Select[Any]]
    empty: Any
    filters: tuple[str, ...]
    is_open: bool = True  # whether every case in it lies on a desk
    due: Any = Case.due_on  # the due day by which it is sorted


def waiting(actor: Actor) -> Select[Any]:
    """Return what lies on the person's own desk: sent back first, then the earliest due."""
    return select(Case).where(on_desk(actor), Case.closed_at.is_(None)).order_by(*BY_DUE)


def sent(actor: Actor) -> Select[Any]:
    """Return what the person submitted or keeps, and what is under way of it; never unseen."""
    me = (actor.user_id, actor.acting_for) if actor.acting_for else (actor.user_id,)
    mine = or_(Case.keeper_id.in_(me), and_(Case.keeper_id.is_(None), Case.initiator_id.in_(me)))
    return select(Case).where(mine, Case.closed_at.is_(None)).order_by(*BY_DUE)


def involved(actor: Actor) -> Select[Any]:
    """Return the open cases of the organisation that lie on another desk than the person's."""
    elsewhere = open_of(actor.organisation_id).where(~on_desk(actor))
    return elsewhere.order_by(*BY_PARTY_DUE)


def finished(actor: Actor) -> Select[Any]:
    """Return the ended cases of the organisation, the last first."""
    return ended_of(actor.organisation_id).order_by(*BY_PARTY_END)


def on_desk(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a case lies on the person's own desk."""
    return and_(Case.awaiting_path == actor.path, Case.awaiting_office == actor.office.value)


TABS: Mapping[str, Tab] = {
    "waiting": Tab(_("Waiting for me"), waiting, _("All done"), ("kind", "due", "age", "step")),
    "sent": Tab(
        _("Sent by me"),
        sent,
        _("Nothing you submitted is under way"),
        ("kind", "due", "age", "step"),
    ),
    "involved": Tab(
        _("Involving us"),
        involved,
        _("No other case of your organisation is under way"),
        ("kind", "due", "age", "step", "mine"),
        due=CaseParty.due_on,
    ),
    "finished": Tab(
        _("Finished"), finished, _("Nothing has ended yet"), ("kind", "mine"), is_open=False
    ),
}


def page_of(session: Session, asked: Select[Any], page: int) -> list[Case]:
    """Return one page of a list, and one case more when there is another page.

    The page is cut before the names of places are joined to it.
    """
    few = asked.with_only_columns(Case.id).offset((page - 1) * PAGE).limit(PAGE + 1)
    ids = list(session.scalars(few))
    rows = session.scalars(
        select(Case)
        .where(Case.id.in_(ids))
        .options(
            joinedload(Case.owner).joinedload(Organisation.parent),
            joinedload(Case.receiving).joinedload(Organisation.parent),
            joinedload(Case.awaiting),
            joinedload(Case.silent),
            joinedload(Case.initiator_org),
            selectin_polymorphic(Case, [Movement]),
        )
    )
    by_id = {case.id: case for case in rows}
    return [by_id[one] for one in ids if one in by_id]


def narrowed(
    statement: Select[Any],
    narrowing: Narrowing,
    today: date,
    user_id: int | None = None,
    due: Any = Case.due_on,
) -> Select[Any]:
    """Return a list with the filters in force; ``due`` is the column it is sorted by."""
    return statement.where(*narrowing.conditions(today, user_id, due))


def count(session: Session, statement: Select[Any], *, in_order: bool = False) -> int:
    """Return how many cases a list holds, counting to one beyond `CAP`.

    ``in_order`` walks the list's index; without, the planner may rather read all the cases.
    """
    asked = statement if in_order else statement.order_by(None)
    few = asked.with_only_columns(Case.id).limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(few)) or 0


def waiting_ids(
    session: Session, actor: Actor, narrowing: Narrowing, today: date
) -> list[tuple[int, int]]:
    """Return ids and versions of what waits for a person, in the list's order, up to `MOST`."""
    asked = narrowed(waiting(actor), narrowing, today)
    rows = session.execute(asked.with_only_columns(Case.id, Case.version).limit(MOST))
    return [(row.id, row.version) for row in rows]


def beside(session: Session, asked: Select[Any], at: Place, *, ahead: bool) -> int | None:
    """Return the case after (or before) a place in the list of what waits, or None at its end."""
    side = asked.with_only_columns(Case.id).where(_beyond(*at) if ahead else _short_of(*at))
    if not ahead:
        side = side.order_by(None).order_by(Case.due_on.desc().nulls_last(), Case.id.desc())
    return session.scalar(side.limit(1))


def _beyond(due: date | None, case_id: int) -> ColumnElement[bool]:
    """After what was sent back (it has no due day) stands everything that is due."""
    if due is None:
        paused = and_(Case.due_on.is_(None), Case.id > case_id)
        return or_(paused, Case.due_on.is_not(None))
    return tuple_(Case.due_on, Case.id) > tuple_(due, case_id)


def _short_of(due: date | None, case_id: int) -> ColumnElement[bool]:
    if due is None:
        return and_(Case.due_on.is_(None), Case.id < case_id)
    return or_(Case.due_on.is_(None), tuple_(Case.due_on, Case.id) < tuple_(due, case_id))


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
