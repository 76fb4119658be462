"""Screens of the tests: what the base classes promise, on tables of the house."""

from flask_appbuilder import BaseView, action, expose

from app.errors import Refusal, Refused
from app.models.organisation import Organisation
from app.models.school import Grade, School, SchoolClass
from app.models.student import Guardian, Student
from app.policies.audit import record
from app.views import labels
from app.views.doors import door
from app.views.lookup import Lookup
from app.views.register import Screen
from app.views.scoped import Line, ScopedInterface
from app.views.screens.recorded import RecordedView

SCHOOL = Lookup(School, (Organisation.name, Organisation.code), joins=(School.organisation,))


class DeskView(BaseView):
    route_base, default_view, class_permission_name = "/desk", "desk", "Desk"

    @expose("/")
    @door("view")
    def desk(self):
        return self.render_template("xueji/base.html", title="Desk")

    @expose("/broken")
    def broken(self):
        raise RuntimeError("110101199001011234")

    @expose("/refused")
    def refused(self):
        raise Refused(Refusal("E-LOCK"), Refusal("app.invalid"))


class GuardianView(RecordedView):
    datamodel = ScopedInterface(Guardian)
    route_base, class_permission_name = "/guardians", "Guardian"
    list_title, add_title, edit_title = "Guardians", "Add a guardian", "Guardian"
    list_columns = show_columns = ["name", "relation"]
    code_columns = {"relation": "guardian_relation"}
    add_columns = ["student", "name", "relation", "address", "phone", "hukou_division"]
    edit_columns = ["name", "relation"]
    prefill_columns = ["student"]
    lookups = {"student": Lookup(Student, (Student.name,))}


class StudentView(RecordedView):
    datamodel = ScopedInterface(Student)
    route_base, class_permission_name = "/pupils", "Student"
    base_permissions = ["can_list", "can_show", "can_edit"]
    method_permission_name = {"mark": "find", "close": "promote"}
    list_title, show_title, edit_title, unit = "Pupils", "Pupil", "Edit", "pupils"
    list_columns = ["name", "number", "school", "school_class", "status"]
    show_columns = ["name", "status", "birth_date"]
    edit_columns = ["name", "address_now", "seat_no"]
    locked_columns = ["name"]
    order_columns = ["name", "status"]
    search_columns = ["name", "number", "status", "school", "school_class", "birth_date", "orphan"]
    personal_columns = ["name", "number"]
    base_order = ("name", "asc")
    load = ["school.organisation", "school_class"]
    formatters_columns = {"number": labels.masked_by("national_number")}
    lookups = {"school": SCHOOL}
    related_views = [GuardianView]

    @action("mark", "Mark", "Mark them?")
    def mark(self, rows):
        rows = rows if isinstance(rows, list) else [rows]
        for pupil in rows:
            pupil.seat_no = 7
        record(self.datamodel.session, "student.marked", pupils=len(rows))
        self.datamodel.session.commit()
        return self.told_lines("Marked", [Line("ok", "done", str(pupil)) for pupil in rows])

    @action("close", "Close", "")
    def close(self, rows):
        raise AssertionError(rows, "nobody holds this right")


class ClassView(RecordedView):
    datamodel = ScopedInterface(SchoolClass)
    route_base, class_permission_name = "/classes", "SchoolClass"
    list_title, show_title, add_title, edit_title = "Classes", "Class", "Add a class", "Class"
    list_columns = show_columns = ["name", "number", "school", "size_limit"]
    add_columns = ["school", "grade", "number", "name", "type", "size_limit"]
    edit_columns = ["name", "type", "head_teacher", "size_limit"]
    code_columns = {"type": "class_type"}
    search_columns = ["name", "size_limit", "type"]
    lookups = {"school": SCHOOL, "grade": Lookup(Grade, (), given={"school": Grade.school_id})}
    load = ["school.organisation"]


SCREENS = (
    Screen(DeskView, "Desk", "Desk"),
    Screen(StudentView, "Student", "Pupils", group="registry"),
    Screen(GuardianView, "Guardian", "Guardians", group="registry"),
    Screen(ClassView, "SchoolClass", "Classes", group="schools"),
)
