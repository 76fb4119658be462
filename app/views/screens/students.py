"""学籍: the pupils of one's scope: the list, and the upkeep of open fields.

Who a pupil is (controlled fields, P06) and where a pupil stands (class, status) change through
processes that leave a case behind; this screen keeps the rest (P07). Which fields those are for
this person and this pupil, `app.workflows.maintaining` says. `enrolling` registers a pupil.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import inspect

from app.errors import AppError, Invalid, Refusal, Refused, TooMany
from app.imports.batch import facts_of_school
from app.imports.one_pupil import rejudge
from app.imports.students import SPEC
from app.messages.catalogue import level_of
from app.messages.text import Level
from app.models.student import Student
from app.policies.audit import record
from app.views.actor import current_actor, session, today
from app.views.filters import CodeFilter
from app.views.labels import NONE, day, label_of, masked_by, tag
from app.views.pupil_columns import CODES, PLACES, SEALED
from app.views.scoped import ScopedInterface
from app.views.screens.access import Access
from app.views.screens.archive import kept_of, locking_case
from app.views.screens.choices import ANY_CLASS, AUTHORITY, DIVISION, SCHOOL
from app.views.screens.enrolling import ADDED, DOUBLE, DOUBLES, ROUTE, Enrolling
from app.views.screens.narrowing import (
    IdNumberFilter,
    LevelFilter,
    NationalNumberFilter,
    WithinFilter,
)
from app.views.screens.national import closed
from app.views.screens.own_school import OwnSchoolView, is_at_school
from app.views.screens.places import place_of
from app.views.screens.pupil_acts import PupilActs
from app.views.screens.pupil_fields import EDITABLE, GROUPS, LABELS
from app.views.screens.sealed_fields import SealedField, SealedForms, sealed_field
from app.views.screens.sheet import field_of, written
from app.views.words import say
from app.workflows.maintaining import follow, insist

SEATED = ("seat_no", "school_class")  # what tells pupils apart only inside a school


def is_sent_changed(field: Any, item: Any) -> bool:
    """Tell whether the browser sent another value than the record's for a field."""
    if field.name not in request.form:
        return False
    if isinstance(field, SealedField):
        return not field.is_kept
    sent = getattr(field, "sent", None) or field.data or ""
    return sent != (written(getattr(item, field.name)) or "")


def edit_field(name: str) -> Any:
    """Return the field of the upkeep form for a column of the template."""
    return sealed_field(ADDED[name]) if name in SEALED else field_of(ADDED[name], ROUTE)


class StudentView(PupilActs, Enrolling, SealedForms, Access, OwnSchoolView):
    """Pupils in scope; a school's registrar registers them one by one and keeps their data."""

    datamodel = ScopedInterface(Student)
    class_permission_name = "Student"
    base_permissions = [
        *("can_list", "can_show", "can_add", "can_edit", "can_reveal", "can_access"),
        *("can_move", "can_reseat"),
    ]
    route_base = ROUTE
    base_order = ("owner_path", "asc")
    load = ("school.organisation", "grade", "school_class")

    list_title, show_title = _("Pupils"), _("Archive")
    edit_title = _("Upkeep of data")
    unit = _("pupils")
    export_sources = ("pupils", "roster")
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

    edit_fieldsets = [
        (label, {"fields": ["school_class" if f == "class_number" else f for f in fields]})
        for label, fields in GROUPS.values()
    ]
    edit_form_extra_fields = {name: edit_field(name) for name in EDITABLE}
    sealed_columns = tuple(name for name in SEALED if name in EDITABLE)
    edit_template = "xueji/students/edit.html"
    locked_columns = ("school_class",)
    locked_text = _("What has a lock is not changed here.")

    def shown_columns(self) -> list[str]:
        """Leave out the school for those who have one, the seat for those who have many."""
        gone = () if is_at_school() else SEATED[:1]
        return [column for column in super().shown_columns() if column not in gone]

    def shown_filters(self) -> list[str]:
        """Leave out the school for those who have one, the class for those who have many."""
        gone = () if is_at_school() else SEATED[1:]
        return [column for column in super().shown_filters() if column not in gone]

    # ── upkeep (P07) ─────────────────────────────────────────────────────────────────────

    def pens_in_rows(self) -> bool:
        """Lead teachers through the archive, which knows what is open to them of a pupil."""
        return not current_actor().role.is_teacher

    def fit(self, form: Any, item: Any) -> None:
        """Leave out what this person does not write of this pupil, unless it was sent changed."""
        super().fit(form, item)
        kept = kept_of(item)
        if not kept.writable:
            raise Refused(Refusal("E-CF-NONE"))
        for name in EDITABLE:
            if name not in kept.writable and not is_sent_changed(form[name], item):
                del form[name]

    def pre_update(self, item: Any) -> None:
        """Judge the changed fields: may they be written here, do they agree; write them down."""
        changed = {name for name in EDITABLE if inspect(item).attrs[name].history.has_changes()}
        with session().no_autoflush:
            insist(kept_of(item), changed)
            if "id_number" in changed and (refusal := closed(DOUBLES)):
                raise TooMany(refusal)
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
        follow(session(), item, changed)

    def _stored(self, form: Any, item: Any, *, is_new: bool) -> AppError | None:
        refusal = super()._stored(form, item, is_new=is_new)
        if refusal and any(one.code == "E-DUP" for one in refusal.refusals):
            record(session(), DOUBLE)  # that a number is registered somewhere is an answer, too
            session().commit()
        return refusal

    def _form(self, right: str, form: Any, item: Any = None, **kwargs: Any) -> Any:
        if item is not None:
            kwargs |= {"kept": kept_of(item), "case": locking_case(item)}
        return super()._form(right, form, item, **kwargs)

    def _locked(self, item: Any) -> Mapping[str, Any]:
        if item is None:
            return {}
        writable = kept_of(item).writable
        bound = [name for name in EDITABLE if name not in writable]
        return {
            **super()._locked(item),
            **{name: self.fact(item, name).value for name in bound},
        }

    def post_edit_redirect(self) -> Any:
        """Go on to the archive."""
        return redirect(url_for("StudentView.show", pk=(request.view_args or {})["pk"]))


def _named(refusal: Refusal) -> Refusal:
    """Return a refusal that names its column in the language of the page."""
    heading = refusal.params["heading"]
    name = next((c.field for c in SPEC.columns if c.heading == heading), "")
    return Refusal(refusal.code, {**refusal.params, "heading": str(LABELS.get(name, heading))})
