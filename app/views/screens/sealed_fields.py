"""Sealed values in a form: masked, left alone unless retyped, seen whole only when asked for.

A registrar who keeps forty pupils a day needs the seat, the commute, the remark; the form of each
must not be forty pupils' addresses. A sealed field that is not sent keeps what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from app.imports.spec import Column
from app.views.doors import may
from app.views.forms import Line
from app.views.revealing import reasons
from app.views.scoped import ScopedModelView
from app.views.screens.sheet import SheetText, help_of, label_of, written

BUTTON = Markup(
    '<button class="btn" type="button" {}="{}" data-into="{}" aria-pressed="false" title="{}">'
    '<i class="fa fa-{}" aria-hidden="true"></i><span class="sr-only">{} {}</span></button>'
)


class SealedLine(Line):
    """The mask, closed; a button that opens it for typing, and one that shows what is stored."""

    def __call__(self, field: Any, **kwargs: Any) -> Any:
        """Draw the field."""
        kwargs["data-sealed"] = "1"
        if not field.mask:
            return super().__call__(field, **kwargs)
        kwargs["data-mask"] = field.mask
        kwargs["disabled"] = field.is_kept
        drawn = [super().__call__(field, **kwargs)]
        label = field.label.text
        anew = _("Type it anew, or leave it as it is")
        drawn.append(BUTTON.format("data-retype", "1", field.id, anew, "pen", anew, label))
        if field.address:
            whole = _("Show the whole number (recorded)")
            drawn.append(
                BUTTON.format("data-reveal", field.address, field.id, whole, "eye", whole, label)
            )
        return Markup('<span class="seal seal-line">{}</span>').format(Markup("").join(drawn))


class SealedField(SheetText):
    """A column of the template whose stored value the form does not show."""

    widget = SealedLine()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.mask = self.address = ""
        super().__init__(*args, **kwargs)

    @property
    def is_kept(self) -> bool:
        """Tell whether nothing was typed in place of what is stored."""
        return bool(self.mask) and (not self.raw_data or self.data == self.mask)

    def process_data(self, value: Any) -> None:
        """Take the mask of a stored value and forget the value."""
        text = written(value)
        self.mask = self.column.mask(text) if text and self.column.mask else text or ""
        self.data = self.mask or None

    def fit(self, value: Any, address: str) -> None:
        """Say what the record holds, masked, and where the whole is asked for."""
        typed, self.address = self.data, address
        self.process_data(value)
        self.data = typed if self.raw_data else self.data

    def pre_validate(self, form: Any) -> None:
        """Judge what was typed; what is kept was judged when it was stored."""
        if not self.is_kept:
            super().pre_validate(form)

    def populate_obj(self, obj: Any, name: str) -> None:
        """Store what was typed."""
        if not self.is_kept:
            super().populate_obj(obj, name)


def sealed_field(column: Column, prefix: str = "") -> Any:
    """Return the unbound form field of a sealed column."""
    return SealedField(label_of(column, prefix), column=column, description=help_of(column))


class SealedForms(ScopedModelView):
    """A screen whose edit form holds sealed fields; `reveal` of the screen shows one whole."""

    sealed_columns: Iterable[str] = ()

    def fit(self, form: Any, item: Any) -> None:
        """Give the sealed fields the masks and the addresses of the record."""
        asks = may(self, "reveal")
        for name in self.sealed_columns:
            if name in form and isinstance(form[name], SealedField):
                address = f"{self.route_base}/reveal/{item.id}/{name}" if asks else ""
                form[name].fit(getattr(item, name), address)

    def _form(self, right: str, form: Any, item: Any = None, **kwargs: Any) -> Any:
        if item is not None:
            kwargs["reasons"] = reasons()
        return super()._form(right, form, item, **kwargs)
