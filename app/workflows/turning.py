"""The turn itself: one authority's schools a step, set by set, exactly once; and its undoing.

Every function works on the schools it is given in the caller's transaction. A school whose result
for the year exists is passed over, so a step may be repeated, killed or run twice at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    any_,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    union,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from app.errors import Refusal, refuse_unless
from app.models.organisation import Organisation
from app.models.promotion import PromotionResult, PromotionRun, RunState
from app.models.school import Grade, GradeState, Headcount, School, SchoolClass, SchoolState, Stage
from app.policies.audit import record
from app.policies.roles import Actor
from app.policies.scope import END
from app.policies.switches import setting
from app.workflows.promotion import ATTENDING, STAYING, goes_up, has_pupils, is_over, why_not

FIRST = ("school_id", "stage", "entry_year", "years", "level")  # what a new cohort is made of

BySchool = dict[int, list[int]]  # a school's grade ids


def chunks(session: Session, run: PromotionRun) -> list[int]:
    """Return the ids of the authorities that manage schools of this run, in order."""
    path = run.authority.path
    managing = (
        select(Organisation.parent_id)
        .join(School, School.id == Organisation.id)
        .where(School.owner_path >= path, School.owner_path < path[:-1] + END)
    )
    return sorted(set(session.scalars(managing.distinct())) - {None})  # type: ignore[arg-type]


def turn(session: Session, run: PromotionRun, managing_id: int) -> int:
    """Turn the year for the schools an authority manages; return how many turned."""
    year, ids = run.year, _due(session, run.year, managing_id)
    if not ids:
        return 0
    over = (among(Grade.school_id, ids), is_over(year))
    ended = _change(session, (*over, ~has_pupils()), {"state": GradeState.GRADUATED})
    stayed = _change(session, over, {"state": GradeState.OVER_STAGE})
    up = (among(Grade.school_id, ids), goes_up(year))
    moved = _change(session, up, {"level": Grade.level + 1})
    opened = _open_first(session, ids, year)
    heads = {
        "moved_pupils": _heads(session, moved, ATTENDING),
        "stayed_pupils": _heads(session, stayed, STAYING),
    }
    results = [
        {
            "run_id": run.id,
            "school_id": school_id,
            "year": year,
            "moved_grades": moved[school_id],
            "opened_grades": opened[school_id],
            "ended_grades": ended[school_id],
            "stayed_grades": stayed[school_id],
            **{name: counted.get(school_id, 0) for name, counted in heads.items()},
        }
        for school_id in ids
    ]
    _keep(session, results)
    record(
        session,
        "promotion.turned",
        object_type="promotion_run",
        object_id=run.id,
        authority=managing_id,
        schools=len(ids),
    )
    return len(ids)


def finish(session: Session, run: PromotionRun) -> int:
    """Close a run whose every chunk has turned, once; return how many schools it turned."""
    turned = select(func.count(PromotionResult.id)).where(PromotionResult.run_id == run.id)
    schools = session.scalar(turned) or 0
    if run.state is RunState.RUNNING:
        run.state, run.ended_at = RunState.DONE, datetime.now(UTC)
        session.flush()
        record(
            session,
            "promotion.done",
            object_type="promotion_run",
            object_id=run.id,
            schools=schools,
        )
    return schools


def why_not_undo(
    session: Session, actor: Actor, run: PromotionRun, today: date
) -> tuple[Refusal, ...]:
    """Return every reason why this person may not undo this run."""
    until = undo_until(session, run, today)
    answers = (
        *why_not(session, actor, run.authority, today),
        refuse_unless(run.state is RunState.DONE, "E-CLOSED"),
        refuse_unless(today <= until, "E-PROMO-UNDO", year=run.year, until=until.isoformat()),
    )
    return tuple(answer for answer in answers if answer)


def undo_until(session: Session, run: PromotionRun, today: date) -> date:
    """Return the last day on which a run may be undone, as its authority stands today (Q-41)."""
    month_and_day = setting(session, run.authority.path, "promotion_undo_until", today).value
    return date.fromisoformat(f"{run.year}-{month_and_day}")


def undo(session: Session, run: PromotionRun) -> tuple[int, int]:
    """Undo a run where nothing depends on it yet; return how many schools were undone and kept."""
    results = session.scalars(
        select(PromotionResult).where(PromotionResult.run_id == run.id).with_for_update()
    ).all()
    kept = set(session.scalars(depended_on(run)))
    gone = [result for result in results if result.school_id not in kept]
    moved = [grade for result in gone for grade in result.moved_grades]
    closed = [grade for result in gone for grade in result.ended_grades + result.stayed_grades]
    opened = [grade for result in gone for grade in result.opened_grades]
    session.execute(update(Grade).where(among(Grade.id, moved)).values(level=Grade.level - 1))
    session.execute(update(Grade).where(among(Grade.id, closed)).values(state=GradeState.IN_USE))
    session.execute(delete(Grade).where(among(Grade.id, opened)))
    ids = [result.id for result in gone]
    session.execute(delete(PromotionResult).where(among(PromotionResult.id, ids)))
    run.state = RunState.UNDONE if not kept else run.state
    session.flush()
    record(
        session,
        "promotion.undo",
        object_type="promotion_run",
        object_id=run.id,
        undone=len(gone),
        kept=len(kept),
    )
    session.expire_all()
    return len(gone), len(kept)


def depended_on(run: PromotionRun) -> Select[Any]:
    """Return the query of the schools of a run that something already builds on.

    The new cohort has a class or has had a pupil, or a later year has turned; these are not undone.
    """
    opened = (
        select(
            PromotionResult.school_id,
            func.jsonb_array_elements_text(PromotionResult.opened_grades)
            .cast(Integer)
            .label("grade_id"),
        )
        .where(PromotionResult.run_id == run.id)
        .subquery()
    )
    later = aliased(PromotionResult)
    built = union(
        select(opened.c.school_id).join(SchoolClass, SchoolClass.grade_id == opened.c.grade_id),
        select(opened.c.school_id).join(Headcount, Headcount.grade_id == opened.c.grade_id),
        select(later.school_id)
        .join(PromotionResult, PromotionResult.school_id == later.school_id)
        .where(PromotionResult.run_id == run.id, later.year > run.year),
    ).subquery()
    return select(built.c.school_id)


# ── inside ──────────────────────────────────────────────────────────────────────────────────


def _due(session: Session, year: int, managing_id: int) -> Sequence[int]:
    """Lock the authority's schools whose year has not turned and return their ids."""
    turned = exists().where(PromotionResult.school_id == School.id, PromotionResult.year == year)
    due = (
        select(School.id)
        .join(Organisation, Organisation.id == School.id)
        .where(Organisation.parent_id == managing_id, School.state == SchoolState.ACTIVE, ~turned)
        .order_by(School.id)
        .with_for_update(of=School)
    )
    return session.scalars(due).all()


