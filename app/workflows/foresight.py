"""What a turn of the year would do and has done, in figures: by stage, by school, by authority.

Nothing here changes anything. Exceptions are last grades with pupils left, which stay, and grades
out of step, which a person has to look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.models.organisation import Organisation
from app.models.page import Page, page_of
from app.models.promotion import PromotionResult, PromotionRun
from app.models.school import Grade, Headcount, Stage
from app.models.student import Status
from app.workflows.promotion import (
    ATTENDING,
    STAYING,
    below,
    goes_up,
    has_pupils,
    is_over,
    out_of_step,
    rehearse,
)

AWAY = (Status.SUSPENDED, Status.MISSING, Status.SUSPECTED_DROPOUT)


def rehearse_by_stage(
    session: Session, authority: Organisation, year: int, user_id: int | None
) -> PromotionRun:
    """Rehearse and keep the counts of every stage with the run; never commits."""
    run = rehearse(session, authority, year, user_id)
    run.summary = {**run.summary, "stages": by_stage(session, authority, year)}
    session.flush()
    return run


def by_stage(session: Session, authority: Organisation, year: int) -> list[dict[str, Any]]:
    """Return the counts of each stage that the authority's schools teach."""
    heads = _heads()
    up, over = goes_up(year), is_over(year)

    def pupils(column: Any, where: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(column).filter(where), 0)

    counted = (
        select(
            Grade.stage.label("stage"),
            func.count(Grade.school_id.distinct()).label("schools"),
            func.count().filter(up).label("up_grades"),
            pupils(heads.c.attending, up).label("up_pupils"),
            func.count().filter(over, ~has_pupils()).label("ended_grades"),
            pupils(heads.c.staying, over).label("stayed_pupils"),
            pupils(heads.c.away, up).label("away_pupils"),
            func.count().filter(out_of_step(year)).label("odd_grades"),
        )
        .outerjoin(heads, heads.c.grade_id == Grade.id)
        .where(below(authority))
        .group_by(Grade.stage)
    )
    rows = [row._asdict() for row in session.execute(counted)]
    order = list(Stage)
    rows.sort(key=lambda row: order.index(row["stage"]))
    return [
        {"stage": row.pop("stage").name, **{name: int(n) for name, n in row.items()}}
        for row in rows
    ]


class Held(NamedTuple):
    """The exceptions of one school, or of one authority's schools."""

    id: int
    name: str
    above: str
    pupils: int
    stayed_grades: int
    stayed_pupils: int
    odd_grades: int


def exceptions_by(
    session: Session, authority: Organisation, year: int, page: int, *, by_school: bool = True
) -> Page:
    """Return the schools, or their authorities, with exceptions; most pupils first."""
    school, manager = aliased(Organisation), aliased(Organisation)
    heads = _heads()
    held = is_over(year) & has_pupils()
    place, above = (school, manager) if by_school else (manager, aliased(Organisation))
    pupils = func.coalesce(func.sum(heads.c.staying), 0)
    found = (
        select(
            place.id,
            place.name,
            func.coalesce(above.name, ""),
            pupils,
            func.count().filter(held),
            func.coalesce(func.sum(heads.c.staying).filter(held), 0),
            func.count().filter(~held),
        )
        .select_from(Grade)
        .join(school, school.id == Grade.school_id)
        .join(manager, manager.id == school.parent_id)
        .outerjoin(heads, heads.c.grade_id == Grade.id)
        .where(below(authority), held | out_of_step(year))
        .group_by(place.id, place.name, above.name)
        .order_by(pupils.desc(), place.name, place.id)
    )
    if not by_school:
        found = found.outerjoin(above, above.id == manager.parent_id)
    shown = page_of(session, found, page)
    return shown._replace(items=[Held(*row[:3], *map(int, row[3:])) for row in shown.items])


def exceptional(
    session: Session, authority: Organisation, year: int
) -> Iterator[tuple[Grade, int, Organisation, str]]:
    """Yield every exceptional grade, its pupils, its school and who manages that."""
    school, manager = aliased(Organisation), aliased(Organisation)
    heads = _heads()
    found = (
        select(Grade, func.coalesce(heads.c.staying, 0), school, manager.name)
        .join(school, school.id == Grade.school_id)
        .join(manager, manager.id == school.parent_id)
        .outerjoin(heads, heads.c.grade_id == Grade.id)
        .where(below(authority), (is_over(year) & has_pupils()) | out_of_step(year))
        .order_by(school.path, Grade.stage, Grade.level)
    )
    for grade, pupils, place, above in session.execute(found):
        yield grade, int(pupils), place, above


def results(session: Session, run: PromotionRun, page: int, query: str = "") -> Page:
    """Return what the turn did at each school, by authority and name; ``query`` narrows by name."""
    school, manager = aliased(Organisation), aliased(Organisation)
    length = func.jsonb_array_length
    found = (
        select(
            school.id,
            school.name,
            manager.name.label("above"),
            length(PromotionResult.moved_grades).label("moved_grades"),
            PromotionResult.moved_pupils,
            length(PromotionResult.ended_grades).label("ended_grades"),
            length(PromotionResult.stayed_grades).label("stayed_grades"),
            PromotionResult.stayed_pupils,
            length(PromotionResult.opened_grades).label("opened_grades"),
        )
        .join(school, school.id == PromotionResult.school_id)
        .join(manager, manager.id == school.parent_id)
        .where(PromotionResult.run_id == run.id)
        .order_by(PromotionResult.stayed_pupils.desc(), school.path)
    )
    if query:
        found = found.where(
            or_(
                school.name.contains(query, autoescape=True),
                manager.name.contains(query, autoescape=True),
                school.code == query,
            )
        )
    return page_of(session, found, page)


def totals(session: Session, run: PromotionRun) -> dict[str, int]:
    """Return what the turn did so far, over all its schools."""
    length = func.jsonb_array_length
    sums = {
        "up_grades": length(PromotionResult.moved_grades),
        "up_pupils": PromotionResult.moved_pupils,
        "ended_grades": length(PromotionResult.ended_grades),
        "stayed_grades": length(PromotionResult.stayed_grades),
        "stayed_pupils": PromotionResult.stayed_pupils,
        "opened_grades": length(PromotionResult.opened_grades),
    }
    counted = select(
        func.count(PromotionResult.id).label("schools"),
        *(func.coalesce(func.sum(column), 0).label(name) for name, column in sums.items()),
    ).where(PromotionResult.run_id == run.id)
    return {name: int(n) for name, n in session.execute(counted).one()._asdict().items()}


def newcomers(session: Session, authority: Organisation, year: int) -> int:
    """Return how many pupils already stand in the first grades that the turn would open."""
    early = (
        select(func.coalesce(func.sum(Headcount.n), 0))
        .join(Grade, Grade.id == Headcount.grade_id)
        .where(below(authority), Grade.entry_year == year)
    )
    return session.scalar(early) or 0


def _heads() -> Subquery:
    """Pupils of every grade: attending, away, and all who stay on the roll."""

    def of(statuses: Sequence[Status]) -> Any:
        return func.coalesce(func.sum(Headcount.n).filter(Headcount.status.in_(statuses)), 0)

    return (
        select(
            Headcount.grade_id,
            of(ATTENDING).label("attending"),
            of(AWAY).label("away"),
            of(STAYING).label("staying"),
        )
        .group_by(Headcount.grade_id)
        .subquery()
    )
