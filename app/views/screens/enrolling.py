"""登记: one pupil typed in, judged as a row of a workbook is judged (P02)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import lazy_gettext as _

from app.errors import Invalid, Refused, TooMany
from app.imports.batch import facts_of_school
from app.imports.one_pupil import Judged, judge
from app.imports.spec import Facts
from app.imports.students import MEMBERS, SPEC
from app.models.school import SchoolClass
from app.policies.allowances import Allowance
from app.policies.audit import record
from app.policies.scope import current as current_scope
from app.views.actor import current_actor, session, today
from app.views.doors import door
from app.views.inbox_filters import VARIANTS
from app.views.scoped import ScopedModelView
from app.views.screens.entry_checks import ADDED, DOUBLE, after_comparing, said, tab_typed
from app.views.screens.national import closed
from app.views.screens.pupil_fields import GROUPS
from app.views.screens.sheet import beside, field_of, text_in, told
from app.workflows.admission import admit
from app.workflows.authorising import classes_in_use
from app.workflows.identity import RESIDENT

__all__ = ["ADDED", "DOUBLE", "DOUBLES", "ROUTE", "Enrolling"]

ROUTE = "/students"
DOUBLES = Allowance((DOUBLE,), 20, timedelta(hours=1))  # else the form answers guesses
FAMILY = {
    ordinal: [c.field for c in SPEC.columns if c.field.startswith(f"member{ordinal}_")]
    for ordinal in MEMBERS
}
USUAL = {"id_type": "1", "nationality": "CHN", "overseas_status": "00", "source": "1"}


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


class Enrolling(ScopedModelView):
    """The form that registers a pupil of a class of one's own."""

    add_template = "xueji/students/add.html"
    add_title = _("Register a pupil")
    add_fieldsets = [
        *((label, {"fields": list(fields)}) for label, fields in GROUPS.values()),
        *((_("Family member %(n)s", n=n), {"fields": fields}) for n, fields in FAMILY.items()),
    ]
    add_form_extra_fields = {name: add_field(name) for name in ADDED}

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
            pupil_id = admit(session(), room, judged.pupil, judged.family).id
        except Refused as refused:
            session().rollback()
            record(session(), DOUBLE)  # that a number is registered somewhere is an answer, too
            session().commit()
            form["id_number"].errors = beside(ADDED["id_number"], refused.refusals)
            return self._form("add", form, status=Refused.status)
        session().commit()
        return redirect(after_comparing(pupil_id))

    @expose("/check", methods=["POST"])
    @door("add")
    def check(self) -> str:
        """Say what is to be looked at in what is typed so far; no other record is asked."""
        form = self.add_form()
        typed, facts = text_in(form), facts_here()
        judged = judge(facts, typed)
        kept = tab_typed(facts, {**USUAL, **{name: text for name, text in typed.items() if text}})
        return str(
            self.render_template(
                "xueji/students/live.html",
                errors=said(judged.errors, lambda name: bool(typed.get(name))),
                doubts=said(judged.warnings, lambda _name: True),
                left=sum(1 for name in judged.errors if not typed.get(name)),
                sort=VARIANTS[kept] if kept else "",
                needs_papers=typed.get("id_type") not in (None, "", RESIDENT),
            )
        )

    def _form(self, right: str, form: Any, item: Any = None, **kwargs: Any) -> Any:
        if right == "add":
            kwargs["live"] = url_for("StudentView.check")
        return super()._form(right, form, item, **kwargs)

    def _refused(self, form: Any, judged: Judged) -> Any:
        for name, refusals in judged.errors.items():
            form[name].errors = beside(ADDED[name], refusals)
        return self._form("add", form, status=Invalid.status)


def _doubts(judged: Judged) -> dict[str, list[str]]:
    return {name: told(ADDED[name], refusals) for name, refusals in judged.warnings.items()}
