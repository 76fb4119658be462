"""家庭成员或监护人: the family of a pupil, kept by the school; read by the template's readers."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import lazy_gettext as _
from sqlalchemy import func, inspect, select
from werkzeug.exceptions import NotFound as NoRoute
from werkzeug.wrappers import Response as AnyResponse

from app.errors import Invalid, NotFound, Refusal, Refused
from app.imports.batch import facts_of_school
from app.imports.one_pupil import FAMILY, rejudge
from app.imports.students import SPEC
from app.messages.catalogue import level_of
from app.messages.text import Level
from app.models.student import Guardian, Student
from app.views.actor import session, today
from app.views.doors import door
from app.views.filters import key_of
from app.views.labels import label_of, masked_by
from app.views.revealing import reveal
from app.views.scoped import ScopedInterface
from app.views.screens.choices import DIVISION
from app.views.screens.places import place_of
from app.views.screens.pupil_fields import FAMILY_SEALED
from app.views.screens.recorded import RecordedView
from app.views.screens.sealed_fields import SealedForms, sealed_field
from app.views.screens.sheet import field_of
from app.views.screens.sheet import label_of as column_label

ROUTE = "/guardians"
COLUMNS = {name: SPEC.by_field[f"member1_{name}"] for name in FAMILY}
FIELDS = list(COLUMNS)


class GuardianView(SealedForms, RecordedView):
    """A family member; at least one of a pupil's is the guardian."""

    datamodel = ScopedInterface(Guardian)
    class_permission_name = "Guardian"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_reveal"]
    route_base = ROUTE

    list_title, show_title = _("Family members"), _("Family member")
    add_title, edit_title = _("Add a family member"), _("Family member")
    unit = _("family members")
    label_columns = {
        **{name: column_label(column, "1") for name, column in COLUMNS.items()},
        "student": _("Pupil"),
    }
    list_columns = ["name", "student", "relation", "is_guardian", "phone"]
    order_columns = ["name"]
    search_columns = ["relation", "is_guardian"]
    show_columns = ["student", *FIELDS]
    add_columns = FIELDS
    edit_columns = FIELDS
    add_form_extra_fields = {n: field_of(c, ROUTE, prefix="1") for n, c in COLUMNS.items()}
    edit_form_extra_fields = add_form_extra_fields | {
        name: sealed_field(COLUMNS[name], "1") for name in FAMILY_SEALED
    }
    sealed_columns = FAMILY_SEALED
    code_columns = {
        "relation": "guardian_relation",
        "id_type": "id_document_type",
        "ethnic": "ethnic_group",
    }
    formatters_columns = {
        "phone": masked_by("phone"),
        "address": masked_by("address"),
        "id_number": masked_by("id_number"),
        "hukou_division": place_of,
        "relation": label_of("guardian_relation"),
    }
    lookups = {"hukou_division": DIVISION}
    load = ("student",)

    @expose("/reveal/<pk>/<field>", methods=["POST"])
    @door()
    def reveal(self, pk: str, field: str) -> Response:
        """Answer a sealed value whole, and write down who looked at it and why."""
        if field not in FAMILY_SEALED:
            raise NoRoute
        return reveal(self.found(pk), field)

    def prepare(self, item: Any) -> None:
        """Give the family member to the pupil whose page was left for this form."""
        item.student = pupil_asked()

    def check(self, item: Any) -> None:
        """Judge by the template's rules; keep one guardian."""
        changed = {name for name in FIELDS if inspect(item).attrs[name].history.has_changes()}
        facts = facts_of_school(session(), item.student.school_id, today())
        found = [_named(one) for one in rejudge(facts, item, changed)]
        if errors := [one for one in found if level_of(one.code) is Level.ERROR]:
            raise Invalid(*errors)
        if not item.is_guardian:
            self.release(item)

    def release(self, item: Any) -> None:
        """Keep the last guardian of a pupil."""
        others = select(func.count()).where(
            Guardian.student_id == item.student.id,
            Guardian.is_guardian,
            Guardian.id != (item.id or 0),
        )
        if not session().scalar(others):
            raise Refused(Refusal("E-GUARDIAN-LAST"))

    def _way_back(self, item: Any) -> str:
        pupil = item.student if item is not None else pupil_asked()
        return url_for("StudentView.show", pk=pupil.id, tab="guardians")

    def post_add_redirect(self) -> AnyResponse:
        """Go back to the pupil."""
        return redirect(self._way_back(None))

    def post_edit_redirect(self) -> AnyResponse:
        """Go back to the pupil."""
        item = self.found(str((request.view_args or {})["pk"]))
        return redirect(self._way_back(item))

    def post_delete(self, item: Any) -> None:
        """Remember whose family it was, for the way back."""
        request.environ["xueji.pupil"] = item.student_id

    def post_delete_redirect(self) -> AnyResponse:
        """Go back to the pupil."""
        pk = request.environ["xueji.pupil"]
        return redirect(url_for("StudentView.show", pk=pk, tab="guardians"))


def pupil_asked() -> Student:
    """Return the pupil a form was opened for, in scope, or answer 404."""
    key = key_of(request.args.get("pupil", ""))
    pupil = session().get(Student, key) if key else None
    if pupil is None:
        raise NotFound
    return pupil


def _named(refusal: Refusal) -> Refusal:
    heading = refusal.params["heading"]
    column = next((c for c in COLUMNS.values() if c.heading == heading), None)
    label = str(column_label(column, "1")) if column else heading
    return Refusal(refusal.code, {**refusal.params, "heading": label})
