"""A field's value as text and back: what a cell of a change holds, whatever kind the field is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.models.sealed import Sealed

TRUE, FALSE = "t", "f"
READERS: Mapping[type, Callable[[str], Any]] = {  # whatever else a field holds is text
    bool: TRUE.__eq__,
    date: date.fromisoformat,
    Decimal: Decimal,
    int: int,
}


def text_of(value: object) -> str | None:
    """Return a value as PostgreSQL reads and writes it: t, f, 2020-05-01, 1.5; None stays None."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return value.isoformat() if isinstance(value, date) else str(value)


def value_of(model: Any, field: str, text: str | None) -> Any:
    """Return the value of a model's field that `text_of` wrote down."""
    if text is None:
        return None
    kind = model.__table__.c[field].type
    return text if isinstance(kind, Sealed) else READERS.get(kind.python_type, str)(text)
