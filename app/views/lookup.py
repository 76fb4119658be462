"""Choosing one record among thousands: a select that holds the present choice and asks for more.

A form never carries the other 20,000 schools. The browser asks ``/<view>/lookup/<field>`` for a
page of what begins with the typed text; the server asks the same again when the form comes back,
so a record out of scope cannot be sent either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from markupsafe import Markup
from sqlalchemy import Select, false, or_, select
from sqlalchemy import inspect as mapped
from sqlalchemy.orm import Session
from wtforms import Field
from wtforms.validators import ValidationError
from wtforms.widgets import html_params

from app.views.filters import key_of, readable

PAGE = 20  # records the browser is given at a time
LAST_PAGE = 500
LONGEST_KEY = 40


@dataclass(frozen=True)
class Lookup:
    """Whom one may choose: which columns a typed text may begin, and what narrows the choice.

    ``search`` are columns in ``COLLATE "C"``; ``joins`` are the relations they are reached by.
    ``given`` names other fields of the form that must agree, with the column they are held
    against: ``{"school": SchoolClass.school_id}``. ``narrow`` may add any condition.
    """

    model: Any
    search: tuple[Any, ...]
    joins: tuple[Any, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    narrow: Callable[[Select[Any]], Select[Any]] = lambda choice: choice

    @classmethod
    def usual(cls, model: Any) -> Lookup:
        """Return the look-up of a model that has a name, a code or a number to search by."""
        columns = mapped(model).columns
        return cls(
            model, tuple(getattr(model, n) for n in ("name", "code", "number") if n in columns)
        )

    @property
    def pk(self) -> Any:
        """The key that is sent."""
        (column,) = mapped(self.model).primary_key
        return getattr(self.model, mapped(self.model).get_property_by_column(column).key)

    def find(self, session: Session, key: str, given: Mapping[str, Any]) -> Any:
        """Return the record of that key if it may be chosen, else None."""
        value = key_of(key) if self.pk.type.python_type is int else key[:LONGEST_KEY]
        if value is None or not key.isprintable():
            return None
        return session.scalar(self._choice(given).where(self.pk == value))

    def page(self, session: Session, term: str, number: int, given: Mapping[str, Any]) -> list[Any]:
        """Return one page of what begins with the term, and one more when there is more."""
        choice = self._choice(given)
        if term:
            begins = (column.op("^@", is_comparison=True)(term) for column in self.search)
            choice = choice.where(or_(false(), *begins))  # nothing to search by, nothing found
        order = (*self.search[:1], self.pk)
        page = choice.order_by(*order).offset(min(number, LAST_PAGE) * PAGE).limit(PAGE + 1)
        return list(session.scalars(page))

    def key_of(self, record: Any) -> Any:
        """Return the key of a record."""
        return mapped(record).identity[0] if mapped(record).identity else None

    def _choice(self, given: Mapping[str, Any]) -> Select[Any]:
        choice = select(self.model)
        for relation in self.joins:
            choice = choice.join(relation)
        for name, column in self.given.items():
            if given.get(name):
                choice = choice.where(column == given[name])
        return self.narrow(choice)


class LookupWidget:
    """A select with the present choice only; `selects.js` turns it into a search."""

    def __call__(self, field: LookupField, **kwargs: Any) -> Markup:
        """Draw the select."""
        kwargs.setdefault("id", field.id)
        kwargs["class"] = f"form-control {kwargs.pop('class_', '')}".strip()
        kwargs["data-lookup"] = field.address()
        if field.lookup.given:
            kwargs["data-given"] = " ".join(field.lookup.given)
        chosen = field.chosen()
        option = Markup('<option value="{}" selected>{}</option>').format(*chosen) if chosen else ""
        empty = Markup('<option value=""></option>')
        params = Markup(html_params(name=field.name, **kwargs))  # noqa: S704  escaped by html_params
        return Markup("<select {}>{}{}</select>").format(params, empty, option)


class LookupField(Field):
    """A relation (or, with ``keyed``, a foreign key) chosen by a `Lookup`."""

    widget = LookupWidget()

    def __init__(
        self,
        *args: Any,
        lookup: Lookup,
        session: Callable[[], Session],
        address: Callable[[], str],
        keyed: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lookup, self.session, self.address, self.keyed = lookup, session, address, keyed
        self.sent = ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Find the chosen record, in scope and in agreement with the rest of the form."""
        self.sent = valuelist[0].strip() if valuelist else ""
        record = self._find(self.sent) if self.sent else None
        self.data = self.lookup.key_of(record) if self.keyed and record else record

    def pre_validate(self, form: Any) -> None:
        """Refuse what may not be chosen, without telling whether it exists."""
        del form
        if self.sent and self.data is None:
            raise ValidationError(_("Not in the list. Choose again."))

    def chosen(self) -> tuple[Any, str] | None:
        """Return the key and the name of the present choice."""
        if self.data in (None, ""):
            return None
        record = self._find(str(self.data)) if self.keyed else self.data
        return (self.lookup.key_of(record), str(record)) if record is not None else None

    def _find(self, key: str) -> Any:
        with self.session().no_autoflush:
            return self.lookup.find(self.session(), key, numbers(request.form, self.lookup.given))


def numbers(sent: Any, names: Any) -> dict[str, int]:
    """Return the fields of a form or an address that hold a key."""
    return {name: key for name in names if (key := key_of(sent.get(name, ""))) is not None}


def answer(lookup: Lookup, session: Session) -> dict[str, Any]:
    """Return what the browser asked for, as Select2 reads it."""
    try:
        term = readable(request.args.get("term", ""))
    except ValueError:
        return {"results": [], "pagination": {"more": False}}
    page = max(request.args.get("page", 1, int), 1) - 1
    found = lookup.page(session, term, page, numbers(request.args, lookup.given))
    shown = [{"id": lookup.key_of(row), "text": str(row)} for row in found]
    return {"results": shown[:PAGE], "pagination": {"more": len(shown) > PAGE}}
