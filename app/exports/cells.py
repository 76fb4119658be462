"""Values of the database made into what stands in a cell: opened, masked, in words.

What repeats from row to row (codes, days, names of classes) is worked out once per value.
"""

from __future__ import annotations

from collections.abc import Callable
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
    value_of = _value_of(field, language)
    mask = field.mask if masked else None

    def made(raw: Any) -> str:
        value = None if raw is None else value_of(raw)
        return draw(mask(str(value)) if mask and value is not None else value)

    return Memo(made).__getitem__ if _repeats(field) else made


def sealed_for(field: Field) -> str:
    """Return what a field's values are sealed for; empty when they are not sealed."""
    kind = field.value.type
    return kind.purpose if isinstance(kind, Sealed) else ""


def _repeats(field: Field) -> bool:
    return field.shape is not Shape.TEXT or (field.group is Group.HOUSE and not field.personal)


def _value_of(field: Field, language: str) -> Callable[[Any], Value]:
    if purpose := sealed_for(field):
        return partial(_opened, purpose)
    if field.shape is Shape.CODE:
        return partial(_named, field.table, language)
    if field.shape is Shape.YES_NO:
        return lambda raw: _named("yes_no", language, "1" if raw else "0")
    if field.shape is Shape.DAY:
        return lambda raw: str(raw.isoformat())
    if words := field.words:
        return lambda raw: words[raw].zh if language == "zh" else words[raw].en
    return lambda raw: raw


def _opened(purpose: str, raw: Any) -> str:
    return KEYS.unseal(raw, purpose)


def _named(name: str, language: str, code: str) -> str:
    known = table(name)
    return known[code].name(language) if code in known else code
