"""Writing organisations, schools, campuses, cohorts and classes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select

from app.demo import names
from app.demo.places import COUNTIES
from app.demo.plan import SEED, Authority, RoomPlan, SchoolPlan, authorities, rooms, schools
from app.models.organisation import Organisation, Tier
from app.models.school import Campus, Grade, School, SchoolClass, Stage

CLASS_TYPES = {Stage.PRIMARY: "10", Stage.JUNIOR: "20", Stage.SENIOR: "40"}
ORGANIZERS = {2: "811", 4: "821", 6: "831"}  # by the length of the managing authority's code
SIZE_LIMITS = {Stage.PRIMARY: 45, Stage.JUNIOR: 50, Stage.SENIOR: 50}
AT_ONCE = 5_000  # rows


class Place(NamedTuple):
    """Where a period was spent: school, cohort, class, and the class's name."""

    school_id: int
    grade_id: int
    class_id: int
    class_name: str


@dataclass(frozen=True, slots=True)
class Room:
    """A class that exists; ``came_from`` is one of the same cohort at another school."""

    plan: RoomPlan
    place: Place
    came_from: Place | None


def write_authorities(connection: Connection) -> dict[str, int]:
    """Write the authorities, top down; the path the database derives must be the planned one."""
    ids: dict[str, int] = {}
    for authority in authorities():
        made = connection.execute(
            insert(Organisation).returning(Organisation.id, Organisation.path),
            {
                "code": authority.code,
                "name": authority.name,
                "tier": Tier(authority.tier),
                "parent_id": ids.get(authority.parent),
                "path": "",
            },
        ).one()
        check_path(authority, made.path)
        ids[authority.code] = made.id
    return ids


def check_path(authority: Authority, path: str) -> None:
    """Refuse a world whose tree the database understands differently."""
    if path != authority.path:
        raise ValueError(f"{authority.code} lies at {path}, not at {authority.path}")


def write_schools(connection: Connection, above: dict[str, int], scale: int) -> dict[str, int]:
    """Write the schools, each with its main campus; return their ids by code."""
    planned = list(schools(scale))
    places = (
        {
            "code": school.code,
            "name": school.name,
            "tier": Tier.SCHOOL,
            "parent_id": above[school.managing],
            "path": "",
        }
        for school in planned
    )
    write(connection, Organisation, places)
    found = connection.execute(select(Organisation.code, Organisation.id))
    ids = {row.code: row.id for row in found}
    write(connection, School, (a_school(school, ids) for school in planned))
    campuses = (
        {"school_id": ids[school.code], "number": 1, "name": "主校区", "division": school.division}
        for school in planned
    )
    write(connection, Campus, campuses)
    return ids


def a_school(school: SchoolPlan, ids: dict[str, int]) -> dict[str, Any]:
    """Return the school's own row."""
    years = {stage.value: years for stage, years in school.years}
    rng = Random(f"{SEED}/head/{school.code}")
    return {
        "id": ids[school.code],
        "territorial_id": ids[school.territorial],
        "type": school.type,
        "division": school.division,
        "urban_rural": school.urban_rural,
        "organizer": ORGANIZERS[len(school.managing)],
        "head_name": "".join(names.adult(rng)),
        "postcode": COUNTIES[school.territorial].postcode,
        "founded": f"{rng.randint(1952, 2015)}09",
        **{f"years_{stage.value.lower()}": years.get(stage.value) for stage in Stage},
    }


def write_rooms(connection: Connection, ids: dict[str, int], scale: int) -> list[Room]:
    """Write the cohorts and their classes; return the classes in the plan's order."""
    planned = list(rooms(scale))
    cohorts = dict.fromkeys((room.school, room.stage, room.level) for room in planned)
    write(connection, Grade, (a_grade(*cohort, ids) for cohort in cohorts))
    grades = {
        (row.school_id, row.stage, row.level): row.id
        for row in connection.execute(select(Grade.id, Grade.school_id, Grade.stage, Grade.level))
    }
    campuses = {
        row.school_id: row.id for row in connection.execute(select(Campus.school_id, Campus.id))
    }
    write(connection, SchoolClass, (a_class(room, ids, grades, campuses) for room in planned))
    classes = {
        (row.school_id, row.number): row.id
        for row in connection.execute(
            select(SchoolClass.id, SchoolClass.school_id, SchoolClass.number)
        )
    }
    return list(neighbours(planned, ids, grades, classes))


def neighbours(
    planned: list[RoomPlan],
    ids: dict[str, int],
    grades: dict[tuple[int, Stage, int], int],
    classes: dict[tuple[int, str], int],
) -> Iterator[Room]:
    """Yield the classes with their keys; pupils that moved came from the cohort's last school."""
    last: dict[tuple[Stage, int], Place] = {}
    for plan in planned:
        school_id = ids[plan.school.code]
        place = Place(
            school_id,
            grades[school_id, plan.stage, plan.level],
            classes[school_id, str(plan.number)],
            plan.number.default_name,
        )
        before = last.get((plan.stage, plan.level))
        elsewhere = before if before and before.school_id != school_id else None
        yield Room(plan, place, elsewhere)
        last[plan.stage, plan.level] = place


def a_grade(school: SchoolPlan, stage: Stage, level: int, ids: dict[str, int]) -> dict[str, Any]:
    """Return a cohort's row."""
    years = dict(school.years)[stage]
    return {
        "school_id": ids[school.code],
        "stage": stage,
        "entry_year": RoomPlan(school, stage, level, 1, 0, 0).entry_year,
        "years": years,
        "level": level,
    }


def a_class(
    room: RoomPlan,
    ids: dict[str, int],
    grades: dict[tuple[int, Stage, int], int],
    campuses: dict[int, int],
) -> dict[str, Any]:
    """Return a class's row, with a teacher at its head."""
    school_id = ids[room.school.code]
    return {
        "school_id": school_id,
        "grade_id": grades[school_id, room.stage, room.level],
        "campus_id": campuses[school_id],
        "number": str(room.number),
        "name": room.number.default_name,
        "type": CLASS_TYPES[room.stage],
        "head_teacher": "".join(
            head_teacher(room.school.code, "" if room.serial == 1 else str(room.number))
        ),
        "size_limit": SIZE_LIMITS[room.stage],
    }


def head_teacher(school: str, room: str = "") -> tuple[str, str]:
    """Return surname and given name of a class's head; without a class, of the first classes'."""
    return names.adult(Random(f"{SEED}/teacher/{school}/{room}"))


def write(connection: Connection, model: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows, some thousands at a time."""
    while some := list(islice(rows, AT_ONCE)):
        connection.execute(insert(model), some)
