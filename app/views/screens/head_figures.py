"""Pupils on the desks, by grade, place and class: read from `headcount`, never counted (P27)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session, joinedload

from app.codes.tables import table
from app.models.account import AccountClass
from app.models.organisation import Organisation, Tier
from app.models.school import ClassState, Grade, GradeState, Headcount, SchoolClass
from app.models.student import NumberKind, Student
from app.policies.roles import Actor
from app.policies.scope import END

IN_SCHOOL = tuple(
    entry.code for entry in table("student_status") if entry.extras["counts_as_in_school"] != "0"
)


def below(path: str) -> str:
    """Return the end of the range of an organisation's subtree."""
    return path[:-1] + END


@dataclass(slots=True)
class Heads:
    """The pupils of a subtree by grade, gender and status."""

    by_status: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    by_grade: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def in_school(self) -> int:
        """How many count as in school (P26)."""
        return sum(self.by_status[status] for status in IN_SCHOOL)


def heads(session: Session, path: str) -> Heads:
    """Return the heads of a subtree; the lowest grade first."""
    found = Heads()
    rows = session.execute(
        select(Grade.stage, Grade.level, Headcount.gender, Headcount.status, func.sum(Headcount.n))
        .join(Grade, Grade.id == Headcount.grade_id)
        .where(Headcount.owner_path >= path, Headcount.owner_path < below(path), Headcount.n > 0)
        .group_by(Grade.stage, Grade.level, Headcount.gender, Headcount.status)
    )
    for stage, level, gender, status, n in rows:
        found.by_status[status] += n
        if status in IN_SCHOOL:
            grade = found.by_grade.setdefault(f"{stage.digit}{level}", {"1": 0, "2": 0})
            grade[gender] += n
    found.by_grade = dict(sorted(found.by_grade.items()))
    return found


class Below(NamedTuple):
    """The heads of one organisation of those right below."""

    id: int
    name: str
    is_school: bool
    boys: int
    girls: int

    @property
    def n(self) -> int:
        """All of them."""
        return self.boys + self.girls


def heads_below(session: Session, actor: Actor) -> list[Below]:
    """Return the pupils in school of each organisation right below, the largest first."""
    level = actor.path.count("/") + 1
    key = func.split_part(Headcount.owner_path, "/", level)
    counted = (
        select(
            (literal(actor.path) + key + "/").label("path"),
            func.sum(Headcount.n).filter(Headcount.gender == "1").label("boys"),
            func.sum(Headcount.n).filter(Headcount.gender == "2").label("girls"),
        )
        .where(
            Headcount.owner_path >= actor.path,
            Headcount.owner_path < below(actor.path),
            Headcount.status.in_(IN_SCHOOL),
        )
        .group_by("path")
        .subquery()
    )
    places = (
        select(Organisation, counted.c.boys, counted.c.girls)
        .outerjoin(counted, counted.c.path == Organisation.path)
        .where(Organisation.parent_id == actor.organisation_id)
        .order_by((counted.c.boys + counted.c.girls).desc().nulls_last(), Organisation.path)
        .limit(40)
    )
    return [
        Below(place.id, place.name, place.tier is Tier.SCHOOL, boys or 0, girls or 0)
        for place, boys, girls in session.execute(places)
    ]


@dataclass(slots=True)
class ClassHeads:
    """A class and its pupils."""

    room: SchoolClass
    boys: int = 0
    girls: int = 0
    pending: int = 0
    away: int = 0

    @property
    def n(self) -> int:
        """How many count as in school."""
        return self.boys + self.girls

    @property
    def is_full(self) -> bool:
        """Tell whether the class has reached its limit."""
        limit = self.room.size_limit
        return limit is not None and self.n >= limit


def classes(session: Session, actor: Actor, *, own: bool = False) -> list[ClassHeads]:
    """Return the classes in use of a school, or a class teacher's own, with their heads."""
    mine = (
        select(SchoolClass)
        .join(Grade, Grade.id == SchoolClass.grade_id)
        .where(
            SchoolClass.school_id == actor.organisation_id,
            SchoolClass.state == ClassState.IN_USE,
            Grade.state != GradeState.GRADUATED,
        )
        .options(joinedload(SchoolClass.grade))
        .order_by(Grade.stage, Grade.level, SchoolClass.number)
    )
    if own:
        taught = select(AccountClass.class_id).where(AccountClass.user_id == actor.user_id)
        mine = mine.where(SchoolClass.id.in_(taught))
    found = {room.id: ClassHeads(room) for room in session.scalars(mine)}
    counted = select(Headcount).where(Headcount.class_id.in_(found))
    for one in session.scalars(counted):
        _add(found[one.class_id or 0], one)
    return list(found.values())


def _add(heads_of: ClassHeads, one: Headcount) -> None:
    if one.status == "PENDING_REGISTRATION":
        heads_of.pending += one.n
    if one.status in IN_SCHOOL:
        heads_of.boys += one.n if one.gender == "1" else 0
        heads_of.girls += one.n if one.gender == "2" else 0
        heads_of.away += one.n if one.status != "IN_SCHOOL" else 0


def temporary(session: Session, actor: Actor) -> int:
    """Return how many of a school's pupils still have a temporary number."""
    mine = select(func.count()).where(
        Student.owner_path == actor.path, Student.number_kind == NumberKind.L
    )
    return session.scalar(mine) or 0
