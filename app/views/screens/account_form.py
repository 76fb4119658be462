"""The form by which an account is opened: the columns of the workbook, a role, a place, classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import or_
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import Select

from app.imports.teachers import SPEC
from app.models.organisation import Organisation
from app.policies.roles import Role
from app.views.actor import current_actor, session
from app.views.forms import CodeSelect
from app.views.labels import word_of
from app.views.lookup import Lookup, LookupField
from app.views.screens.sheet import field_of
from app.workflows.accounts import OPENS
from app.workflows.authorising import classes_in_use
from app.workflows.opening_accounts import Newcomer

ROUTE = "/accounts"


def at_home() -> bool:
    """Tell whether this person opens accounts of the own house."""
    actor = current_actor()
    return any(role.tier is actor.role.tier for role in OPENS.get(actor.role, ()))


def right_below(choice: Any) -> Any:
    """Narrow a choice of organisations to those whose accounts this person opens."""
    here = current_actor().organisation_id
    below = Organisation.parent_id == here
    return choice.where(or_(below, Organisation.id == here) if at_home() else below)


RIGHT_BELOW = Lookup(Organisation, (Organisation.name, Organisation.code), narrow=right_below)


def roles() -> list[tuple[str, str]]:
    """Return the roles this person opens, with their words."""
    return [(role.value, word_of("Role", role.value)) for role in OPENS[current_actor().role]]


def rooms() -> Iterator[tuple[str, str]]:
    """Yield the classes in use of the person's school."""
    for room in classes_in_use(session(), current_actor().organisation_id):
        yield str(room.id), f"{room.name} {room.number}"


class ManySelect(Select):
    """A select of several; searched as one types."""

    def __init__(self) -> None:
        super().__init__(multiple=True)

    def __call__(self, field: Any, **kwargs: Any) -> Any:
        """Draw the select."""
        kwargs.update({"class": "form-control", "data-search": "1"})
        return super().__call__(field, **kwargs)


FIELDS: dict[str, Any] = {
    "role": SelectField(_("Role"), choices=roles, widget=CodeSelect()),
    "place": LookupField(
        _("Organisation"),
        description=_("Only those right below your own; empty means your own."),
        lookup=RIGHT_BELOW,
        session=session,
        address=lambda: f"{ROUTE}/lookup/place",
    ),
    "login": field_of(SPEC.by_field["login"], ROUTE),
    "name": field_of(SPEC.by_field["name"], ROUTE),
    "phone": field_of(SPEC.by_field["phone"], ROUTE),
    "classes": SelectMultipleField(
        _("Classes"),
        choices=rooms,
        widget=ManySelect(),
        description=_("Whose pupils the teacher looks after. More can be given later."),
    ),
}


def fitted(form: Any) -> Any:
    """Return the form with the fields this person's accounts have."""
    opened = OPENS.get(current_actor().role, ())
    if all(role.tier is current_actor().role.tier for role in opened):
        del form.place
    if not any(role.is_teacher for role in opened):
        del form.classes
    return form


def for_a_registrar(form: Any) -> Any:
    """Return the form with the fields of whoever takes a school's one seat."""
    del form.role, form.place, form.classes
    return form


def newcomer_of(form: Any) -> Newcomer:
    """Return who a valid form is about; without a role it is a school's registrar."""
    chosen = form["classes"].data if "classes" in form else []
    return Newcomer(
        form["login"].value,
        form["name"].value,
        Role(form["role"].data) if "role" in form else Role.SR,
        form["phone"].value,
        tuple(int(room) for room in chosen or ()),
    )


def place_of(form: Any) -> Organisation:
    """Return where the account is opened: the chosen place, else the own house."""
    chosen = form["place"].data if "place" in form else None
    return chosen or session().get_one(Organisation, current_actor().organisation_id)
