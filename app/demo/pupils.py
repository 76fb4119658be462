"""Writing pupils, their families and their history: COPY to a temporary table, INSERT … SELECT.

PostgreSQL refuses COPY into a table under row-level security, and the triggers that derive paths
and count heads must see every row: this is the only way in, for demo data as for everybody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from random import Random
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, text

from app.demo.draw import Columns
from app.demo.mix import Mix
from app.demo.people import people
from app.demo.plan import SCHOOL_YEAR, SEED
from app.demo.structure import Place, Room
from app.models.sealed import KEYS, Sealed
from app.models.student import EndKind, Enrolment, Guardian, StartKind, Status, Student

RESERVE = text(
    "SELECT nextval(pg_get_serial_sequence('student', 'id')) FROM generate_series(1, :n)"
)
MAKE = sql.SQL("CREATE TEMP TABLE {here} ON COMMIT DROP AS SELECT {names} FROM {there} LIMIT 0")
COPY = sql.SQL("COPY {here} FROM STDIN")
MOVE = sql.SQL("INSERT INTO {there} ({names}) SELECT {names} FROM {here}")
DROP = sql.SQL("DROP TABLE {here}")

STAYED, RESUMED, MOVED = "stayed", "resumed", "moved"
PAST = Mix({STAYED: 96.5, RESUMED: 1, MOVED: 2.5})  # of those past their first year
AUGUST = 8
SUSPENDED_ON = date(SCHOOL_YEAR, 10, 12)
PERIOD = (
    "student_id", "school_id", "grade_id", "class_id", "class_name", "grade_code",
    "start_kind", "started_on", "end_kind", "ended_on",
)  # fmt: skip
Period = tuple[Place, StartKind, date, EndKind | None, date | None]


def write_pupils(connection: Connection, rooms: Sequence[Room]) -> int:
    """Write everybody in these classes; return how many pupils they have."""
    n = sum(room.plan.size for room in rooms)
    ids = iter(list(connection.scalars(RESERVE, {"n": n})))
    pupils: Columns = {}
    guardians: Columns = {}
    periods: Columns = {}
    for room in rooms:
        drawn = people(room.plan)
        own = list(islice(ids, room.plan.size))
        drawn.guardians["student_id"] = [own[nth] for nth in drawn.guardians.pop("pupil")]
        extend(pupils, drawn.pupils | standing(room, own, drawn.pupils))
        extend(guardians, drawn.guardians)
        extend(periods, history(room, own, drawn.pupils["status"]))
    for model, columns in ((Student, pupils), (Guardian, guardians), (Enrolment, periods)):
        send(connection, model, columns)
    return n


def extend(all_of_them: Columns, some: Columns) -> None:
    """Append the columns of one class to those of the classes before it."""
    for name, values in some.items():
        all_of_them.setdefault(name, []).extend(values)


def standing(room: Room, ids: list[int], pupils: Columns) -> Columns:
    """Return where a class's pupils stand, and the digests by which they are found."""
    n = len(ids)
    return {
        "id": ids,
        "school_id": [room.place.school_id] * n,
        "grade_id": [room.place.grade_id] * n,
        "class_id": [room.place.class_id] * n,
        "id_digest": [number and KEYS.digest(number) for number in pupils["id_number"]],
        "number_digest": [KEYS.digest(number) for number in pupils["number"]],
    }


def history(room: Room, ids: list[int], statuses: list[str]) -> Columns:
    """Return every period the pupils of a class have spent at a school."""
    rng = Random(f"{SEED}/past/{room.plan.school.code}/{room.plan.number}")
    pasts = PAST.draw(rng, len(ids)) if room.plan.level > 1 else [STAYED] * len(ids)
    rows = [
        (pupil, *where, code_of(room, started), start.name, started, end and end.name, ended)
        for pupil, status, past in zip(ids, statuses, pasts, strict=True)
        for where, start, started, end, ended in periods_of(room, status, past)
    ]
    return {name: [row[nth] for row in rows] for nth, name in enumerate(PERIOD)}


def periods_of(room: Room, status: str, past: str) -> Iterator[Period]:
    """Yield one pupil's periods, the earliest first; a suspended pupil is in none now."""
    here = room.place
    start, since = StartKind.ADMITTED, date(room.plan.entry_year, 9, 1)
    spring = date(room.plan.entry_year + 1, 2, 20)
    if past == MOVED and room.came_from:
        yield room.came_from, start, since, EndKind.TRANSFERRED_OUT, spring
        start, since = StartKind.TRANSFERRED_IN, spring
    elif past == RESUMED:
        yield here, start, since, EndKind.SUSPENDED, spring
        start, since = StartKind.RESUMED, date(spring.year, 9, 1)
    if status == Status.SUSPENDED.name:
        yield here, start, since, EndKind.SUSPENDED, SUSPENDED_ON
    else:
        yield here, start, since, None, None


def code_of(room: Room, on: date) -> str:
    """Return the code of the grade a class was in on a day; school years begin in August."""
    level = on.year - (on.month < AUGUST) - room.plan.entry_year + 1
    return f"{room.plan.stage.digit}{level}"


def send(connection: Connection, model: Any, columns: Columns) -> None:
    """Send columns to a temporary table, sealing what is sealed, and from there to the model's."""
    table = model.__table__
    words = {
        "there": sql.Identifier(table.name),
        "here": sql.Identifier(f"coming_{table.name}"),
        "names": sql.SQL(", ").join(map(sql.Identifier, columns)),
    }
    values = [sealed(table.c[name].type, column) for name, column in columns.items()]
    raw = connection.connection.cursor()
    raw.execute(MAKE.format(**words))
    with raw.copy(COPY.format(**words)) as stream:
        for row in zip(*values, strict=True):
            stream.write_row(row)
    raw.execute(MOVE.format(**words))
    raw.execute(DROP.format(**words))


def sealed(kind: object, values: list[Any]) -> list[Any]:
    """Return a column as it is stored."""
    if not isinstance(kind, Sealed):
        return values
    return [KEYS.seal(value, kind.purpose) if value else None for value in values]
