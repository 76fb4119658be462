"""超期: how many cases lie where, how many of them are late and how late; one statement each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Subquery,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models.case import Case, CaseKind
from app.models.organisation import Organisation, Tier
from app.policies.roles import Actor
from app.policies.scope import END
from app.views.minute_old import Kept, minute_old
from app.workflows.calendar import working_days
from app.workflows.selecting import workday_before

SHORT, MIDDLE = 5, 10  # working days: late by 1–5, by 6–10, by more
WHERE = ("below", "own", "elsewhere")
SHOWN = ("late", "intime", "all")


class Area(NamedTuple):
    """The open cases that lie in one organisation and all below it; ``by_kind`` counts late ones.

    ``is_own`` is the desk of the organisation looked at itself.
    """

    id: int
    name: str
    tier: Tier
    is_own: bool
    n: int
    late: int
    buckets: tuple[int, int, int]
    oldest: int  # working days the latest one is late
    by_kind: dict[str, int]

    @property
    def in_time(self) -> int:
        """How many lie there and are not late."""
        return self.n - self.late


def area_of(session: Session, actor: Actor, area_id: int | None) -> Organisation:
    """Return the organisation asked about, the person's own by default; `NotFound` elsewhere."""
    found = session.get(Organisation, area_id or actor.organisation_id)
    if found is None or not found.path.startswith(actor.path):
        raise NotFound
    return found


def within(path: Any, area: str) -> ColumnElement[bool]:
    """Return the condition that a path lies in the subtree of another."""
    return and_(path >= area, path < area[:-1] + END)


def areas(session: Session, at: Organisation, today: date) -> list[Area]:
    """Return where the cases of a subtree lie, organisation by organisation, the most late first.

    Who asks sees their own cases only: the ministry those between provinces.
    """
    lies = _counted(at, today)
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.tier, lies)
        .join(lies, lies.c.path == Organisation.path)
        .order_by(lies.c.late.desc(), lies.c.n.desc(), Organisation.path)
    )
    return [_area(row, at, today) for row in rows]


def known_areas(session: Session, at: Organisation, today: date) -> Kept:
    """Return `areas` as the page shows them: those of a city or more may be a minute old."""
    return minute_old(("overdue", at.path, today), at.tier, lambda: areas(session, at, today))


def _counted(at: Organisation, today: date) -> Subquery:
    """Return the figures by the path of each organisation right below, and of the desk itself."""
    desks = _by_desk(at, today)
    level = at.path.count("/") + 1
    key = func.split_part(desks.c.desk, "/", level)
    below = literal(at.path) + key + func.left("/", func.length(key))  # nothing below: the desk
    figures = (column for column in desks.c if column.key not in ("desk", "oldest"))
    return (
        select(
            below.label("path"),
            func.min(desks.c.oldest).label("oldest"),
            *(cast(func.sum(one), BigInteger).label(one.key) for one in figures),
        )
        .group_by("path")
        .subquery()
    )


def _by_desk(at: Organisation, today: date) -> Subquery:
    """Return the figures of each desk in a subtree: in the order of an index, no row sorted."""
    late = Case.due_on < today
    six, eleven = (workday_before(today, days + 1) for days in (SHORT, MIDDLE))
    return (
        select(
            Case.awaiting_path.label("desk"),
            func.min(Case.due_on).label("oldest"),
            func.count().label("n"),
            func.count().filter(late).label("late"),
            func.count().filter(Case.due_on <= six).label("six"),
            func.count().filter(Case.due_on <= eleven).label("eleven"),
            *(
                func.count().filter(late, Case.kind == kind).label(kind.name.lower())
                for kind in CaseKind
            ),
        )
        .where(within(Case.awaiting_path, at.path), Case.closed_at.is_(None))
        .group_by(Case.awaiting_path)
        .subquery()
    )


def _area(row: Row[Any], at: Organisation, today: date) -> Area:
    is_late = row.oldest is not None and row.oldest < today
    return Area(
        id=row.id,
        name=row.name,
        tier=row.tier,
        is_own=row.id == at.id,
        n=row.n,
        late=row.late,
        buckets=(row.late - row.six, row.six - row.eleven, row.eleven),
        oldest=max(working_days(row.oldest, today), 1) if is_late else 0,
        by_kind={kind.name.lower(): getattr(row, kind.name.lower()) for kind in CaseKind},
    )


def elsewhere(actor: Actor) -> Select[Any]:
    """Return the open cases of the person's schools that lie outside, at other offices."""
    ours = or_(within(Case.owner_path, actor.path), within(Case.receiving_path, actor.path))
    return select(Case).where(
        ours, ~within(Case.awaiting_path, actor.path), Case.closed_at.is_(None)
    )


def lying(actor: Actor, at: Organisation, where: str) -> Select[Any]:
    """Return the cases behind a row: in a subtree, on its own desk, or of ours elsewhere."""
    if where == "elsewhere":
        return elsewhere(actor)
    place = Case.awaiting_path == at.path if where == "own" else within(Case.awaiting_path, at.path)
    return select(Case).where(place, Case.closed_at.is_(None))


def narrowed(asked: Select[Any], shown: str, today: date) -> Select[Any]:
    """Return the late ones, those in time, or all; the latest first."""
    if shown == "late":
        asked = asked.where(Case.due_on < today)
    elif shown == "intime":
        asked = asked.where(or_(Case.due_on >= today, Case.due_on.is_(None)))
    return asked.order_by(Case.due_on, Case.id)


def above(at: Organisation, actor: Actor) -> Sequence[Organisation]:
    """Return the way down to an area, from the person's own organisation."""
    way, place = [], at
    while place.id != actor.organisation_id and place.parent is not None:
        way.append(place)
        place = place.parent
    return [place, *reversed(way)]
