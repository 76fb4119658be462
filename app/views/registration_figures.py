"""How many pupils of a school are how far on the way to the roll: by tab, import and class."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from app.models.school import SchoolClass
from app.models.student import Student
from app.policies.roles import Actor
from app.workflows.on_the_way import GOES, STANDING, Standing, pending_of, registered_of
from app.workflows.tabs import Tab, tab_in_lists

S = Standing
STUCK = (S.PROBLEM, S.PAPERS, S.RETURNED, S.REJECTED)  # what the school has to mend
Counts = dict[str, int]  # by standing


def none_yet() -> Counts:
    """Return a count of nobody for every standing."""
    return dict.fromkeys(Standing, 0)


def goes(counts: Counts) -> int:
    """Return how many of these can be submitted now."""
    return sum(counts[key] for key in GOES)


@dataclass
class Room:
    """How far a class is."""

    name: str
    counts: Counts = field(default_factory=none_yet)

    @property
    def total(self) -> int:
        """How many pupils of the class are on the way, or have come this year."""
        return sum(self.counts.values())

    @property
    def share(self) -> int:
        """How many of a hundred are registered."""
        return 100 * self.counts[S.REGISTERED] // max(self.total, 1)

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """The bar of the class: the look of each part, where it begins, how wide it is."""
        held = (("ok", self.counts[S.REGISTERED]), ("act", self.counts[S.REVIEW]))
        parts, at = [], 0.0
        for look, n in (*held, ("warn", self.stuck)):
            wide = 100 * n / max(self.total, 1)
            parts.append((look, round(at, 2), round(wide, 2)))
            at += wide
        return parts

    @property
    def stuck(self) -> int:
        """How many the school has to mend."""
        return sum(self.counts[key] for key in STUCK)

    @property
    def goes(self) -> int:
        """How many can be submitted now."""
        return goes(self.counts)

    @property
    def is_done(self) -> bool:
        """Tell whether everybody of the class is registered."""
        return self.counts[S.REGISTERED] == self.total


@dataclass
class Figures:
    """All figures of a school, or of a teacher's classes."""

    tabs: dict[str, Counts] = field(default_factory=lambda: {key: none_yet() for key in Tab})
    batches: dict[int, Counts] = field(default_factory=dict)
    rooms: dict[int | None, Room] = field(default_factory=dict)

    def of(self, tab: str) -> Counts:
        """Return the figures of a tab, or of all of them."""
        if tab:
            return self.tabs[tab]
        return {key: sum(held[key] for held in self.tabs.values()) for key in Standing}

    def total(self, tab: str = "") -> int:
        """Return how many are on the way, or came this year."""
        return sum(self.of(tab).values())

    @property
    def goes(self) -> int:
        """How many can be submitted now."""
        return goes(self.of(""))

    @property
    def under_way(self) -> list[tuple[int | None, Room]]:
        """The classes of which somebody is not registered yet."""
        return [(key, room) for key, room in self.rooms.items() if not room.is_done]


def figures_of(session: Session, actor: Actor, today: date) -> Figures:
    """Return the figures of a school, or of a teacher's classes, in two queries."""
    figures, place = Figures(), actor.organisation_id
    year = literal(S.REGISTERED.value)
    for asked, standing in ((pending_of(place), STANDING), (registered_of(place, today), year)):
        for row in session.execute(_grouped(asked, standing)):
            figures.tabs[row.tab][row.standing] += row.n
            if row.batch and row.standing != S.REGISTERED:
                figures.batches.setdefault(row.batch, none_yet())[row.standing] += row.n
            room = figures.rooms.setdefault(row.room, Room(row.name or ""))
            room.counts[row.standing] += row.n
    figures.rooms = dict(sorted(figures.rooms.items(), key=lambda held: held[1].name))
    return figures


def _grouped(asked: Select[Any], standing: Any) -> Select[Any]:
    keys = (
        Student.import_batch_id.label("batch"),
        Student.class_id.label("room"),
        SchoolClass.name.label("name"),
        tab_in_lists().label("tab"),
        standing.label("standing"),
    )
    joined = asked.outerjoin(SchoolClass, SchoolClass.id == Student.class_id)
    inner = joined.with_only_columns(*keys).subquery()
    return select(*inner.c, func.count().label("n")).group_by(*inner.c)
