"""What every registry has from its first day: codes, divisions and roles.

All of it follows the program: `xueji init` after an upgrade brings the database to what the files
say. Codes that people added are theirs and stay as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import click
from sqlalchemy import (
    Connection,
    case,
    create_engine,
    false,
    func,
    or_,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from app.cli.key_files import unlock
from app.codes import divisions, tables
from app.models.base import fab_models
from app.models.code import CodeValue, Division
from app.models.sealed import KEYS
from app.policies.key_checks import vouch
from app.policies.roles import Role
from config import ENGINE, Config

DIVISIONS, ENUMS = "admin_division", "system_enums"
SHIPPED = "shipped"  # in a code's extras: it came with the program (true), and left with it (false)
FAB_OWN = ("Admin", "Public")  # Flask-AppBuilder asks for these rows; nobody is given either


def init_all(config: Config | None = None) -> None:
    """Fill in everything that follows the program, and say so in one line; may be repeated."""
    config = config or Config.read()
    engine = create_engine(config.needed("owner_database_url"), **ENGINE)
    unlock(config)
    with engine.begin() as connection:
        vouch(connection, KEYS, config.key_file)
        codes = load_codes(connection)
        places = load_divisions(connection)
        roles = load_roles(connection)
    engine.dispose()
    click.echo(f"{codes} codes, {places} administrative divisions and {roles} roles are in place")


def load_codes(connection: Connection) -> int:
    """Bring the code tables to what the files say; return how many codes they have."""
    rows = [
        {
            "table_name": name,
            "code": entry.code,
            "name_zh": entry.name_zh,
            "name_en": entry.name_en,
            "source": entry.source,
            "extras": {**entry.extras, SHIPPED: True},
            "position": position,
        }
        for name in table_names()
        for position, entry in enumerate(tables.table(name), 1)
    ]
    shipped = CodeValue.extras[SHIPPED].astext
    returned = case((shipped == "false", None), else_=CodeValue.disabled_on)
    upsert(connection, CodeValue, ("table_name", "code"), rows, returned)
    gone = update(CodeValue).where(
        tuple_(CodeValue.table_name, CodeValue.code).not_in(
            [(row["table_name"], row["code"]) for row in rows]
        ),
        shipped == "true",
    )
    extras = CodeValue.extras.op("||")(func.jsonb_build_object(SHIPPED, false()))
    connection.execute(
        gone.values(disabled_on=func.coalesce(CodeValue.disabled_on, today()), extras=extras)
    )
    return len(rows)


def load_divisions(connection: Connection) -> int:
    """Bring the administrative divisions to what the file says; return how many there are."""
    rows = [
        {
            "code": entry.code,
            "name_zh": entry.name_zh,
            "full_name": divisions.full_name(entry.code),
            "level": entry.extras["level"],
            "parent": entry.extras["parent"] or None,
            "statistical_zone": entry.extras["statistical_zone"] == "1",
        }
        for entry in tables.table(DIVISIONS)
    ]
    upsert(connection, Division, ("code",), rows, None)
    gone = Division.code.not_in([row["code"] for row in rows]) & Division.disabled_on.is_(None)
    connection.execute(update(Division).where(gone).values(disabled_on=today()))
    return len(rows)


def upsert(
    connection: Connection,
    model: type[CodeValue | Division],
    key: tuple[str, ...],
    rows: list[dict[str, Any]],
    disabled_on: Any,
) -> None:
    """Insert rows, or update those that differ; ``disabled_on`` is what becomes of that day."""
    fresh, columns = insert(model), model.__table__.c
    values = {name: fresh.excluded[name] for name in rows[0] if name not in key}
    differs = or_(*(columns[name].is_distinct_from(value) for name, value in values.items()))
    connection.execute(
        fresh.on_conflict_do_update(
            index_elements=key,
            set_={**values, "disabled_on": disabled_on},
            where=or_(differs, columns.disabled_on.is_not(None)),
        ),
        rows,
    )


def load_roles(connection: Connection) -> int:
    """Write the rows Flask-AppBuilder knows roles by; their rights are code, not rows."""
    role = fab_models.Role
    rows = [{"name": str(name)} for name in (*FAB_OWN, *Role)]
    connection.execute(insert(role).on_conflict_do_nothing(index_elements=["name"]), rows)
    return len(Role)


def table_names() -> Iterator[str]:
    """Yield the name of every code table; the system's own enums are one table each."""
    yield from (name for name in tables.names() if name not in (DIVISIONS, ENUMS))
    with (tables.DATA / f"{ENUMS}.csv").open(encoding="utf-8", newline="") as lines:
        yield from dict.fromkeys(row["enum"] for row in csv.DictReader(lines))


def today() -> date:
    """Return the day on which codes that left the program are disabled."""
    return datetime.now(UTC).date()
