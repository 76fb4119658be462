"""Form fields that are columns of the template: one label, one reader, one set of codes.

A form and a workbook are judged alike because they are drawn from the same `Column`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from wtforms import Field, StringField
from wtforms.validators import ValidationError

from app.errors import BadCell, Refusal
from app.imports.check import MISSING
from app.imports.readers import plain
from app.imports.spec import Column
from app.messages.catalogue import text_of
from app.views.actor import session
from app.views.forms import CodeField, DayInput, Line
from app.views.lookup import LookupField
from app.views.screens.choices import DIVISION
from app.views.words import lang, say

Choices = Callable[[], Iterable[tuple[str, str]]]
BLANK = ("", "")


def label_of(column: Column, prefix: str = "") -> Any:
    """Return the name of a column in the language of the page, without a member's prefix."""

    def said() -> str:
        if lang() == "zh":
            return column.heading.removeprefix(f"成员{prefix}" if prefix else "")
        label = column.label.removeprefix(f"Member {prefix} " if prefix else "")
        return label[:1].upper() + label[1:]

    return LazyString(said)


def help_of(column: Column) -> Any:
    """Return how a column is written, when its reader says so without more to fill in."""
    expects = column.kind.expects
    if expects is None or "{" in text_of(expects).zh or column.kind.name in ("date", "class"):
        return ""
    return LazyString(lambda: say(Refusal(expects)))


def told(column: Column, refusals: Iterable[Refusal]) -> list[str]:
    """Say refusals about a column by its name in the language of the page."""
    heading = str(label_of(column))
    return [say(Refusal(one.code, {**one.params, "heading": heading})) for one in refusals]


def beside(column: Column, refusals: Iterable[Refusal]) -> list[str]:
    """Say refusals beside the field they are about, whose name stands there already."""
    heading = str(label_of(column))
    said = (text.removeprefix(f"“{heading}”").lstrip("：") for text in told(column, refusals))
    return [text.removeprefix(heading).lstrip(": ") for text in said]


class SheetField(Field):
    """A field that reads as its column does; ``value`` is what the record will hold."""

    def __init__(self, *args: Any, column: Column, **kwargs: Any) -> None:
        self.column = column
        self.value: Any = None
        super().__init__(*args, **kwargs)
        self.flags.required = column.required

    def process_data(self, value: Any) -> None:
        """Show a stored value as it would be typed."""
        super().process_data(written(value))

    def pre_validate(self, form: Any) -> None:
        """Read what was typed, or say what is wrong with it."""
        del form
        try:
            text = plain(self.data or "")
            self.value = self.column.kind.read(text) if text else None
        except BadCell as bad:
            raise ValidationError(" ".join(beside(self.column, bad.refusals))) from None
        if self.value is None and self.column.required:
            raise ValidationError(" ".join(beside(self.column, [MISSING])))

    def populate_obj(self, obj: Any, name: str) -> None:
        """Store what was read."""
        setattr(obj, name, self.value)


class SheetText(SheetField, StringField):
    """A line of text."""

    widget = Line()


class SheetDay(SheetField, StringField):
    """A day, typed in the browser's own date field."""

    widget = DayInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep the text; the column's reader makes the day of it."""
        self.data = valuelist[0] if valuelist else ""


class SheetChoice(SheetField, CodeField):
    """A code of the column's own part of a table, or one of some other choices."""

    def __init__(self, *args: Any, choices: Choices | None = None, **kwargs: Any) -> None:
        column: Column = kwargs["column"]
        super().__init__(*args, family="yes_no", **kwargs)
        if choices is None and column.kind.choices is not None:
            codes = column.kind.choices
            self.choices = [BLANK, *((entry.code, entry.name(lang())) for entry in codes)]
        elif choices is not None:
            self.choices = [BLANK, *choices()]


class SheetPlace(SheetField, LookupField):
    """A division, searched by name or code."""

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(
            *args, lookup=DIVISION, session=session, address=lambda: address, keyed=True, **kwargs
        )

    def pre_validate(self, form: Any) -> None:
        """Read the chosen code, or say that there is none such."""
        if self.sent and self.data is None:
            raise ValidationError(_("Not in the list. Choose again."))
        super().pre_validate(form)


def written(value: Any) -> Any:
    """Return a stored value as text a form shows."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str) else str(value)


def field_of(
    column: Column, route: str, *, prefix: str = "", choices: Choices | None = None
) -> Any:
    """Return the unbound form field of a column of a screen at ``route``."""
    name = column.field.removeprefix(f"member{prefix}_" if prefix else "")
    kwargs: dict[str, Any] = {"column": column, "description": help_of(column)}
    label = label_of(column, prefix)
    if choices is not None or column.kind.choices is not None:
        return SheetChoice(label, choices=choices, **kwargs)
    if column.kind.name == "division":
        return SheetPlace(label, address=f"{route}/lookup/{name}", **kwargs)
    return (SheetDay if column.kind.name == "date" else SheetText)(label, **kwargs)


def text_in(form: Any) -> dict[str, str]:
    """Return what was typed into the fields of a form, by column."""
    fields = (field for field in form if isinstance(field, SheetField))
    return {field.name: str(getattr(field, "sent", None) or field.data or "") for field in fields}
