"""Filters that reach an index under row-level security.

Under row-level security only leakproof operators reach an index: equality and order on text,
numbers and days, and the prefix operator ``^@``. So there is no "contains" and no ILIKE here.
A value that cannot be read matches nothing: a bent address shows an empty list, never an error.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask_appbuilder.models.filters import BaseFilter, BaseFilterConverter, FilterRelation
from flask_babel import lazy_gettext as _
from sqlalchemy import false
from sqlalchemy import inspect as mapped

from app.codes.workdays import BEIJING
from app.models.sealed import KEYS

LONGEST = 100  # characters of a value somebody may look for
MOST = 60  # values of one filter
BIGGEST = 2**31


class ValueFilter(BaseFilter):
    """A filter over one column: `read` makes a value of the text, `compare` asks for it."""

    control = "text"

    def apply(self, query: Any, value: Any) -> Any:
        """Narrow the query; unreadable values match nothing, none at all narrow nothing."""
        texts = value if isinstance(value, list) else [value]
        asked = [text for text in texts if text not in (None, "")][:MOST]
        if not asked:
            return query
        column = getattr(self.model, self.column_name)
        values = [known for text in asked if (known := self._known(text)) is not None]
        return query.filter(self.compare(column, values) if values else false())

    def _known(self, text: Any) -> Any:
        try:
            return self.read(readable(str(text)))
        except (ValueError, KeyError):
            return None

    def read(self, text: str) -> Any:
        """Return the value a text stands for, or raise ValueError or KeyError."""
        return text

    def compare(self, column: Any, values: list[Any]) -> Any:
        """Return the condition; several values mean any of them."""
        return column.in_(values)


class PrefixFilter(ValueFilter):
    """What begins with these characters (a name, a number, a code)."""

    name = _("Begins with")
    arg_name = "in"  # FAB hands a list of values on whole only to filters so named
    control = "prefix"

    def compare(self, column: Any, values: list[Any]) -> Any:
        """Ask by ``^@``, which reaches a ``COLLATE "C"`` index."""
        return column.op("^@", is_comparison=True)(values[0])


class EqualFilter(ValueFilter):
    """The same text."""

    name = _("Is")
    arg_name = "in"


class CodeFilter(ValueFilter):
    """One of the chosen codes or states."""

    name = _("Is one of")
    arg_name = "in"
    control = "codes"


class StateFilter(CodeFilter):
    """One of the chosen members of an enum."""

    def read(self, text: str) -> Any:
        """Return the member of that name."""
        return getattr(self.model, self.column_name).type.enum_class[text]


class YesFilter(ValueFilter):
    """Yes or no."""

    name = _("Is")
    arg_name = "in"
    control = "yes_no"

    def read(self, text: str) -> bool:
        """Return what y or n stands for."""
        return {"y": True, "n": False}[text]


class NumberFilter(ValueFilter):
    """The same whole number."""

    name = _("Is")
    arg_name = "in"
    control = "number"

    def read(self, text: str) -> int:
        """Return a number a column of the database can hold."""
        if abs(number := int(text)) >= BIGGEST:
            raise ValueError(text)
        return number


class DayFilter(ValueFilter):
    """A bound of a period of days."""

    arg_name = "in"
    control = "day"

    def read(self, text: str) -> date:
        """Return the day."""
        return date.fromisoformat(text)


class FromFilter(DayFilter):
    """On that day or later."""

    name = _("From")

    def compare(self, column: Any, values: list[Any]) -> Any:
        """Ask for the first moment of the day and what follows."""
        return column >= _midnight(column, values[0])


class UntilFilter(DayFilter):
    """On that day or earlier."""

    name = _("Until")

    def compare(self, column: Any, values: list[Any]) -> Any:
        """Ask for what precedes the following day."""
        if values[0] == date.max:
            return column.is_not(None)
        return column < _midnight(column, values[0] + timedelta(days=1))


class DigestFilter(ValueFilter):
    """The same sealed value, found by its keyed digest."""

    name = _("Is exactly")
    arg_name = "in"
    control = "exact"

    def read(self, text: str) -> bytes:
        """Return the digest of what was typed, without blanks and with capitals."""
        return KEYS.digest("".join(text.split()).upper())

    def compare(self, column: Any, values: list[Any]) -> Any:
        """Ask the digest's column; the sealed one is never compared."""
        return getattr(self.model, f"{column.key}_digest").in_(values)


class RelationFilter(ValueFilter, FilterRelation):
    """The rows of one chosen record."""

    name = _("Is")
    arg_name = "in"
    control = "relation"

    def apply(self, query: Any, value: Any) -> Any:
        """Compare the foreign key; no other table is asked."""
        relation = mapped(self.model).relationships[self.column_name]
        (pair, *_rest) = relation.local_remote_pairs
        keys = value if isinstance(value, list) else [value]
        numbers = [number for key in keys if (number := key_of(key)) is not None]
        return query.filter(pair[0].in_(numbers) if numbers else false())


class ManyFilter(FilterRelation):
    """The rows that have a chosen record among their many."""

    name = _("Has")
    arg_name = "in"
    control = "relation"

    def apply(self, query: Any, value: Any) -> Any:
        """Ask by EXISTS."""
        relation = getattr(self.model, self.column_name)
        (pk,) = relation.property.mapper.primary_key
        keys = value if isinstance(value, list) else [value]
        numbers = [number for key in keys if (number := key_of(key)) is not None]
        return query.filter(relation.any(pk.in_(numbers)) if numbers else false())


class IndexFriendly(BaseFilterConverter):
    """Which filters a kind of column offers."""

    conversion_table = (
        ("is_relation_many_to_one", [RelationFilter]),
        ("is_relation_one_to_one", [RelationFilter]),
        ("is_relation_many_to_many", [ManyFilter]),
        ("is_relation_one_to_many", [ManyFilter]),
        ("is_enum", [StateFilter]),
        ("is_sealed", [DigestFilter]),
        ("is_text", [PrefixFilter]),
        ("is_string", [PrefixFilter]),
        ("is_boolean", [YesFilter]),
        ("is_integer", [NumberFilter]),
        ("is_date", [FromFilter, UntilFilter]),
        ("is_datetime", [FromFilter, UntilFilter]),
    )

    def convert(self, col_name: str) -> list[BaseFilter]:
        """Return the filters of a column; a kind that is not in the table has none."""
        for asks, filters in self.conversion_table:
            if getattr(self.datamodel, asks)(col_name):
                return [kind(col_name, self.datamodel) for kind in filters]
        return []


def readable(text: str) -> str:
    """Return a text PostgreSQL can take, or raise ValueError."""
    if len(text) > LONGEST or "\x00" in text:
        raise ValueError(text[:10])
    text.encode()  # a lone surrogate raises UnicodeEncodeError, which is a ValueError
    return text.strip()


def key_of(value: Any) -> int | None:
    """Return a text as the key of a row, or None when no column could hold it."""
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and int(text) < BIGGEST else None


def _midnight(column: Any, on: date) -> Any:
    if column.type.python_type is date:
        return on
    return datetime.combine(on, time(), BEIJING)
