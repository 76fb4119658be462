"""业务: the page of one case, and every step somebody takes in it.

A step is a POST that carries the version the person looked at. Whoever was overtaken is shown
what the case was then and is now, and keeps the remark.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import Invalid, Refused, Stale
from app.models.case import Case, CaseEvent
from app.policies.audit import record
from app.views import inbox_tabs as tabs
from app.views.actor import current_actor, session, today
from app.views.case_drawn import page_of
from app.views.case_sheet import Sheet, found, sheet_of
from app.views.case_words import DONE, step_word
from app.views.doors import door
from app.views.inbox import read_act
from app.views.words import say
from app.workflows.desk import REVIEWS, Act, Trigger
from app.workflows.processes import flow_of


class Then(NamedTuple):
    """What a case was when an overtaken person looked at it, and who overtook them."""

    step: str
    event: CaseEvent


class CaseView(BaseView):
    """One case for whoever sees it, whichever side they are on; what is out of sight is 404."""

    route_base = "/case"
    default_view = "show"
    class_permission_name = "Inbox"
    base_permissions = ["can_view", "can_decide"]

    @expose("/<int:case_id>")
    @door("view")
    def show(self, case_id: int) -> Response:
        """Show a case: route, contents, why-list, decision, timeline."""
        return self._page(self._sheet(case_id))

    @expose("/<int:case_id>/decide", methods=["POST"])
    @door("decide")
    def decide(self, case_id: int) -> Response:
        """Take one step in a case, or tell everything that stands in the way."""
        case = found(session(), case_id)
        act, seen = read_act(), tabs.number(request.form.get("seen"))
        if seen is None:
            raise Invalid
        place = (case.due_on, case.id)
        try:
            flow_of(case).fire(session(), case, act, seen)
            session().commit()
        except Stale:
            session().rollback()
            return self._overtaken(case_id, act, seen)
        except Refused as refused:
            session().rollback()
            reasons = [say(refusal) for refusal in refused.refusals]
            return self._again(case_id, act, reasons=reasons)
        return self._onward(case_id, act, place)

    @expose("/<int:case_id>/print", methods=["POST"])
    @door("view")
    def printed(self, case_id: int) -> Response:
        """Write down that the page is put on paper; only then the browser prints it."""
        case = found(session(), case_id)
        record(session(), "case.print", object_type="case", object_id=case.id)
        session().commit()
        return make_response("", HTTPStatus.NO_CONTENT)

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _onward(self, case_id: int, act: Act, place: Any) -> Response:
        """Say what has happened and open the next case."""
        sheet = self._sheet(case_id)
        told = str(DONE[act.trigger])
        moved = (Trigger.AGREE, Trigger.SUBMIT, Trigger.SEND_BACK)
        if act.trigger in moved and sheet.case.awaiting:
            told = _("%(done)s; goes to %(place)s.", done=told, place=sheet.case.awaiting.name)
        elif act.trigger in (Trigger.AGREE, Trigger.PULL):
            told = _("%(done)s; the case is completed.", done=told)
        following = self._following(case_id, act, place)
        if not in_inbox():
            flash(told, "success")
            ways = tabs.Narrowing.read(request.args).asked if following else {}
            to = url_for("CaseView.show", case_id=following or case_id, **ways)
            return redirect(to)
        ahead = self._sheet(following) if following else None
        answer = self._part(ahead, told=told, stays=following == case_id)
        gone = case_id if following != case_id else 0
        answer.headers["HX-Trigger"] = json.dumps({"case:decided": {"id": gone}})
        return answer

    def _following(self, case_id: int, act: Act, place: tuple[Any, int]) -> int | None:
        """Return the case to open next: the one the list names, else the next that waits."""
        if act.trigger not in REVIEWS:
            return case_id if in_inbox() and act.trigger is Trigger.REPORT else None
        named = tabs.number(request.form.get("next"))
        asked = tabs.waiting(current_actor()).where(Case.id != case_id)
        if named and session().scalar(asked.with_only_columns(Case.id).where(Case.id == named)):
            return named
        asked = tabs.narrowed(asked, tabs.Narrowing.read(request.args), today())
        after = tabs.beside(session(), asked, place, ahead=True)
        return after or session().scalars(asked.with_only_columns(Case.id).limit(1)).one_or_none()

    def _overtaken(self, case_id: int, act: Act, seen: int) -> Response:
        """Tell what the case was, what it is now and by whom; nothing was carried out."""
        sheet = self._sheet(case_id)
        event = next((e for e in sheet.case.events if e.case_version >= seen), None)
        then = Then(step_word(sheet.case, event.from_state), event) if event else None
        return self._again(case_id, act, then=then, overtaken=True)

    def _again(self, case_id: int, act: Act, **facts: Any) -> Response:
        """Show the case again with what stood in the way and what was typed."""
        sheet = self._sheet(case_id)
        facts |= {"remark": act.remark, "trigger": act.trigger.value}
        status = Refused.status
        if in_inbox():
            return self._part(sheet, status=status, **facts)
        return self._page(sheet, status=status, **facts)

    def _sheet(self, case_id: int) -> Sheet:
        return sheet_of(session(), case_id, current_actor(), today())

    def _part(self, sheet: Sheet | None, status: int = 200, **facts: Any) -> Response:
        drawn = self.render_template("xueji/inbox/pane.html", sheet=sheet, view=self, **facts)
        return make_response(drawn, status)

    def _page(self, sheet: Sheet, status: int = 200, **facts: Any) -> Response:
        return page_of(self, sheet, status, **facts)


def in_inbox() -> bool:
    """Tell whether the step was taken in the inbox, whose pane wants a part, not a page."""
    return bool(request.headers.get("HX-Request"))
