"""年级: a school's cohorts; promotion moves them up, their screen only sets them up (P01)."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms.validators import NumberRange

from app.errors import Refused
from app.models.school import Grade, School
from app.views.actor import current_actor, session, today
from app.views.labels import label_of
from app.views.scoped import ScopedInterface
from app.views.screens.choices import SCHOOL
from app.views.screens.own_school import OwnSchoolView
from app.views.screens.recorded import RecordedView
from app.workflows.school_structure import grade_refusals, set_up_grade


class GradeView(OwnSchoolView, RecordedView):
    """Cohorts: who entered a stage in one year; promotion moves their level, nobody here does."""

    datamodel = ScopedInterface(Grade)
    class_permission_name = "Grade"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    route_base = "/grades"
    base_order = ("owner_path", "asc")
    load = ("school.organisation",)

    list_title, show_title = _("Grades"), _("Grade")
    add_title, edit_title = _("Add a grade"), _("Grade")
    unit = _("grades")
    empty_text = _("A school sets up its grades first, then their classes, then brings in pupils.")
    label_columns = {
        "id": _("Cohort"),
        "school": _("School"),
        "code": _("Level now"),
        "stage": _("Stage"),
        "entry_year": _("Entry year"),
        "years": _("Years"),
        "level": _("Year in the stage"),
        "state": _("State"),
        "promoted_year": _("Moved up in"),
    }
    description_columns = {
        "entry_year": _("The year in which these pupils entered the stage, such as 2026."),
        "years": _("The system length of this cohort."),
    }
    list_columns = ["code", "school", "stage", "entry_year", "years", "state"]
    key_column = "code"
    order_columns = ["stage", "entry_year", "state"]
    search_columns = ["school", "stage", "entry_year", "level", "state"]
    show_columns = [*list_columns, "level", "promoted_year"]
    add_columns = ["stage", "entry_year"]
    edit_columns = ["years"]
    validators_columns = {
        "entry_year": [NumberRange(1980, 2100, message=_("A year of 4 digits."))],
        "years": [NumberRange(3, 6)],
    }
    column_classes = {"school": "wide", "entry_year": "r", "years": "r", "state": "state"}
    formatters_columns = {"code": label_of("grade_level"), "entry_year": str}
    lookups = {"school": SCHOOL}

    def prepare(self, item: Any) -> None:
        """Take length and level from the school and the school year."""
        school = session().get_one(School, current_actor().organisation_id)
        set_up_grade(item, school, today())

    def check(self, item: Any) -> None:
        """Hold the length against the level."""
        if why := grade_refusals(item):
            raise Refused(*why)
