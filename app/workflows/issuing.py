"""学籍号签发 (P34): an L number becomes a G or J number once the identity is verified.

Due is whose identity passed, was compared with the whole registry, and has no open problem: a pupil
with a usable resident number gets a G number of it, another Chinese pupil the next J number of the
county; foreign pupils and those of Hong Kong, Macao and Taiwan stay with L. A J number turns into G
once there is an ID number, unless the province keeps it (`renumber_on_id`). The former number stays
searchable. Called with the scope widened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    String,
    and_,
    cast,
    column,
    exists,
    false,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.codes.id_number import is_shaped
from app.codes.national_number import AREA_DIGITS, from_id_number
from app.models.organisation import Organisation, Tier
from app.models.problem import CheckWaiting
from app.models.school import School
from app.models.sealed import KEYS
from app.models.student import NumberHistory, NumberKind, ProblemFlag, Status, Student, Verification
from app.models.switch import SwitchValue
from app.policies.scope import END
from app.policies.switches import SWITCHES, decided, setting
from app.workflows.identity import RESIDENT, among
from app.workflows.numbering import Nameless, claim_all, numbers_by_rule

CHINA = "CHN"
# Of table overseas_status: compatriots of Hong Kong, Macao, Taiwan, living abroad, foreigners.
STAYING = ("01", "03", "05", "11", "41", "51")
GONE = (Status.DELETED, Status.DECEASED)
CLEAR = (ProblemFlag.NONE, ProblemFlag.RESOLVED)
RENUMBER = "renumber_on_id"
MANY = 100  # rows from which on a fresh plan is worth its time

HAS_ID = and_(Student.id_type == RESIDENT, Student.id_digest.is_not(None))
DOMESTIC = and_(Student.nationality == CHINA, Student.overseas_status.not_in(STAYING))
WAITS = exists().where(CheckWaiting.student_id == Student.id)
READY = and_(
    Student.verification == Verification.PASSED,
    Student.number_digest.is_not(None),
    Student.status.not_in(GONE),
    Student.problem_flag.in_(CLEAR),
    ~Student.number_stuck,
    ~WAITS,
)


class Issued(NamedTuple):
    """What a step did: how many got a number, and how many cannot get theirs."""

    given: int
    stuck: int


class Change(NamedTuple):
    """A pupil's next number."""

    student_id: int
    number: str


def due(session: Session, today: date) -> bool:
    """Tell whether anybody is to get a number now."""
    return bool(session.scalar(select(_due(session, today).limit(1).exists())))


def due_ids(session: Session, today: date, after: int, most: int) -> list[int]:
    """Return the next pupils, by id, who are to get a number now."""
    asked = _due(session, today).where(Student.id > after)
    return list(session.scalars(asked.order_by(Student.id).limit(most)))


def issue(session: Session, student_ids: Collection[int], today: date) -> Issued:
    """Give each of these pupils the number that is due, set by set; never commits.

    Whoever somebody else is working at is left for the next time.
    """
    session.flush()
    kept = _kept_j(session, today)
    rows = session.execute(
        select(
            Student.id, Student.number, Student.number_kind, Student.id_type, Student.id_number,
            Student.nationality, Student.overseas_status, Student.birth_date, School.division,
            kept.label("keeps_j"),
        )
        .join(School, School.id == Student.school_id)
        .where(among(Student.id, student_ids), READY)
        .order_by(Student.id)
        .with_for_update(of=Student, skip_locked=True)
    ).all()  # fmt: skip
    formal = [Change(row.id, number) for row in rows if (number := _of_id(row))]
    nameless = [
        Nameless(row.id, row.division[:AREA_DIGITS], row.birth_date)
        for row in rows
        if _by_rule(row)
    ]
    took = claim_all(session, formal)
    ruled = numbers_by_rule(session, nameless)
    given = [one for one, ok in zip(formal, took, strict=True) if ok]
    given += [Change(*one) for one in ruled.items()]
    stuck = {row.id for row in rows if _has_way(row)} - {one.student_id for one in given}
    write(session, given)
    if stuck:
        left = update(Student).where(among(Student.id, stuck))
        session.execute(left.values(number_stuck=True).execution_options(synchronize_session=False))
    return Issued(len(given), len(stuck))


