"""学校: the schools of one's subtree, and a school's own page of what is said about it (P01)."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Email, InputRequired, Length, NumberRange, Regexp

from app.errors import Refused
from app.models.organisation import Organisation, Tier
from app.models.school import School
from app.views.actor import current_actor, session
from app.views.doors import door
from app.views.forms import Line
from app.views.lookup import Lookup, LookupField
from app.views.scoped import ScopedInterface
from app.views.screens.campuses import CampusView
from app.views.screens.choices import AUTHORITY, DIVISION
from app.views.screens.classes import ClassView
from app.views.screens.grades import GradeView
from app.views.screens.narrowing import WithinFilter
from app.views.screens.own_school import is_at_school
from app.views.screens.places import LINE, place_of
from app.views.screens.recorded import RecordedView
from app.views.screens.row_changes import Remembering
from app.workflows.school_structure import school_refusals

YEARS = ["years_primary", "years_junior", "years_senior"]
CONTACT = ["address", "postcode", "head_name", "phone", "fax", "email", "website"]
PLACE = ["division", "urban_rural", "territorial"]
ISSUED = ["organisation.code", "organisation.name", "type"]


class SchoolView(Remembering, RecordedView):
    """The schools of one's subtree; a school completes its own data, its identity is issued."""

    datamodel = ScopedInterface(School)
    class_permission_name = "School"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    route_base = "/schools"
    base_order = ("owner_path", "asc")
    load = ("organisation.parent",)

    list_title, show_title = _("Schools"), _("School")
    add_title, edit_title = _("Add a school"), _("School information")
    unit = _("schools")
    export_sources = ("schools",)
    empty_text = _("The administrator of the system adds schools from the national register.")
    label_columns = {
        "organisation": _("School"),
        "organisation.code": _("School code"),
        "organisation.name": _("Name"),
        "organisation.parent": _("Managing authority"),
        "code": _("School code"),
        "name": _("Name"),
        "authority": _("Managing authority"),
        "owner_path": _("Authority"),
        "territorial": _("Territorial authority"),
        "type": _("School type"),
        "division": _("Division"),
        "urban_rural": _("Urban-rural class"),
        "organizer": _("Organiser"),
        "years_primary": _("Years of primary school"),
        "years_junior": _("Years of junior high"),
        "years_senior": _("Years of senior high"),
        "name_en": _("English name"),
        "address": _("Address"),
        "head_name": _("Head"),
        "phone": _("Office telephone"),
        "fax": _("Fax"),
        "postcode": _("Postcode"),
        "email": _("E-mail"),
        "website": _("Website"),
        "founded": _("Founded in"),
        "state": _("State"),
    }
    description_columns = {
        "years_primary": _("5 or 6; it decides who moves up and who graduates."),
        "years_junior": _("3 or 4."),
        "years_senior": _("3."),
        "division": _("Type a place or the beginning of its 12-digit code."),
        "territorial": _("Where the school stands on the map; cases go to the managing one."),
    }
    list_columns = [
        "organisation",
        "organisation.code",
        "organisation.parent",
        "type",
        "urban_rural",
        "state",
    ]
    order_columns = ["type", "urban_rural", "state"]
    search_columns = ["organisation", "owner_path", "type", "urban_rural", "organizer", "state"]
    show_fieldsets = [
        (_("Identity"), {"fields": [*ISSUED, "organisation.parent", "name_en", "state"]}),
        (_("Place"), {"fields": [*PLACE, "organizer", "founded"]}),
        (_("System length"), {"fields": YEARS}),
        (_("Contact"), {"fields": CONTACT}),
    ]
    add_fieldsets = [
        (_("Identity"), {"fields": ["code", "name", "authority", "type", "organizer"]}),
        (_("Place"), {"fields": PLACE}),
        (_("System length"), {"fields": YEARS}),
    ]
    edit_fieldsets = [
        (_("Identity"), {"fields": [*ISSUED, "name_en", "founded"]}),
        (_("Place"), {"fields": [*PLACE, "organizer"]}),
        (_("System length"), {"fields": YEARS}),
        (_("Contact"), {"fields": CONTACT}),
    ]
    locked_columns = (*ISSUED, "territorial")
    locked_text = _("What has a lock is issued by the authority and not typed in by the school.")
    validators_columns = {
        "years_primary": [NumberRange(5, 6)],
        "years_junior": [NumberRange(3, 4)],
        "years_senior": [NumberRange(3, 3)],
        "phone": [LINE],
        "fax": [LINE],
        "postcode": [Regexp(r"^\d{6}$", message=_("6 digits."))],
        "email": [Email(message=_("An address such as office@school.example."))],
        "website": [Regexp(r"^https?://", message=_("It begins with http:// or https://."))],
        "founded": [
            Regexp(r"^\d{4}(0[1-9]|1[0-2])?$", message=_("A year, or year and month: 199009."))
        ],
    }
    code_columns = {
        "type": "school_type",
        "urban_rural": "urban_rural_class",
        "organizer": "school_organizer",
    }
    column_classes = {
        "organisation": "wide",
        "organisation.code": "mono",
        "organisation.parent": "fold",
        "type": "fold",
        "urban_rural": "fold",
        "state": "state",
    }
    formatters_columns = {"division": place_of}
    own_filters = {"owner_path": WithinFilter}
    related_views = [GradeView, ClassView, CampusView]
    lookups = {
        "organisation": Lookup(
            Organisation,
            (Organisation.name, Organisation.code),
            narrow=lambda choice: choice.where(Organisation.tier == Tier.SCHOOL),
        ),
        "owner_path": AUTHORITY,
        "territorial": AUTHORITY,
        "division": DIVISION,
        "authority": AUTHORITY,
    }
    add_form_extra_fields = {
        "code": StringField(
            _("School code"),
            [InputRequired(), Regexp(r"^\d{10}$", message=_("10 digits, as issued."))],
            description=_("10 digits, as issued."),
            widget=Line(),
        ),
        "name": StringField(_("Name"), [InputRequired(), Length(max=60)], widget=Line()),
        "authority": LookupField(
            _("Managing authority"),
            [InputRequired()],
            description=_("Decides the school's cases; county, city or province."),
            lookup=AUTHORITY,
            session=session,
            address=lambda: "/schools/lookup/authority",
        ),
    }

    @expose("/list/")
    @door()
    def list(self) -> Any:
        """Show the schools; whoever works at one sees it at once."""
        if is_at_school():
            return redirect(url_for("SchoolView.show", pk=current_actor().organisation_id))
        return super().list()

    def prepare(self, item: Any) -> None:
        """Make the organisation the school is; the database derives both paths."""
        item.organisation = Organisation(
            code=item.code, name=item.name, parent=item.authority, tier=Tier.SCHOOL, path=""
        )

    def check(self, item: Any) -> None:
        """Keep a closed school as it is; hold the lengths against the type."""
        if why := school_refusals(item):
            raise Refused(*why)

    def post_edit_redirect(self) -> Any:
        """Go on to the school's page."""
        return redirect(url_for("SchoolView.show", pk=(request.view_args or {})["pk"]))
