"""The form of new values, of a key data change or of a problem: read as columns of a workbook.

What is left empty stays as it is; what is to become empty is ticked. A sealed value is never put
into the form: what was typed before is kept by a mark, or typed anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.imports.spec import Column
from app.imports.students import SPEC
from app.models.change import KeyChange
from app.models.problem import ProblemCase
from app.views.evidence import keys_of
from app.views.filters import readable
from app.views.forms import HouseForm
from app.views.inbox_tabs import number
from app.views.pupil_columns import SEALED
from app.views.screens.enrolling import ROUTE
from app.views.screens.sheet import SheetText, field_of, help_of, label_of, written
from app.workflows.controlled import CATALOGUE
from app.workflows.key_change import as_text, typed

Corrected = KeyChange | ProblemCase  # what brings new values, each with its old one
LONGEST = 500  # characters of the reason, as the column


@dataclass
class Typed:
    """A form as it came in: what each field is to hold, and what is wrong by field."""

    form: Any
    wanted: dict[str, str | None] = field(default_factory=dict)
    emptied: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)  # sealed fields that keep what was typed before
    reason: str = ""
    papers: list[int] = field(default_factory=list)
    seen: int | None = None
    wrong: dict[str, str] = field(default_factory=dict)


def blank(fields: Collection[str], case: Corrected | None, seen: int, reason: str = "") -> Typed:
    """Return an empty form; or with what a case that was sent back asked for, sealed left out."""
    lines = {line.field: line for line in case.lines} if case is not None else {}
    held = {
        name: written(typed(name, line.after))
        for name, line in lines.items()
        if line.after is not None and name not in SEALED
    }
    return Typed(
        form=form_of(frozenset(fields))(formdata=None, data=held),
        emptied={name for name, line in lines.items() if line.after is None},
        kept={name for name, ln in lines.items() if ln.after is not None and name in SEALED},
        reason=reason,
        seen=seen,
    )


def read(fields: Collection[str], sent: MultiDict[str, str], case: Corrected | None) -> Typed:
    """Read a form that came in; a case that was sent back lends what it still keeps."""
    got = Typed(form=form_of(frozenset(fields))(formdata=sent))
    got.emptied = set(sent.getlist("empty")) & {name for name in fields if may_be_empty(name)}
    got.papers, got.seen = keys_of(sent.getlist("paper")), number(sent.get("seen"))
    got.reason, told = _reason(sent.get("reason", ""))
    got.wrong |= {"reason": told} if told else {}
    got.form.validate()
    for each in fields_of(got.form):
        if each.errors:
            got.wrong[each.name] = " ".join(map(str, each.errors))
        elif each.value is not None and each.name in got.emptied:
            got.wrong[each.name] = _("Give a new value, or tick that it becomes empty; not both.")
        elif each.value is not None:
            got.wanted[each.name] = as_text(each.value)
    got.wanted |= dict.fromkeys(got.emptied)
    lent = {line.field: line.after for line in case.lines} if case is not None else {}
    asked = set(sent.getlist("keep")) & set(SEALED) & set(fields) & set(lent)
    got.kept = asked - set(got.wanted)
    got.wanted |= {name: lent[name] for name in got.kept}
    got.wanted = {name: got.wanted[name] for name in CATALOGUE if name in got.wanted}
    return got


def _reason(text: str) -> tuple[str, str]:
    try:
        reason = readable(text)
    except ValueError:
        return "", _("This cannot be stored; type it again.")
    if len(reason) > LONGEST:
        return reason, _("At most %(n)s characters.", n=LONGEST)
    return reason, "" if reason.strip() else _("Say why: what was wrong, and which paper shows it.")


def fields_of(form: Any) -> list[Any]:
    """Return the fields of the columns, in the order of the catalogue."""
    return [form[name] for name in CATALOGUE if name in form]


def may_be_empty(name: str) -> bool:
    """Tell whether the registry may hold nothing in a field."""
    return not SPEC.by_field[name].required


@cache
def form_of(fields: frozenset[str]) -> type[HouseForm]:
    """Return the form class of these fields."""
    made: Mapping[str, Any] = {
        name: _field(replace(SPEC.by_field[name], required=False))
        for name in CATALOGUE
        if name in fields
    }
    return type("KeyChangeForm", (HouseForm,), dict(made))


def _field(column: Column) -> Any:
    if column.field in SEALED:  # the browser keeps no draft of it
        marks = {"data-sealed": "1"}
        return SheetText(
            label_of(column), column=column, description=help_of(column), render_kw=marks
        )
    return field_of(column, ROUTE)
