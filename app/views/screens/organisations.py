"""机构: the authorities and schools of the country in one tree; the administrator adds to it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms.validators import Regexp

from app.errors import Refused
from app.models.organisation import Organisation
from app.views.scoped import ScopedInterface
from app.views.screens.choices import AUTHORITY
from app.views.screens.recorded import RecordedView
from app.workflows.school_structure import organisation_refusals

CODE = Regexp(r"^(\d{2}|\d{4}|\d{6})$", message=_("2, 4 or 6 digits: province, city, county."))


class OrganisationView(RecordedView):
    """List and card for everybody; authorities are added and renamed, never deleted or moved."""

    datamodel = ScopedInterface(Organisation)
    class_permission_name = "Organisation"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    route_base = "/organisations"
    base_order = ("path", "asc")
    load = ("parent",)

    list_title, show_title = _("Organisations"), _("Organisation")
    add_title, edit_title = _("Add an authority"), _("Organisation")
    unit = _("organisations")
    label_columns = {
        "code": _("Code"),
        "name": _("Name"),
        "tier": _("Tier"),
        "parent": _("Superior"),
        "path": _("Path"),
    }
    description_columns = {
        "code": _("The first digits are those of the superior: 41, 4113, 411302."),
        "parent": _("Type the beginning of its name or code."),
    }
    list_columns = ["name", "code", "tier", "parent"]
    order_columns = ["name", "code"]
    show_columns = ["name", "code", "tier", "parent", "path"]
    search_columns = ["name", "code", "tier", "parent"]
    add_columns = ["parent", "tier", "code", "name"]
    edit_columns = ["name"]
    validators_columns = {"code": [CODE]}
    column_classes = {"name": "wide", "code": "mono", "parent": "fold"}
    lookups = {"parent": AUTHORITY}

    def prepare(self, item: Any) -> None:
        """Refuse what does not stand right below its superior; the path is the database's."""
        item.path = ""
        if why := organisation_refusals(item, item.parent):
            raise Refused(*why)
