"""学籍: the pupils of one's scope: the list, the registration form, the upkeep of open fields.

Who a pupil is (controlled fields, P06) and where a pupil stands (class, status) change through
processes that leave a case behind; this screen registers a new pupil and keeps the rest (P07).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import inspect

from app.errors import Invalid, Refusal, Refused, TooMany
from app.imports.batch import facts_of_school
from app.imports.one_pupil import Judged, judge, rejudge
from app.imports.spec import Facts
from app.imports.students import MEMBERS, SPEC
from app.messages.catalogue import level_of
from app.messages.text import Level
from app.models.school import SchoolClass
from app.models.student import Student
from app.policies.allowances import Allowance
from app.policies.audit import record
from app.policies.scope import current as current_scope
from app.views.actor import current_actor, session, today
from app.views.doors import door
from app.views.filters import CodeFilter
from app.views.labels import NONE, day, label_of, masked_by, tag
from app.views.scoped import ScopedInterface
from app.views.screens.access import Access
from app.views.screens.choices import ANY_CLASS, AUTHORITY, DIVISION, SCHOOL
from app.views.screens.narrowing import (
    IdNumberFilter,
    LevelFilter,
    NationalNumberFilter,
    WithinFilter,
)
from app.views.screens.national import closed
from app.views.screens.own_school import OwnSchoolView, is_at_school
from app.views.screens.places import place_of
from app.views.screens.pupil_fields import (
    CODES,
    CONTROLLED,
    EDITABLE,
    GROUPS,
    LABELS,
    PLACES,
    SEALED,
)
from app.views.screens.sealed_fields import SealedForms, sealed_field
from app.views.screens.sheet import beside, field_of, text_in, told
from app.views.words import say
from app.workflows.admission import admit
from app.workflows.authorising import classes_in_use

ROUTE = "/students"
SEATED = ("seat_no", "school_class")  # what tells pupils apart only inside a school
DOUBLE = "pupil.duplicate"
DOUBLES = Allowance((DOUBLE,), 20, timedelta(hours=1))  # else the form answers guesses
FAMILY = {
    ordinal: [c.field for c in SPEC.columns if c.field.startswith(f"member{ordinal}_")]
    for ordinal in MEMBERS
}
USUAL = {"id_type": "1", "nationality": "CHN", "overseas_status": "00", "source": "1"}
ADDED = {c.field: c for c in SPEC.columns if c.field != "school_code"}


def rooms() -> Iterator[tuple[str, str]]:
    """Yield the classes in use into which whoever registers a pupil may place one."""
    for room in classes_in_use(session(), current_actor().organisation_id):
        if is_own_class(room.id):
            yield room.number, f"{room.name} {room.number}"


def is_own_class(class_id: int) -> bool:
    """Tell whether a class is one of a teacher's; to everybody else all of the school's are."""
    mine = current_scope().classes
    return mine is None or class_id in mine


def facts_here() -> Facts:
    """Return what the rules of the template may know here; a teacher knows the own classes."""
    facts = facts_of_school(session(), current_actor().organisation_id, today())
    own = {n: room for n, room in facts.classes.items() if is_own_class(room.class_id)}
    return replace(facts, classes=own)


def add_field(name: str) -> Any:
    """Return the field of the registration form for a column of the template."""
    prefix = name[6] if name.startswith("member") else ""
    choices = rooms if name == "class_number" else None
    return field_of(ADDED[name], ROUTE, prefix=prefix, choices=choices)


def edit_field(name: str) -> Any:
    """Return the field of the upkeep form for a column of the template."""
    return sealed_field(ADDED[name]) if name in SEALED else field_of(ADDED[name], ROUTE)


class StudentView(SealedForms, Access, OwnSchoolView):
    """Pupils in scope; a school's registrar registers them one by one and keeps their data."""

    datamodel = ScopedInterface(Student)
    class_permission_name = "Student"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_reveal", "can_access"]
    route_base = ROUTE
    base_order = ("owner_path", "asc")
    load = ("school.organisation", "grade", "school_class")
    add_template = "xueji/students/add.html"

    list_title, show_title = _("Pupils"), _("Archive")
    add_title, edit_title = _("Register a pupil"), _("Upkeep of data")
    unit = _("pupils")
    empty_text = _("Set up grades and classes, then import a workbook or register a pupil.")
    label_columns = {
        **LABELS,
        "number": _("Student number"),
        "school": _("School"),
        "owner_path": _("Authority"),
        "grade": _("Grade"),
        "grade.code": _("Grade"),
        "school_class": _("Class"),
        "status": _("Status"),
        "problem_flag": _("Problem"),
    }
    list_columns = [
        "name",
        "gender",
        "number",
        "school",
        "grade.code",
        "school_class",
        "seat_no",
        "status",
        "problem_flag",
    ]
    order_columns = ["name", "seat_no"]
    search_columns = [
        "name",
        "number",
        "id_number",
        "owner_path",
        "school",
        "grade",
        "school_class",
        "status",
        "gender",
        "problem_flag",
    ]
    personal_columns = ("name", "number", "id_number")
    own_filters = {
        "number": NationalNumberFilter,
        "id_number": IdNumberFilter,
        "owner_path": WithinFilter,
        "grade": LevelFilter,
        "gender": CodeFilter,
    }
    saved = (
        (_("All"), {}),
        (_("In school"), {"_flt_0_status": "IN_SCHOOL"}),
        (_("Waiting for registration"), {"_flt_0_status": "PENDING_REGISTRATION"}),
        (_("Away"), {"_flt_0_status": ["SUSPENDED", "MISSING", "SUSPECTED_DROPOUT"]}),
        (_("Problem records"), {"_flt_0_problem_flag": ["OPEN", "IN_PROCESS"]}),
    )
    column_classes = {
        "gender": "fold",
        "number": "mono",
        "school": "wide",
        "seat_no": "r fold",
        "status": "state",
        "problem_flag": "fold",
    }
    code_columns = {**CODES, "grade": "grade_level"}
    formatters_columns = {
        "number": masked_by("national_number"),
        "id_number": masked_by("id_number"),
        "grade.code": label_of("grade_level"),
        "birth_date": day,
        "problem_flag": lambda flag: NONE if flag == "NONE" else tag("ProblemFlag", flag),
        **dict.fromkeys(PLACES, place_of),
    }
    lookups = {
        "owner_path": AUTHORITY,
        "school": SCHOOL,
        "school_class": ANY_CLASS,
        **dict.fromkeys(PLACES, DIVISION),
    }

    add_fieldsets = [
        *((label, {"fields": list(fields)}) for label, fields in GROUPS.values()),
        *((_("Family member %(n)s", n=n), {"fields": fields}) for n, fields in FAMILY.items()),
    ]
    add_form_extra_fields = {name: add_field(name) for name in ADDED}
    edit_fieldsets = [
        (label, {"fields": ["school_class" if f == "class_number" else f for f in fields]})
        for label, fields in GROUPS.values()
    ]
    edit_form_extra_fields = {name: edit_field(name) for name in EDITABLE}
    sealed_columns = tuple(name for name in SEALED if name in EDITABLE)
    locked_columns = (*CONTROLLED, "school_class")
    locked_text = _("What has a lock changes by a key data change or by changing class.")

    def shown_columns(self) -> list[str]:
        """Leave out the school for those who have one, the seat for those who have many."""
        gone = () if is_at_school() else SEATED[:1]
        return [column for column in super().shown_columns() if column not in gone]

    def shown_filters(self) -> list[str]:
        """Leave out the school for those who have one, the class for those who have many."""
        gone = () if is_at_school() else SEATED[1:]
        return [column for column in super().shown_filters() if column not in gone]

    # ── registering one pupil ────────────────────────────────────────────────────────────

    @expose("/add", methods=["GET", "POST"])
    @door()
    def add(self) -> Any:
        """Show the registration form; judge what comes back as a row of a workbook is judged."""
        form = self.add_form(data={**USUAL, "entry_ym": f"{today():%Y}09"})
        if request.method != "POST":
            return self._form("add", form)
        facts = facts_here()
        judged = judge(facts, text_in(form))
        if judged.errors:
            return self._refused(form, judged)
        if judged.warnings and request.form.get("seen") != ",".join(judged.warnings):
            return self._form("add", form, status=Invalid.status, doubts=_doubts(judged))
        if refusal := closed(DOUBLES):
            return self._form("add", form, refusal=TooMany(refusal))
        room = session().get_one(SchoolClass, facts.classes[judged.values["class_number"]].class_id)
        try:
            pupil = admit(session(), room, judged.pupil, judged.family)
        except Refused as refused:
            session().rollback()
            record(session(), DOUBLE)  # that a number is registered somewhere is an answer, too
            session().commit()
            form["id_number"].errors = beside(ADDED["id_number"], refused.refusals)
            return self._form("add", form, status=Refused.status)
        session().commit()
        flash(gettext("Recorded. The next step is to submit the registration."), "success")
        return redirect(url_for("StudentView.show", pk=pupil.id))

    def _refused(self, form: Any, judged: Judged) -> Any:
        for name, refusals in judged.errors.items():
            form[name].errors = beside(ADDED[name], refusals)
        return self._form("add", form, status=Invalid.status)

    # ── upkeep (P07) ─────────────────────────────────────────────────────────────────────

    def pre_update(self, item: Any) -> None:
        """Judge the changed fields by the rules of the template, and write down which they are."""
        changed = {name for name in EDITABLE if inspect(item).attrs[name].history.has_changes()}
        with session().no_autoflush:
            facts = facts_of_school(session(), item.school_id, today())
            found = [_named(one) for one in rejudge(facts, item, changed)]
        if errors := [one for one in found if level_of(one.code) is Level.ERROR]:
            raise Invalid(*errors)
        for doubt in found:
            flash(say(doubt), "warning")
        record(
            session(),
            "student.changed",
            object_type="student",
            object_id=item.id,
            fields=sorted(changed),
        )

    def post_edit_redirect(self) -> Any:
        """Go on to the archive."""
        return redirect(url_for("StudentView.show", pk=(request.view_args or {})["pk"]))


def _doubts(judged: Judged) -> dict[str, list[str]]:
    return {name: told(ADDED[name], refusals) for name, refusals in judged.warnings.items()}


def _named(refusal: Refusal) -> Refusal:
    """Return a refusal that names its column in the language of the page."""
    heading = refusal.params["heading"]
    name = next((c.field for c in SPEC.columns if c.heading == heading), "")
    return Refusal(refusal.code, {**refusal.params, "heading": str(LABELS.get(name, heading))})
