"""What the desks count: every figure is one statement over an index or over the head counts.

Pupils are never counted one by one; `headcount` is kept by triggers (P27).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, joinedload

from app.codes.tables import table
from app.models.account import Account, AccountClass
from app.models.audit import AuditEvent
from app.models.case import Case, CaseKind
from app.models.import_batch import ImportBatch
from app.models.job import Job, JobState, Pulse
from app.models.organisation import Organisation, Tier
from app.models.school import ClassState, Grade, GradeState, Headcount, SchoolClass
from app.models.student import NumberKind, Student
from app.policies.roles import Actor
from app.policies.scope import END

NEWEST = 5000  # events of the audit a desk looks through
FEW, SOME = 5, 8  # rows of a small and of a larger panel
IN_SCHOOL = tuple(
    entry.code for entry in table("student_status") if entry.extras["counts_as_in_school"] != "0"
)
CROSS = "cross"  # a transfer between provinces


def below(path: str) -> str:
    """Return the end of the range of an organisation's subtree."""
    return path[:-1] + END


# ── cases ────────────────────────────────────────────────────────────────────────────────


class Waiting(NamedTuple):
    """The cases of one kind that lie on a desk; the oldest of them by its school."""

    kind: str
    n: int
    today: int
    late: int
    since: datetime
    school: str


def on_desk(actor: Actor) -> Any:
    """Return the condition for cases on the person's own desk, which `case_inbox` answers."""
    return and_(
        Case.awaiting_path == actor.path,
        Case.awaiting_office == actor.office.value,
        Case.closed_at.is_(None),
    )


def waiting(session: Session, actor: Actor, today: date) -> list[Waiting]:
    """Return what waits for the person, by kind."""
    is_cross = and_(Case.kind == CaseKind.TRANSFER, Case.common_path == "/")
    school = func.coalesce(Case.receiving_id, Case.owner_id)
    oldest = func.array_agg(aggregate_order_by(school, Case.step_since))
    rows = session.execute(
        select(
            Case.kind,
            is_cross.label("cross"),
            func.count(),
            func.count().filter(Case.due_on == today),
            func.count().filter(Case.due_on < today),
            func.min(Case.step_since),
            oldest[1],
        )
        .where(on_desk(actor))
        .group_by(Case.kind, is_cross)
    ).all()
    names = names_of(session, {row[-1] for row in rows})
    found = [
        Waiting(CROSS if cross else CaseKind(kind).name.lower(), n, due, late, since, names[first])
        for kind, cross, n, due, late, since, first in rows
    ]
    return sorted(found, key=lambda one: -one.n)


def names_of(session: Session, ids: set[int]) -> dict[int, str]:
    """Return the names of organisations."""
    found = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return {row.id: row.name for row in session.execute(found)}


def next_cases(session: Session, actor: Actor) -> Sequence[Case]:
    """Return what lies on the person's desk, the earliest due first."""
    mine = select(Case).where(on_desk(actor)).order_by(Case.due_on, Case.id).limit(SOME)
    return session.scalars(_with_places(mine)).all()


def submitted(session: Session, actor: Actor) -> Sequence[Case]:
    """Return the person's own open cases, wherever they lie."""
    mine = select(Case).where(Case.initiator_id == actor.user_id, Case.closed_at.is_(None))
    return session.scalars(_with_places(mine.order_by(Case.id.desc()).limit(FEW))).all()


def _with_places(cases: Select[Any]) -> Select[Any]:
    how = (joinedload(Case.owner), joinedload(Case.receiving), joinedload(Case.awaiting))
    return cases.options(*(one.joinedload(Organisation.parent) for one in how))


class Lying(NamedTuple):
    """How many open cases lie in one organisation of those right below."""

    id: int
    name: str
    is_school: bool
    n: int
    late: int
    since: datetime


def lying_below(session: Session, actor: Actor, today: date) -> list[Lying]:
    """Return where the cases of the subtree lie, the latest first."""
    level = actor.path.count("/") + 1
    key = func.split_part(Case.awaiting_path, "/", level)
    late = func.count().filter(Case.due_on < today)
    lies = (
        select(
            (literal(actor.path) + key + "/").label("path"),
            func.count().label("n"),
            late.label("late"),
            func.min(Case.step_since).label("since"),
        )
        .where(
            Case.awaiting_path > actor.path,
            Case.awaiting_path < below(actor.path),
            Case.closed_at.is_(None),
        )
        .group_by("path")
        .subquery()
    )
    rows = session.execute(
        select(
            Organisation.id,
            Organisation.name,
            Organisation.tier == Tier.SCHOOL,
            lies.c.n,
            lies.c.late,
            lies.c.since,
        )
        .join(lies, lies.c.path == Organisation.path)
        .order_by(lies.c.late.desc(), lies.c.n.desc(), Organisation.path)
        .limit(SOME)
    )
    return [Lying(*row) for row in rows]


# ── heads ────────────────────────────────────────────────────────────────────────────────


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


# ── the house ────────────────────────────────────────────────────────────────────────────


def recent_jobs(session: Session) -> Sequence[Job]:
    """Return the newest jobs of the subtree."""
    return session.scalars(select(Job).order_by(Job.id.desc()).limit(FEW)).all()


def job_states(session: Session) -> Mapping[str, int]:
    """Return how many jobs wait and run."""
    open_ = (JobState.QUEUED, JobState.RUNNING)
    rows = session.execute(
        select(Job.state, func.count()).where(Job.state.in_(open_)).group_by(Job.state)
    )
    return {state.name: n for state, n in rows}


def last_pulse(session: Session) -> datetime | None:
    """Return when a worker or scheduler was last seen."""
    return session.scalar(select(func.max(Pulse.seen_at)))


def recent_imports(session: Session, actor: Actor) -> Sequence[ImportBatch]:
    """Return the newest imports of a school."""
    mine = select(ImportBatch).where(ImportBatch.owner_path == actor.path)
    return session.scalars(mine.order_by(ImportBatch.id.desc()).limit(FEW)).all()


def accounts(session: Session) -> list[tuple[str, int, int]]:
    """Return how many accounts each role has, and how many of them are enabled."""
    rows = session.execute(
        select(Account.role, func.count(), func.count().filter(Account.enabled)).group_by(
            Account.role
        )
    )
    return [(role, n, enabled) for role, n, enabled in rows]


def places(session: Session) -> dict[str, int]:
    """Return how many organisations each tier has."""
    rows = session.execute(select(Organisation.tier, func.count()).group_by(Organisation.tier))
    return {tier.name: n for tier, n in rows}


def deeds(session: Session, since: datetime) -> list[tuple[str, int]]:
    """Return how often each deed was done since a moment, among the newest `NEWEST` events."""
    newest = select(AuditEvent.action, AuditEvent.at).order_by(AuditEvent.id.desc()).limit(NEWEST)
    event = newest.subquery()
    n = func.count().label("n")
    by_deed = select(event.c.action, n).where(event.c.at >= since).group_by(event.c.action)
    rows = session.execute(by_deed.order_by(n.desc()).limit(SOME))
    return [(action, count) for action, count in rows]


def recent_events(session: Session) -> Sequence[AuditEvent]:
    """Return the newest events of the audit."""
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(12)).all()
