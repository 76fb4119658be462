"""Loading checked rows at the speed of COPY: into temporary tables, text ready for PostgreSQL.

COPY into a table under row-level security is refused, so a temporary table stands in between;
it vanishes with the transaction. Personal values are sealed here, before they touch any table.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import sql
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable, DropTable

from app.imports.check import Block
from app.imports.spec import Facts, Problem, Room
from app.imports.students import MEMBERS
from app.models.import_batch import ImportGuardian, ImportProblem, ImportRow, Severity
from app.models.pupil import GuardianFields, PupilFields
from app.models.sealed import KEYS, Sealed

NULL, HEX = "\\N", "\\\\x"
ROW, GUARDIAN, PROBLEM = ImportRow.__table__, ImportGuardian.__table__, ImportProblem.__table__
PUPIL_FIELDS = tuple(c.name for c in ROW.c if c.name in PupilFields.__annotations__)
GUARDIAN_FIELDS = tuple(c.name for c in GUARDIAN.c if c.name in GuardianFields.__annotations__)
FROM_CELLS = tuple(name for name in PUPIL_FIELDS if name != "id_digest")
ROW_COLUMNS = ("row_no", *FROM_CELLS, "id_digest", "class_number", "class_id", "grade_id")
GUARDIAN_COLUMNS = ("row_no", "ordinal", *GUARDIAN_FIELDS)
PROBLEM_COLUMNS = ("row_no", "heading", "code", "severity", "value", "params")


def _like(table: Any, name: str, columns: Sequence[str]) -> Table:
    return Table(
        name,
        MetaData(),
        *(Column(column, table.c[column].type) for column in columns),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


STAGED_ROW = _like(ROW, "staged_row", ROW_COLUMNS)
STAGED_GUARDIAN = _like(GUARDIAN, "staged_guardian", GUARDIAN_COLUMNS)
STAGED_KEY = _like(ROW, "staged_key", ("row_no", "id_digest"))  # of refused rows, too
STAGED_PROBLEM = _like(PROBLEM, "staged_problem", PROBLEM_COLUMNS)
STAGED = (STAGED_ROW, STAGED_GUARDIAN, STAGED_KEY, STAGED_PROBLEM)
MADE = Table(
    "made",
    MetaData(),
    Column("row_no", Integer, primary_key=True, autoincrement=False),
    Column("student_id", BigInteger),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)


def make(session: Session, *tables: Table) -> None:
    """Make temporary tables anew, for the rest of the transaction."""
    for table in tables:
        session.execute(DropTable(table, if_exists=True))
        session.execute(CreateTable(table))


def load(session: Session, block: Block, facts: Facts) -> None:
    """Load one block: its good rows with their families, the keys of all rows, the problems."""
    good = block.good()
    keys = _digests(block.values["id_number"])
    known = [at for at, key in enumerate(keys) if key != NULL]
    numbers = [str(number) for number in block.numbers]
    _copy(session, STAGED_KEY, [_at(numbers, known), _at(keys, known)])
    _copy(session, STAGED_ROW, _pupils(block, facts, numbers, keys, good))
    for ordinal in MEMBERS:
        _copy(session, STAGED_GUARDIAN, _family(block, numbers, ordinal, good))
    load_problems(session, block.problems)


def load_problems(session: Session, problems: Sequence[Problem]) -> None:
    """Load what is wrong; these values come from anywhere, so psycopg does the quoting."""
    if not problems:
        return
    with cursor(session).copy(into(STAGED_PROBLEM)) as copy:
        for found in problems:
            severity = Severity.ERROR if found.is_error else Severity.WARNING
            value = found.value.replace("\0", "") if found.value else None
            params = json.dumps(dict(found.params), ensure_ascii=False)
            copy.write_row((found.row, found.heading, found.code, severity.name, value, params))


def _pupils(
    block: Block, facts: Facts, numbers: list[str], keys: list[str], good: list[int]
) -> list[list[str]]:
    cells = [_written(_at(block.values[name], good), _purpose(ROW, name)) for name in FROM_CELLS]
    classes = _at(block.values["class_number"], good)
    rooms: list[Room] = [facts.classes[number] for number in classes]
    return [
        _at(numbers, good), *cells, _at(keys, good), classes,
        [str(room.class_id) for room in rooms], [str(room.grade_id) for room in rooms],
    ]  # fmt: skip


def _family(block: Block, numbers: list[str], ordinal: int, good: list[int]) -> list[list[str]]:
    cells = [
        _written(_at(block.values[f"member{ordinal}_{name}"], good), _purpose(GUARDIAN, name))
        for name in GUARDIAN_FIELDS
    ]
    return [_at(numbers, good), [str(ordinal)] * len(good), *cells]


def _digests(values: list[Any]) -> list[str]:
    digest = KEYS.digest
    return [HEX + digest(value).hex() if isinstance(value, str) else NULL for value in values]


def _at(values: list[Any], places: list[int]) -> list[Any]:
    return values if len(places) == len(values) else [values[at] for at in places]


def _purpose(table: Any, column: str) -> str | None:
    kind = table.c[column].type
    return kind.purpose if isinstance(kind, Sealed) else None


def _written(values: list[Any], purpose: str | None) -> list[str]:
    """Return values as COPY reads them, each distinct one written once but sealed each time."""
    if purpose is not None:
        return [NULL if v is None else HEX + v.hex() for v in KEYS.seal_all(values, purpose)]
    texts = {value: _text(value) for value in set(values)}
    return list(map(texts.__getitem__, values))


def _text(value: object) -> str:
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.replace("\\", "\\\\")  # readers leave no line break and no tab
    if isinstance(value, bool):
        return "t" if value else "f"
    return value.isoformat() if isinstance(value, date) else str(value)


def _copy(session: Session, table: Table, columns: list[list[str]]) -> None:
    if not columns[0]:
        return
    lines = "\n".join(map("\t".join, zip(*columns, strict=True)))
    with cursor(session).copy(into(table)) as copy:
        copy.write(lines + "\n")


def look_over(session: Session, *tables: Table) -> None:
    """Let the planner know what temporary tables hold, or it reads the whole registry."""
    for table in tables:
        cursor(session).execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table.name)))


def into(table: Table) -> sql.Composed:
    """Return the COPY that fills a table."""
    columns = sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns)
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)


def cursor(session: Session) -> Any:
    """Return psycopg's own cursor on a session's connection."""
    connection = session.connection().connection.driver_connection
    if connection is None:  # pragma: no cover  a session in a transaction has one
        raise LookupError("no connection")
    return connection.cursor()
