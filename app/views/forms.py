"""Forms drawn from a model: codes and states by their words, relations by a look-up.

FAB's own converter writes member names into selects, every school into every form, and tells
through its Unique check that a number exists elsewhere; the database answers that on saving.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Any

from flask_appbuilder.forms import DynamicForm, GeneralModelConverter
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField
from wtforms import TextAreaField as LongField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import DateInput, Select, TextArea, TextInput

from app.views.labels import choices_of
from app.views.lookup import Lookup, LookupField
from app.views.once import ONCE, word

LARGEST = 2**31 - 1
OPENED = "_opened"  # what the fields showed when the form was opened
VERSION = "row_version"


class CodeSelect(Select):
    """A select of codes; long ones are searched as one types."""

    SEARCHED_FROM = 12

    def __call__(self, field: Any, **kwargs: Any) -> Any:
        """Draw the select."""
        kwargs["class"] = "form-control"
        if len(field.choices) > self.SEARCHED_FROM:
            kwargs["data-search"] = "1"
        return super().__call__(field, **kwargs)


class CodeField(SelectField):
    """A code of a table, or a member of an enum, chosen by its word."""

    widget = CodeSelect()

    def __init__(self, *args: Any, family: str | type[Enum], **kwargs: Any) -> None:
        self.enum = None if isinstance(family, str) else family
        kwargs.update(choices=lambda: [("", ""), *choices_of(family)], coerce=self._coerced)
        super().__init__(*args, **kwargs)

    def _coerced(self, value: Any) -> Any:
        if value in (None, ""):
            return None
        if self.enum is None or isinstance(value, self.enum):
            return value
        try:
            return self.enum[value]
        except KeyError as error:
            raise ValueError(value) from error

    def iter_choices(self) -> Any:
        """Yield the choices; the chosen one is the one whose value the field holds."""
        for value, label in self.choices:
            yield value, label, self._coerced(value) == self.data, {}

    def pre_validate(self, form: Any) -> None:
        """Refuse a code that is not in the table."""
        del form
        if self.data is not None and self.data not in [self._coerced(v) for v, _w in self.choices]:
            raise ValidationError(_("Not in the list. Choose again."))


class Line(TextInput):
    """A line of text; no placeholder, which would only repeat the label."""

    def __call__(self, field: Any, **kwargs: Any) -> Any:
        """Draw the field."""
        kwargs["class"] = "form-control"
        kwargs.setdefault("autocomplete", "off")
        return super().__call__(field, **kwargs)


class Lines(TextArea):
    """Several lines of text."""

    def __call__(self, field: Any, **kwargs: Any) -> Any:
        """Draw the field."""
        kwargs.update({"class": "form-control", "rows": 3})
        return super().__call__(field, **kwargs)


class DayInput(DateInput):
    """The browser's own date field: it needs no script and speaks the user's language."""

    def __call__(self, field: Any, **kwargs: Any) -> Any:
        """Draw the field."""
        kwargs["class"] = "form-control"
        return super().__call__(field, **kwargs)


class Words:
    """The framework's own messages, said as our catalogue says them."""

    gettext = staticmethod(gettext)
    ngettext = staticmethod(ngettext)


class HouseForm(DynamicForm):
    """What every form of ours carries: the version it was opened at, and what it showed then."""

    class Meta(DynamicForm.Meta):
        """Messages in our words."""

        def get_translations(self, form: Any) -> Words:
            """Return where the fields of a form look their messages up."""
            del form
            return Words()

    def opened(self) -> str:
        """Return what the fields show now, for the comparison if somebody else is faster."""
        return json.dumps({f.name: shown(f) for f in self if is_shown(f)}, ensure_ascii=False)