def _change(session: Session, where: Iterable[object], values: dict[str, object]) -> BySchool:
    """Change the grades a rule names and return them by school."""
    changed = update(Grade).where(*where).values(**values)  # type: ignore[arg-type]
    rows = session.execute(
        changed.returning(Grade.school_id, Grade.id),
        execution_options={"synchronize_session": False},
    )
    return _by_school((school_id, grade_id) for school_id, grade_id in rows)


def _open_first(session: Session, ids: Sequence[int], year: int) -> BySchool:
    """Open the first cohort of every stage the schools teach."""
    kind, taught = Grade.__table__.c.stage.type, []
    for stage in Stage:
        years = getattr(School, f"years_{stage.value.lower()}")
        first = (School.id, literal(stage, kind), literal(year), years, literal(1))
        taught.append(select(*first).where(among(School.id, ids), years.is_not(None)))
    opened = (
        upsert(Grade)
        .from_select(FIRST, union_all(*taught), include_defaults=False)
        .on_conflict_do_nothing()
        .returning(Grade.school_id, Grade.id)
    )
    return _by_school((school_id, grade_id) for school_id, grade_id in session.execute(opened))


def _keep(session: Session, results: list[dict[str, Any]]) -> None:
    """Write down what became of many schools, in one statement."""
    types = PromotionResult.__table__.c
    given = (
        func.jsonb_to_recordset(literal(results, JSONB))
        .table_valued(*(column(name, types[name].type) for name in results[0]), name="given")
        .render_derived(with_types=True)
    )
    written = insert(PromotionResult).from_select(
        list(results[0]), select(given), include_defaults=False
    )
    session.execute(written)


def _heads(session: Session, grades: BySchool, status: tuple[str, ...]) -> dict[int, int]:
    """Return how many pupils of these statuses the grades have, by school."""
    ids = [grade_id for held in grades.values() for grade_id in held]
    counted = (
        select(Headcount.school_id, func.sum(Headcount.n))
        .where(among(Headcount.grade_id, ids), Headcount.status.in_(status))
        .group_by(Headcount.school_id)
    )
    return {school_id: int(n) for school_id, n in session.execute(counted)}


def among(column: Any, ids: Sequence[int]) -> ColumnElement[bool]:
    """A column that holds one of many ids: one parameter, however many they are."""
    found: ColumnElement[bool] = column == any_(literal(ids, ARRAY(Integer)))
    return found


def _by_school(rows: Iterable[tuple[int, int]]) -> BySchool:
    found: BySchool = defaultdict(list)
    for school_id, grade_id in rows:
        found[school_id].append(grade_id)
    for grades in found.values():
        grades.sort()
    return found
