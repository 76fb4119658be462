"""Values of the database made into what stands in a cell: opened, masked, in words.

What repeats from row to row (codes, days, names of classes) is worked out once per value.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from app.codes.tables import table
from app.exports.columns import Field, Group, Shape
from app.models.sealed import KEYS, Sealed

Value = str | int | Decimal | None
Cell = Callable[[Any], str]


class Memo(dict[Any, str]):
    """Cells by the value they stand for, made when they are asked for the first time."""

    def __init__(self, make: Cell) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, value: Any) -> str:
        """Make the cell and keep it."""
        made = self[value] = self.make(value)
        return made


def cell_of(field: Field, language: str, draw: Callable[[Value], str], *, masked: bool) -> Cell:
    """Return what makes the finished cell of a field's value; ``draw`` is the format's own."""
    steps = [_value_of(field, language), field.mask if masked else None]
    made = _joined([step for step in steps if step is not None], draw)
    return Memo(made).__getitem__ if _repeats(field) else made


def _joined(steps: list[Callable[[Any], Any]], draw: Callable[[Value], str]) -> Cell:
    """Join the steps of a cell into one call: this runs once for every cell of an export."""
    empty = draw(None)
    if not steps:
        return draw
    first = steps[0]
    if len(steps) == 1:
        return lambda raw: empty if raw is None else draw(first(raw))
    second = steps[1]
    return lambda raw: empty if raw is None else draw(second(first(raw)))


def sealed_for(field: Field) -> str:
    """Return what a field's values are sealed for; empty when they are not sealed."""
    kind = field.value.type
    return kind.purpose if isinstance(kind, Sealed) else ""


def _repeats(field: Field) -> bool:
    return field.shape is not Shape.TEXT or (field.group is Group.HOUSE and not field.personal)


def _value_of(field: Field, language: str) -> Callable[[Any], Any] | None:
    if purpose := sealed_for(field):
        return KEYS.opener(purpose)
    if field.shape is Shape.CODE:
        return partial(_named, field.table, language)
    if field.shape is Shape.YES_NO:
        return lambda raw: _named("yes_no", language, "1" if raw else "0")
    if field.shape is Shape.DAY:
        return date.isoformat
    if words := field.words:
        return lambda raw: words[raw].zh if language == "zh" else words[raw].en
    return None


def _named(name: str, language: str, code: str) -> str:
    known = table(name)
    return known[code].name(language) if code in known else code
