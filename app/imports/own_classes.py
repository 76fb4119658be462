"""What a school has, by what a row of classes names it by: classes, cohorts, campuses, numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.codes.class_number import SERIALS, parse
from app.models.organisation import Organisation
from app.models.school import Campus, ClassState, Grade, GradeState, SchoolClass
from app.workflows.identity import among


class School(NamedTuple):
    """What a school has, by what a row names it by."""

    classes: Mapping[str, SchoolClass]
    grades: Mapping[tuple[str, str], Grade]  # by entry year and stage digit
    campuses: Mapping[str, Campus]

    def named(self, grade: Grade, name: str) -> SchoolClass | None:
        """Return the class in use of a cohort with this name."""
        return next(
            (c for c in self.classes.values() if c.grade_id == grade.id and c.name == name), None
        )


def school_of(session: Session, which: Any) -> School:
    """Return what the school has that a condition on organisations names."""
    home = session.scalars(select(Organisation.id).where(which)).one()
    rooms = select(SchoolClass).where(
        SchoolClass.school_id == home, SchoolClass.state == ClassState.IN_USE
    )
    rooms = rooms.options(joinedload(SchoolClass.campus), joinedload(SchoolClass.grade))
    grades = select(Grade).where(Grade.school_id == home, Grade.state == GradeState.IN_USE)
    campuses = select(Campus).where(Campus.school_id == home)
    fresh = {"populate_existing": True}
    return School(
        {c.number: c for c in session.scalars(rooms.execution_options(**fresh))},
        {(str(g.entry_year), g.stage.digit): g for g in session.scalars(grades)},
        {campus.name: campus for campus in session.scalars(campuses)},
    )


class Beyond(NamedTuple):
    """A row for whose new class no serial is free; the first and the last one it could have."""

    row: int
    first: int
    last: int


def beyond(
    session: Session, school: School, new: Collection[tuple[int, int, str | None]]
) -> Iterator[Beyond]:
    """Yield the rows (row, cohort, name of a campus) that no class number is left for."""
    asked = select(SchoolClass.grade_id, SchoolClass.number).where(
        among(SchoolClass.grade_id, {grade for _, grade, _ in new})
    )
    serials: dict[int, set[int]] = {}
    for grade, number in session.execute(asked):
        told = parse(number)
        serials.setdefault(grade, set()).add(told.serial if told else 0)
    for row, grade, name in sorted(new):
        campus = school.campuses.get(name or "")
        span = range(campus.serial_from, campus.serial_to + 1) if campus else SERIALS
        used = serials.setdefault(grade, set())
        free = next((serial for serial in span if serial not in used), None)
        if free is None:
            yield Beyond(row, span[0], span[-1])
        else:
            used.add(free)