class FormMaker(GeneralModelConverter):
    """Make the forms of one view."""

    def __init__(self, view: Any) -> None:
        super().__init__(view.datamodel)
        self.view = view

    def make(self, columns: list[str], extra: Mapping[str, Any], *, versioned: bool) -> type:
        """Return the form class of these columns."""
        view = self.view
        made = super().create_form(
            view.label_columns,
            columns,
            view.description_columns,
            {name: list(checks) for name, checks in view.validators_columns.items()},
            extra,
        )
        carried = {VERSION: HiddenField()} if versioned else {ONCE: HiddenField(default=word)}
        return type("HouseForm", (HouseForm,), {**_fields(made), **carried})

    def _convert_many_to_one(
        self, col_name: str, label: Any, description: Any, checks: list[Any], _rel: Any, props: Any
    ) -> Any:
        model = self.datamodel.get_related_model(col_name)
        lookup = self.view.lookups.get(col_name) or Lookup.usual(model)
        props[col_name] = self._lookup(col_name, lookup, label, description, checks)
        return props

    def _convert_simple(
        self, col_name: str, label: Any, description: Any, checks: list[Any], props: Any
    ) -> Any:
        if col_name in self.view.lookups:
            lookup = self.view.lookups[col_name]
            made = self._lookup(col_name, lookup, label, description, checks, keyed=True)
        else:
            made = self._plain(col_name, label, description, checks)
        props[col_name] = made
        return props

    def _lookup(  # noqa: PLR0913
        self, name: str, lookup: Lookup, label: Any, text: Any, checks: Any, *, keyed: bool = False
    ) -> Any:
        view = self.view
        view.lookups = {**view.lookups, name: lookup}
        return LookupField(
            label,
            self._required(name, checks, InputRequired),
            description=text,
            lookup=lookup,
            keyed=keyed,
            session=lambda: view.datamodel.session,
            address=lambda: f"{view.route_base}/lookup/{name}",
        )

    def _plain(self, name: str, label: Any, text: Any, checks: list[Any]) -> Any:
        """Return the field of a column without a relation."""
        model = self.datamodel
        kwargs = {"description": text, "default": model.get_col_default(name)}
        family = self.view.code_columns.get(name)
        if family or model.is_enum(name):
            known = family or model.list_columns[name].type.enum_class
            required = self._required(name, checks, InputRequired)
            return CodeField(label, required, family=known, **kwargs)
        if model.is_boolean(name):
            return BooleanField(label, checks, **kwargs)
        required = self._required(name, checks, InputRequired)
        if model.is_date(name):
            return DateField(label, required, widget=DayInput(), **kwargs)
        if model.is_integer(name):
            in_range = NumberRange(-LARGEST, LARGEST)
            return IntegerField(label, [*required, in_range], widget=Line(), **kwargs)
        return self._text(name, label, required, kwargs)

    def _text(self, name: str, label: Any, checks: list[Any], kwargs: dict[str, Any]) -> Any:
        model = self.datamodel
        known = model.is_string(name) or model.is_sealed(name) or model.is_text(name)
        if not known:
            msg = f"{self.view.__class__.__name__}: no field for a column like {name}"
            raise TypeError(msg)
        longest = model.get_max_length(name)
        checks = [*checks, Length(max=longest)] if longest > 0 else checks
        kwargs["filters"] = [_trimmed]
        if model.is_sealed(name):
            kwargs["render_kw"] = {"data-sealed": "1"}  # the browser keeps no draft of it
        if model.is_text(name):
            return LongField(label, checks, widget=Lines(), **kwargs)
        return StringField(label, checks, widget=Line(), **kwargs)

    def _required(self, name: str, checks: list[Any], how: type) -> list[Any]:
        return [Optional() if self.datamodel.is_nullable(name) else how(), *checks]


def _fields(form: type) -> dict[str, Any]:
    return {name: value for name, value in vars(form).items() if hasattr(value, "field_class")}


def _trimmed(text: str | None) -> str | None:
    """Cut blanks at the ends; nothing left is none; what no column can hold is refused."""
    if text and "\x00" in text:
        raise ValueError(str(_("Holds a character that cannot be stored. Type it again.")))
    return (text.strip() or None) if text else None


def is_shown(field: Any) -> bool:
    """Tell whether a person sees the field."""
    return field.type not in ("HiddenField", "CSRFTokenField")


def shown(field: Any) -> str:
    """Return what a field shows, in words."""
    if isinstance(field, LookupField):
        chosen = field.chosen()
        return chosen[1] if chosen else ""
    if isinstance(field, CodeField):
        return next((str(w) for v, w, on, _x in field.iter_choices() if on and v != ""), "")
    if isinstance(field, BooleanField):
        return str(_("Yes") if field.data else _("No"))
    return "" if field.data is None else str(field.data)
