"""Rows of a source at the speed of Core: chosen columns alone, as the database holds them.

One statement reads a part in one snapshot, from a cursor of the server, block by block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Enum,
    LargeBinary,
    Row,
    Select,
    String,
    func,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import Session

from app.exports.columns import Field
from app.exports.sources import Filters, Source
from app.models.sealed import Sealed

BLOCK = 2_000  # rows between two looks at the clock
WHOLE = "1"  # the plan is chosen for reading everything, not for the first tenth


def statement(
    source: Source, fields: Sequence[Field], filters: Filters, after: Sequence[Any] | None
) -> Select[Any]:
    """Return the rows after a key: the fields, then the key, then the school."""
    ends = [*source.order, *(() if source.school is None else (source.school,))]
    asked = source.base.add_columns(*(_bare(each.value) for each in fields), *ends)
    asked = asked.where(*source.conditions(filters)).order_by(*source.order)
    return asked if after is None else asked.where(tuple_(*source.order) > tuple_(*after))


def blocks(session: Session, asked: Select[Any], most: int) -> Iterator[Sequence[Row[Any]]]:
    """Yield the first ``most`` rows in blocks; they are read as they are asked for."""
    session.flush()
    bare = session.connection()  # rows as they come: nothing of an object is asked for
    bare.execute(select(func.set_config("cursor_tuple_fraction", WHOLE, true())))
    found = bare.execute(asked.limit(most), execution_options={"yield_per": BLOCK})
    yield from found.partitions(BLOCK)


def count(session: Session, source: Source, filters: Filters, most: int) -> int:
    """Return how many rows a source has now, and no more than ``most``."""
    asked = source.base.add_columns(source.order[-1]).where(*source.conditions(filters))
    return session.scalar(select(func.count()).select_from(asked.limit(most).subquery())) or 0


def _bare(value: Any) -> Any:
    """Ask for the value as it is stored: what opens or names it knows how, column by column."""
    if isinstance(value.type, Sealed):
        return type_coerce(value, LargeBinary)
    return type_coerce(value, String) if isinstance(value.type, Enum) else value
