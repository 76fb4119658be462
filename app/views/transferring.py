"""转学: the receiving school opens a transfer, and watches those it is a party to.

A pupil of another school is found by exact name and number alone. Every wrong pair is answered
alike, every look-up is recorded, and an account has so many of them an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from app.errors import Invalid, Refusal, Refused, TooMany
from app.models.case import Case, Transfer
from app.models.organisation import Organisation
from app.models.school import ClassState, Grade, GradeState, Headcount, SchoolClass
from app.policies.allowances import Allowance
from app.policies.audit import record
from app.views.actor import current_actor, session, today
from app.views.case_sheet import Sheet
from app.views.doors import door
from app.views.evidence import keys_of, tray_of
from app.views.filters import readable
from app.views.inbox_rows import row_of
from app.views.inbox_tabs import PAGE, known, number
from app.views.labels import choices_of
from app.views.screens.national import closed
from app.views.words import say
from app.workflows.desk import Act, Trigger
from app.workflows.opening import Wish, find_pupil, open_transfer, place_of
from app.workflows.paper_archive import outstanding
from app.workflows.processes import TRANSFER
from app.workflows.seats import SEATED

SEARCHES = Allowance(("pupil.search",), 60, timedelta(hours=1))
SHOWN = {
    "open": Case.closed_at.is_(None),
    "closed": Case.closed_at.is_not(None),
    "paper": outstanding(),  # ended, and the paper archive has not come yet
}


class TransferView(BaseView):
    """Transfers of a school: the list of its cases, and the form that opens one."""

    route_base = "/transfer"
    default_view = "index"
    class_permission_name = "Transfer"
    base_permissions = ["can_view", "can_open"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """List the transfers this school is a party to, the last opened first."""
        actor, day = current_actor(), today()
        shown = known(request.args.get("shown"), SHOWN) or "open"
        page = max(number(request.args.get("page")) or 1, 1)
        ours = or_(Case.owner_path == actor.path, Case.receiving_path == actor.path)
        asked = (
            select(Transfer)
            .where(ours, SHOWN[shown])
            .options(
                joinedload(Transfer.owner).joinedload(Organisation.parent),
                joinedload(Transfer.receiving).joinedload(Organisation.parent),
            )
            .order_by(Transfer.id.desc())
        )
        cases = list(session().scalars(asked.offset((page - 1) * PAGE).limit(PAGE + 1)))
        return self._drawn(
            "xueji/transfer/list.html",
            rows=[row_of(case, actor, day) for case in cases[:PAGE]],
            sent={case.id: case.paper_sent_on for case in cases},
            shown=shown,
            page=page,
            has_more=len(cases) > PAGE,
        )

    @expose("/open", methods=["GET", "POST"])
    @door("open")
    def open(self) -> Response:
        """Show the form; find the pupil and show what would happen; submit."""
        if request.method != "POST":
            return self._form({})
        typed, wrong = read_form(request.form)
        if wrong:
            return self._form(typed, wrong=wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        if refusal := closed(SEARCHES):
            return self._form(typed, refusals=[say(refusal)], status=TooMany.status)
        try:
            if request.form.get("step") == "submit":
                return self._submitted(typed)
            return self._form(typed, sheet=self._found(typed))
        except (Refused, Invalid) as refused:
            session().rollback()
            record(session(), "pupil.search", hit=refused.refusals[0].code != "E-NOTFOUND")
            session().commit()  # a look-up that found nothing counts as well
            reasons = [say(refusal) for refusal in refused.refusals]
            return self._form(typed, refusals=reasons, status=refused.status)

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _submitted(self, typed: dict[str, str]) -> Response:
        """Open the case and go to its page."""
        act = Act(Trigger.SUBMIT, current_actor(), today(), "")
        wish = Wish(
            typed["name"],
            typed["number"],
            int(typed["to_class"]),
            typed["reason"],
            typed["reason_text"] or None,
        )
        papers = keys_of(request.form.getlist("paper"))
        case_id = open_transfer(session(), wish, act, papers).id
        session().commit()
        flash(_("Submitted; everybody on the route is shown below."), "success")
        return redirect(url_for("CaseView.show", case_id=case_id))

    def _found(self, typed: dict[str, str]) -> Sheet:
        """Find the pupil and return the case as it would be, with everything in its way."""
        actor = current_actor()
        held = find_pupil(session(), typed["name"], typed["number"])
        if held["school_id"] == actor.organisation_id:
            raise Refused(Refusal("E-SELFSCHOOL"))
        session().commit()  # the look-up is on the record, whatever comes of it
        room = session().get_one(SchoolClass, int(typed["to_class"]))
        case = Transfer(
            student_id=held["student_id"],
            owner_id=held["school_id"],
            receiving_id=actor.organisation_id,
            to_grade_id=room.grade_id,
            to_class_id=room.id,
            reason=typed["reason"],
            reason_text=typed["reason_text"] or None,
            snapshot=held["snapshot"] | {"to": place_of(room)},
            state=TRANSFER.desks[0].state,
            awaiting_id=actor.organisation_id,
            awaiting_office=TRANSFER.desks[0].office.value,
            initiator_id=actor.user_id,
            initiator_org_id=actor.organisation_id,
        )
        case.owner = session().get_one(Organisation, case.owner_id)
        case.receiving = session().get_one(Organisation, actor.organisation_id)
        case.initiator_org = case.receiving
        submit = Act(Trigger.SUBMIT, actor, today())
        checks = TRANSFER.checks(session(), case, submit)
        return Sheet(session(), case, actor, today(), {Trigger.SUBMIT: checks})

    def _form(
        self,
        typed: Mapping[str, str],
        *,
        sheet: Sheet | None = None,
        wrong: Mapping[str, str] | None = None,
        refusals: list[str] | None = None,
        status: int = HTTPStatus.OK,
    ) -> Response:
        drawn = self._drawn(
            "xueji/transfer/open.html",
            typed=typed,
            sheet=sheet,
            wrong=wrong or {},
            refusals=refusals or [],
            rooms=rooms(),
            reasons=choices_of("transfer_reason"),
            tray=tray_of(request.form.getlist("paper")),
        )
        return make_response(drawn, status)

    def _drawn(self, template: str, **facts: Any) -> str:
        return str(self.render_template(template, view=self, **facts))


def read_form(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was typed of pupil and aim, and what is wrong with it by field."""
    typed, wrong = _texts(form, ("name", "number"))
    for name in ("name", "number"):
        if not typed[name]:
            wrong.setdefault(name, _("This is needed."))
    aim, missed = read_aim(form)
    return typed | aim, wrong | missed


