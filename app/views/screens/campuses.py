"""校区: a school's sites, and the range of class serials each has (P01)."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms.validators import NumberRange

from app.errors import Refused
from app.models.school import Campus
from app.views.actor import current_actor, session
from app.views.scoped import ScopedInterface
from app.views.screens.choices import DIVISION, SCHOOL
from app.views.screens.own_school import OwnSchoolView
from app.views.screens.places import LINE, place_of
from app.views.screens.recorded import RecordedView
from app.workflows.school_structure import campus_refusals, may_delete_campus

SERIAL = NumberRange(1, 99, message=_("A serial is a number from 1 to 99."))


class CampusView(OwnSchoolView, RecordedView):
    """A school's sites; each has a range of class serials of its own."""

    datamodel = ScopedInterface(Campus)
    class_permission_name = "Campus"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    route_base = "/campuses"
    base_order = ("owner_path", "asc")
    load = ("school.organisation",)

    list_title, show_title = _("Campuses"), _("Campus")
    add_title, edit_title = _("Add a campus"), _("Campus")
    unit = _("campuses")
    label_columns = {
        "school": _("School"),
        "number": _("Number"),
        "name": _("Name"),
        "division": _("Division"),
        "head_name": _("In charge"),
        "phone": _("Telephone"),
        "serial_from": _("Class serials from"),
        "serial_to": _("Class serials to"),
    }
    description_columns = {
        "number": _("1 is the main campus."),
        "serial_from": _("The last two digits of the class numbers given out on this campus."),
        "division": _("Type a place or the beginning of its 12-digit code."),
    }
    list_columns = ["name", "school", "number", "serial_from", "serial_to", "head_name"]
    order_columns = ["number", "name"]
    search_columns = ["school", "name"]
    show_columns = [*list_columns, "division", "phone"]
    add_columns = [
        "number",
        "name",
        "division",
        "head_name",
        "phone",
        "serial_from",
        "serial_to",
    ]
    edit_columns = add_columns
    validators_columns = {
        "number": [NumberRange(1, 99)],
        "phone": [LINE],
        "serial_from": [SERIAL],
        "serial_to": [SERIAL],
    }
    column_classes = {"school": "wide", "number": "r", "serial_from": "r", "serial_to": "r"}
    formatters_columns = {"division": place_of}
    lookups = {"school": SCHOOL, "division": DIVISION}

    def prepare(self, item: Any) -> None:
        """Give the campus to the school of whoever adds it."""
        item.school_id = current_actor().organisation_id

    def check(self, item: Any) -> None:
        """Keep the ranges of two campuses apart."""
        if why := campus_refusals(session(), item):
            raise Refused(*why)

    def release(self, item: Any) -> None:
        """Keep a campus with classes."""
        may_delete_campus(session(), item)
