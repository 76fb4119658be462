"""What is known about a pupil, in the order people ask for it; forms and the archive share it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from app.imports.students import SPEC
from app.views.screens.sheet import label_of

GROUPS = {
    "identity": (
        _("Identity"),
        (
            "id_type",
            "id_number",
            "name",
            "gender",
            "birth_date",
            "ethnic",
            "nationality",
            "overseas_status",
            "birthplace",
            "native_place",
            "id_validity",
            "name_pinyin",
            "former_name",
            "political",
            "health",
        ),
    ),
    "household": (_("Household"), ("hukou_division", "hukou_type")),
    "enrolment": (
        _("Enrolment"),
        (
            "class_number",
            "entry_ym",
            "entry_method",
            "attendance",
            "source",
            "seat_no",
            "aux_number",
            "talent",
        ),
    ),
    "contact": (
        _("Contact"),
        (
            "address_now",
            "address_mail",
            "address_home",
            "phone",
            "postcode",
            "email",
            "homepage",
        ),
    ),
    "welfare": (
        _("Family situation, health and aid"),
        (
            "only_child",
            "preschool",
            "left_behind",
            "migrant_child",
            "orphan",
            "martyr_child",
            "mainstreaming",
            "disability",
            "bought_place",
            "needs_aid",
            "gets_subsidy",
            "commute_km",
            "commute_mode",
            "needs_bus",
            "remark",
        ),
    ),
}

PLACED = ("class_number",)  # where a pupil sits changes by moving, not by typing
FAMILY_SEALED = ("id_number", "address", "phone")

EDITABLE = tuple(
    field for _label, fields in GROUPS.values() for field in fields if field not in PLACED
)
LABELS = {field: label_of(column) for field, column in SPEC.by_field.items()}
