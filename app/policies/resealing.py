"""Sealing anew, with the newest key, what lies sealed with older ones; as the owner, online.

Which columns are sealed is asked of the models. Small transactions by primary key lock a few rows
at a time; what is done already is known by its first byte, so that a killed run just begins again.
No version is raised, no stamp, no history (`trail_triggers.REKEYING`): nothing has changed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Engine,
    LargeBinary,
    Row,
    Select,
    Table,
    Text,
    and_,
    cast,
    exists,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import SQLAlchemyError

from app.errors import Busy, Stale, told
from app.models.audit import RowHistory
from app.models.base import Model
from app.models.every import MODULES
from app.models.sealed import KEYS, Locked, Sealed
from config import BadSetting

assert MODULES  # noqa: S101  the import fills the metadata
REASON = "keys.rotate"  # what triggers and policies know a rotation by
BEGIN = "SELECT set_config('app.reason', %s, true), set_config('lock_timeout', '10s', true)"
ROWS = 2_000  # a transaction
TRIES, PAUSE_SECONDS = 20, 0.5  # when somebody else holds the rows
HISTORY: Table = RowHistory.__table__
HEX = "\\x"  # how PostgreSQL writes bytes into JSON


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table and its sealed columns, each with the purpose its values were sealed for."""

    table: Table
    purposes: dict[str, str]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    @property
    def key(self) -> ColumnElement[int]:
        """The one column of the primary key."""
        (key,) = self.table.primary_key.columns
        return key

    def raw(self, name: str) -> ColumnElement[bytes]:
        """Return a sealed column as it lies there."""
        return type_coerce(self.table.c[name], LargeBinary).label(name)

    def old(self, active: int) -> ColumnElement[bool]:
        """Return the condition that something in a row is not sealed with the active key."""
        first = (func.substr(self.raw(name), 1, 1, type_=LargeBinary) for name in self.purposes)
        return or_(*(byte != bytes((active,)) for byte in first))

    def some(self, active: int, after: int, upto: int) -> Select[Any]:
        """Return the question for the rows between two keys to seal anew, which it locks."""
        wanted: list[Any] = [self.key.label("key"), *map(self.raw, self.purposes)]
        return between(select(*wanted).where(self.old(active)), self.key, after, upto)

    def write(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        """Seal the values of some rows anew."""
        columns = {
            name: [resealed(row._mapping[name], purpose) for row in rows]  # noqa: SLF001  public
            for name, purpose in self.purposes.items()
        }
        arrays = (cast(values, ARRAY(LargeBinary)) for values in columns.values())
        fresh = func.unnest(cast([row.key for row in rows], ARRAY(self.key.type)), *arrays)
        new = fresh.table_valued("key", *columns, name="fresh").render_derived()
        change = update(self.table).where(self.key == new.c.key)
        connection.execute(change.values({name: new.c[name] for name in columns}))


class SealedHistory:
    """What sealed columns were before and after, in the history of their rows."""

    name, key = HISTORY.name, HISTORY.c.id

    def __init__(self, tables: Sequence[SealedTable]) -> None:
        self.purposes = {each.name: each.purposes for each in tables}

    def old(self, active: int) -> ColumnElement[bool]:
        """Return the condition that a line holds a value not sealed with the active key."""
        now = f"{HEX}{active:02x}"
        return or_(
            *(
                and_(
                    HISTORY.c.table_name == table,
                    or_(
                        *(
                            func.left(side[name].astext, len(now)) != now
                            for name in purposes
                            for side in (HISTORY.c.before, HISTORY.c.after)
                        )
                    ),
                )
                for table, purposes in self.purposes.items()
            )
        )

    def some(self, active: int, after: int, upto: int) -> Select[Any]:
        """Return the question for the lines between two keys to seal anew, which it locks."""
        c = HISTORY.c
        wanted = select(c.id.label("key"), c.table_name, c.before, c.after)
        return between(wanted.where(self.old(active)), c.id, after, upto)

    def write(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        """Seal the values in some lines anew; all else in them stays as it was written."""
        keys = [row.key for row in rows]
        sides = (
            [self.patch(row.table_name, row.before) for row in rows],
            [self.patch(row.table_name, row.after) for row in rows],
        )
        arrays = (cast(side, ARRAY(Text)) for side in sides)
        fresh = func.unnest(cast(keys, ARRAY(self.key.type)), *arrays)
        new = fresh.table_valued("key", "before", "after", name="fresh").render_derived()
        change = update(HISTORY).where(self.key == new.c.key)
        connection.execute(
            change.values(
                before=HISTORY.c.before.concat(cast(new.c.before, JSONB)),
                after=HISTORY.c.after.concat(cast(new.c.after, JSONB)),
            )
        )

    def patch(self, table: str, side: dict[str, Any] | None) -> str:
        """Return, as JSON, the sealed values of one side, sealed anew."""
        held = ((name, (side or {}).get(name), to) for name, to in self.purposes[table].items())
        return json.dumps(
            {
                name: HEX + (resealed(bytes.fromhex(value[len(HEX) :]), purpose) or b"").hex()
                for name, value, purpose in held
                if value is not None
            }
        )


Place = SealedTable | SealedHistory


def places() -> list[Place]:
    """Return everything in the database that holds sealed values, as the models say."""
    tables = [
        SealedTable(table, purposes)
        for table in Model.metadata.sorted_tables
        if (purposes := {c.name: c.type.purpose for c in table.c if isinstance(c.type, Sealed)})
    ]
    return [*tables, SealedHistory(tables)]


def reseal(engine: Engine, place: Place, rows: int = ROWS) -> Iterator[int]:
    """Seal anew what is old in one place; yields how many rows each transaction wrote."""
    after = 0
    while upto := _window(engine, place, after, rows):
        yield _patiently(engine, place, after, upto)
        after = upto


def old_places(connection: Connection) -> list[str]:
    """Return the names of the places where something is not sealed with the active key."""
    active = KEYS.held.active
    return [
        place.name
        for place in places()
        if connection.scalar(select(exists(select(place.key).where(place.old(active)))))
    ]


def begin(connection: Connection) -> None:
    """Let a transaction of the owner see sealed rows, and let triggers know what it is for."""
    connection.exec_driver_sql(BEGIN, (REASON,))


def between(wanted: Select[Any], key: ColumnElement[int], after: int, upto: int) -> Select[Any]:
    """Return the question narrowed to a window of keys, whose rows it locks against changes."""
    return wanted.where(key > after, key <= upto).order_by(key).with_for_update(key_share=True)


def resealed(value: Any, purpose: str) -> bytes | None:
    """Return a value sealed with the active key; one that already is stays as it is."""
    if value is None or value[0] == KEYS.held.active:
        return value if value is None else bytes(value)
    return KEYS.reseal(bytes(value), purpose)


def _window(engine: Engine, place: Place, after: int, rows: int) -> int:
    """Return the key of the last of the next rows, 0 after the end.

    Windows of keys, because old rows are many at first and few at last: a plan made for few would
    sort them all for each step.
    """
    with engine.begin() as connection:
        begin(connection)
        following = select(place.key.label("key")).where(place.key > after)
        some = following.order_by(place.key).limit(rows).subquery()
        return connection.scalar(select(func.max(some.c.key))) or 0


def _patiently(engine: Engine, place: Place, after: int, upto: int) -> int:
    """Do one transaction; whoever holds its rows is waited for."""
    for _ in range(TRIES - 1):
        try:
            return _step(engine, place, after, upto)
        except SQLAlchemyError as error:
            if not isinstance(told(error), Busy | Stale):
                raise
            time.sleep(PAUSE_SECONDS)
    return _step(engine, place, after, upto)


def _step(engine: Engine, place: Place, after: int, upto: int) -> int:
    with engine.begin() as connection:
        begin(connection)
        found = connection.execute(place.some(KEYS.held.active, after, upto)).all()
        try:
            if found:
                place.write(connection, found)
        except Locked:
            raise BadSetting(
                f"A value in {place.name}, rows {found[0].key} to {found[-1].key}, opens with no"
                " key of the file: put the key it was sealed with back into it, below the others."
            ) from None
    return len(found)