def read_aim(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was typed of class and reason, and what is wrong with it by field."""
    typed, wrong = _texts(form, ("to_class", "reason", "reason_text"))
    for name in ("to_class", "reason"):
        if not typed[name]:
            wrong.setdefault(name, _("This is needed."))
    if typed["to_class"] and number(typed["to_class"]) not in {
        room.id for _grade, group in rooms() for room, _taken in group
    }:
        wrong["to_class"] = _("Choose a class of your school that takes pupils.")
    if typed["reason"] and typed["reason"] not in dict(choices_of("transfer_reason")):
        wrong["reason"] = _("Choose a reason from the list.")
    if typed["reason"] == "9" and not typed["reason_text"]:
        wrong["reason_text"] = _("“Other” has to be explained in words.")
    return typed, wrong


def _texts(form: Mapping[str, str], names: Iterable[str]) -> tuple[dict[str, str], dict[str, str]]:
    typed, wrong = {}, {}
    for name in names:
        try:
            typed[name] = readable(form.get(name, ""))
        except ValueError:
            typed[name], wrong[name] = "", _("This cannot be stored; type it again.")
    return typed, wrong


def rooms() -> list[tuple[Grade, list[tuple[SchoolClass, int]]]]:
    """Return the school's classes that take pupils, by grade, with how many sit in each."""
    home = current_actor().organisation_id
    taken = (
        select(func.coalesce(func.sum(Headcount.n), 0))
        .where(Headcount.class_id == SchoolClass.id, Headcount.status.in_(SEATED))
        .scalar_subquery()
    )
    found = session().execute(
        select(Grade, SchoolClass, taken)
        .join(Grade, Grade.id == SchoolClass.grade_id)
        .where(
            SchoolClass.school_id == home,
            SchoolClass.state == ClassState.IN_USE,
            Grade.state == GradeState.IN_USE,
        )
        .order_by(Grade.stage.desc(), Grade.level, SchoolClass.number)
    )
    groups: dict[Grade, list[tuple[SchoolClass, int]]] = {}
    for grade, room, seated in found:
        groups.setdefault(grade, []).append((room, int(seated)))
    return list(groups.items())
