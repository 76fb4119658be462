"""退回后修改转学: the form of a transfer that was sent back: another class, another reason."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.errors import Invalid, Refused, Stale
from app.models.attachment import Attachment
from app.models.case import Decision, Transfer
from app.views.actor import current_actor, session, today
from app.views.case_sheet import Sheet
from app.views.doors import door
from app.views.evidence import keys_of, tray_of
from app.views.inbox_tabs import number
from app.views.labels import choices_of
from app.views.transferring import read_aim, rooms
from app.views.words import say
from app.workflows.desk import Act, Trigger
from app.workflows.opening import Aim
from app.workflows.processes import TRANSFER
from app.workflows.resubmitting import Seen, aim_at, resubmit_transfer, returned_transfer


class TransferAgainView(BaseView):
    """What the receiving school mends: pupil and schools stay, and what was handed in."""

    route_base = "/transfer/again"
    default_view = "again"
    class_permission_name = "Transfer"
    base_permissions = ["can_open"]

    @expose("/<int:case_id>", methods=["GET", "POST"])
    @door("open")
    def again(self, case_id: int) -> Response:
        """Show the answers of a transfer that was sent back; look at the route; submit again."""
        case = returned_transfer(session(), case_id, _act())
        if request.method != "POST":
            return self._form(case, _answers(case))
        typed, wrong = read_aim(request.form)
        if wrong:
            return self._form(case, typed, Invalid.status, wrong=wrong)
        papers = keys_of(request.form.getlist("paper"))
        seen = Seen(case_id, number(request.form.get("seen")) or 0)
        try:
            if seen.version != case.version:
                raise Stale
            if request.form.get("step") == "submit":
                return _gone(resubmit_transfer(session(), seen, _aim(typed), _act(), papers))
            return self._form(case, typed, sheet=_preview(case, _aim(typed)))
        except (Refused, Invalid) as refused:
            session().rollback()
            case = returned_transfer(session(), case_id, _act())
            reasons = [say(refusal) for refusal in refused.refusals]
            return self._form(case, typed, refused.status, refusals=reasons)

    def _form(
        self, case: Transfer, typed: Mapping[str, str], status: int = HTTPStatus.OK, **facts: Any
    ) -> Response:
        before = select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)
        back = [event for event in case.events if event.decision is Decision.RETURN]
        page = self.render_template(
            "xueji/transfer/open.html",
            view=self,
            again=case,
            sent_back=back[-1] if back else None,
            bound=session().scalars(before).all(),
            typed=typed,
            rooms=rooms(),
            reasons=choices_of("transfer_reason"),
            tray=tray_of(request.form.getlist("paper")),
            **{"sheet": None, "wrong": {}, "refusals": [], **facts},
        )
        return make_response(page, status)


def _act() -> Act:
    return Act(Trigger.SUBMIT, current_actor(), today(), "")


def _aim(typed: Mapping[str, str]) -> Aim:
    return Aim(int(typed["to_class"]), typed["reason"], typed["reason_text"] or None)


def _answers(case: Transfer) -> dict[str, Any]:
    """Return what a case says, as the form types it."""
    return {
        "to_class": str(case.to_class_id),
        "reason": case.reason,
        "reason_text": case.reason_text or "",
    }


def _preview(case: Transfer, aim: Aim) -> Sheet:
    """Return the transfer as it would be; the one on the registry stays untouched."""
    actor = current_actor()
    copy = Transfer(
        id=case.id,
        student_id=case.student_id,
        owner_id=case.owner_id,
        receiving_id=case.receiving_id,
        pulls=case.pulls,
        snapshot=case.snapshot,
        state=TRANSFER.desks[0].state,
        version=1,
        awaiting_id=actor.organisation_id,
        awaiting_office=TRANSFER.desks[0].office.value,
        initiator_id=actor.user_id,
        initiator_org_id=actor.organisation_id,
    )
    copy.owner, copy.receiving, copy.initiator_org = case.owner, case.receiving, case.initiator_org
    aim_at(session(), copy, aim, _act())
    checks = TRANSFER.checks(session(), copy, _act())
    return Sheet(session(), copy, actor, today(), {Trigger.SUBMIT: checks})


def _gone(case: Transfer) -> Response:
    """Commit, and go to the page of the case."""
    case_id = case.id
    session().commit()
    flash(_("Submitted; everybody on the route is shown below."), "success")
    answer: Response = redirect(url_for("CaseView.show", case_id=case_id))
    return answer