def renumbers(session: Session, path: str, today: date) -> bool:
    """Tell whether a J number turns into G once there is an ID number, at an organisation."""
    return setting(session, path, RENUMBER, today).is_on


def write(session: Session, given: Sequence[Change]) -> None:
    """Write numbers that were claimed; the former ones stay searchable (Q-03)."""
    if not given:
        return
    ids = [one.student_id for one in given]
    former = select(
        Student.id,
        Student.__table__.c.number,
        Student.number_digest,
        Student.number_kind,
    ).where(among(Student.id, ids), Student.number_digest.is_not(None))
    names = ["student_id", "number", "number_digest", "kind"]
    session.execute(insert(NumberHistory).from_select(names, former).on_conflict_do_nothing())
    fresh = (
        func.unnest(
            cast(ids, ARRAY(Integer)),
            cast([KEYS.seal(one.number, "number") for one in given], ARRAY(LargeBinary)),
            cast([KEYS.digest(one.number) for one in given], ARRAY(LargeBinary)),
            cast([one.number[0] for one in given], ARRAY(String)),
        )
        .table_valued(
            column("id", Integer),
            column("number", LargeBinary),
            column("digest", LargeBinary),
            column("kind", String),
        )
        .render_derived("fresh")
    )
    plan_anew(session, len(given))
    table: Any = Student.__table__
    session.execute(
        update(table)
        .where(table.c.id == fresh.c.id)
        .values(number=fresh.c.number, number_digest=fresh.c.digest, number_kind=fresh.c.kind)
    )


def plan_anew(session: Session, rows: int) -> None:
    """Forget the plans that triggers made for single rows before many are changed at once.

    PostgreSQL keeps a trigger's first plan for the whole connection: made for one row, it compares
    every old row with every new one.
    """
    if rows > MANY:
        session.execute(text("DISCARD PLANS"))


# ── who gets what ────────────────────────────────────────────────────────────────────────


def _of_id(row: Any) -> str | None:
    """Return the G number of a usable resident number, unless it is there or J is kept."""
    number: str | None = row.id_number
    if row.id_type != RESIDENT or not number or not is_shaped(number):
        return None
    if row.number_kind is NumberKind.J and row.keeps_j:
        return None
    formal = from_id_number(number)
    return formal if formal != row.number else None


def _by_rule(row: Any) -> bool:
    """Tell who gets a J number: a Chinese pupil without a usable resident number, once."""
    if row.number_kind is not NumberKind.L or _of_id(row):
        return False
    return row.nationality == CHINA and row.overseas_status not in STAYING


def _has_way(row: Any) -> bool:
    """Tell who is to leave the present number, and is stuck when there is no way to."""
    if _of_id(row) or _by_rule(row):
        return True
    has_id = row.id_type == RESIDENT and row.id_number
    return bool(has_id and row.number_kind is not NumberKind.G and not row.keeps_j)


def _due(session: Session, today: date) -> Select[int]:
    from_l = and_(Student.number_kind == NumberKind.L, or_(HAS_ID, DOMESTIC))
    from_j = and_(Student.number_kind == NumberKind.J, HAS_ID, ~_kept_j(session, today))
    return select(Student.id).where(READY, or_(from_l, from_j))


def _kept_j(session: Session, today: date) -> ColumnElement[bool]:
    """Return the condition of being in a province that keeps J numbers; it may be a plain no."""
    said = session.scalars(
        select(SwitchValue)
        .join(SwitchValue.organisation)
        .where(SwitchValue.key == RENUMBER)
        .order_by(Organisation.path, SwitchValue.id)
    ).all()
    if not said and SWITCHES[RENUMBER].default == "on":
        return false()
    provinces = session.scalars(select(Organisation.path).where(Organisation.tier == Tier.PROVINCE))
    kept = [path for path in provinces if not _is_on(said, path, today)]
    return or_(false(), *(_below(path) for path in kept))


def _is_on(said: Iterable[SwitchValue], path: str, today: date) -> bool:
    near = [word for word in said if path.startswith(word.owner_path)]
    return decided(RENUMBER, near, today).is_on


def _below(path: str) -> ColumnElement[bool]:
    return and_(Student.owner_path >= path, Student.owner_path < path[:-1] + END)
