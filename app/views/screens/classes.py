"""班级: a school's classes; the system gives each its number, and its name unless one is typed."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import Length, NumberRange, Optional

from app.errors import Refused
from app.models.school import Grade, SchoolClass
from app.views.actor import session
from app.views.forms import Line
from app.views.labels import label_of, plain
from app.views.scoped import ScopedInterface
from app.views.screens.choices import CAMPUS, GRADE, SCHOOL
from app.views.screens.own_school import OwnSchoolView
from app.views.screens.recorded import RecordedView
from app.views.screens.row_changes import Remembering
from app.workflows.school_structure import class_refusals, may_delete_class, set_up_class

ORDER = ["name", "campus", "type", "head_teacher", "size_limit", "multigrade", "bilingual"]


class ClassView(Remembering, OwnSchoolView, RecordedView):
    """Classes of one's subtree; only the school adds them, and only an unused one is deleted."""

    datamodel = ScopedInterface(SchoolClass)
    class_permission_name = "SchoolClass"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    route_base = "/classes"
    base_order = ("owner_path", "asc")
    load = ("school.organisation", "grade", "campus")

    list_title, show_title = _("Classes"), _("Class")
    add_title, edit_title = _("Add a class"), _("Class")
    unit = _("classes")
    export_sources = ("classes",)
    empty_text = _("Add the grades first; a class belongs to one of them.")
    label_columns = {
        "number": _("Class number"),
        "name": _("Name"),
        "school": _("School"),
        "grade": _("Grade"),
        "grade.code": _("Level now"),
        "campus": _("Campus"),
        "type": _("Class type"),
        "head_teacher": _("Class teacher"),
        "size_limit": _("Size limit"),
        "multigrade": _("Multigrade class"),
        "bilingual": _("Bilingual teaching"),
        "state": _("State"),
    }
    description_columns = {
        "grade": _("The number is given out by the system: entry year, stage, serial."),
        "size_limit": _("Checked when pupils are placed or transferred."),
    }
    list_columns = [
        "name",
        "number",
        "school",
        "grade.code",
        "type",
        "head_teacher",
        "size_limit",
        "state",
    ]
    order_columns = ["name", "number", "state"]
    search_columns = ["school", "grade", "number", "type", "state"]
    show_columns = [*list_columns, "campus", "multigrade", "bilingual"]
    add_columns = ["grade", *ORDER]
    edit_columns = ["number", "grade", *ORDER, "state"]
    locked_columns = ("number", "grade")
    add_form_extra_fields = {
        "name": StringField(
            _("Name"),
            [Optional(), Length(max=40)],
            description=_("Left empty, it is made of stage, entry year and serial."),
            widget=Line(),
        )
    }
    validators_columns = {"size_limit": [NumberRange(1, 200)]}
    code_columns = {"type": "class_type"}
    column_classes = {
        "number": "mono",
        "school": "wide",
        "type": "fold",
        "size_limit": "r",
        "state": "state",
    }
    formatters_columns = {"grade.code": label_of("grade_level"), "number": plain}
    lookups = {"school": SCHOOL, "grade": GRADE, "campus": CAMPUS}

    def prepare(self, item: Any) -> None:
        """Give out the number, and the name unless one was typed."""
        set_up_class(session(), item, item.grade, item.campus)

    def check(self, item: Any) -> None:
        """Hold the type against the stage; keep a class with pupils open."""
        grade = item.grade or session().get_one(Grade, item.grade_id)
        if why := class_refusals(session(), item, grade.stage):
            raise Refused(*why)

    def release(self, item: Any) -> None:
        """Keep a class in which a pupil was ever placed."""
        may_delete_class(session(), item)
