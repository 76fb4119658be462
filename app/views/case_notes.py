"""What is added to a case beside its route: comments, the paper archive, the contact form."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import Invalid, NotFound, Refused
from app.models.case import Transfer
from app.policies.audit import record
from app.views.actor import current_account, current_actor, now, session, today
from app.views.case_changes import class_word, place_word, reason_of
from app.views.case_drawn import page_of
from app.views.case_sheet import found, sheet_of
from app.views.doors import door
from app.views.inbox_tabs import number
from app.views.signing_in.picture import picture_of
from app.views.words import say
from app.workflows.commenting import comment
from app.workflows.paper_archive import Mark, note
from app.workflows.processes import TRANSFER


class CaseNotesView(BaseView):
    """Additions that move nothing; whoever sees the case sees them."""

    route_base = "/case"
    default_view = "contact"
    class_permission_name = "Inbox"
    base_permissions = ["can_view", "can_decide"]

    @expose("/<int:case_id>/comment", methods=["POST"])
    @door("decide")
    def comment(self, case_id: int) -> Response:
        """Write a comment both sides read; what was typed stays when it is refused."""
        case, typed = found(session(), case_id), request.form.get("words", "")
        try:
            comment(session(), case, current_actor(), _text(typed))
            session().commit()
        except Invalid as bad:
            session().rollback()
            wrong = say(bad.refusals[0])
            return self._again(case_id, HTTPStatus.UNPROCESSABLE_ENTITY, words=typed, wrong=wrong)
        flash(_("Your comment is there for both sides."), "success")
        return redirect(url_for("CaseView.show", case_id=case_id, _anchor="happened"))

    @expose("/<int:case_id>/paper", methods=["POST"])
    @door("decide")
    def paper(self, case_id: int) -> Response:
        """Note the day the paper archive was sent, or has come."""
        case = self._transfer(case_id)
        typed, which = request.form.get("on", ""), request.form.get("mark", "")
        try:
            seen = number(request.form.get("seen")) or 0
            note(session(), case, Mark(which, _day(typed), current_actor(), today(), seen))
            session().commit()
        except (Refused, Invalid) as refused:
            session().rollback()
            facts = {"paper_on": typed, "paper_wrong": [say(one) for one in refused.refusals]}
            return self._again(case_id, refused.status, **facts)
        flash(_("Noted; the other school is told."), "success")
        return redirect(url_for("CaseView.show", case_id=case_id, _anchor="paper"))

    @expose("/<int:case_id>/contact-form")
    @door("view")
    def contact(self, case_id: int) -> Response:
        """Show the contact form of a transfer as it will stand on paper."""
        case = self._transfer(case_id)
        me, far = current_account(), TRANSFER.other_province(case)
        drawn = self.render_template(
            "xueji/case/contact_form.html",
            case=case,
            picture=picture_of(case.no),  # the number alone: nothing of a person is in the code
            old_class=class_word(case.snapshot),
            new_class=class_word(case.snapshot.get("to", {})),
            places=[place_word(school, far=far) for school in (case.owner, case.receiving)],
            reason=reason_of(case),
            printed_by=f"{me.name} {me.organisation.name}",
            printed_at=now(),
            view=self,
        )
        return make_response(drawn)

    @expose("/<int:case_id>/contact-form/print", methods=["POST"])
    @door("view")
    def printed(self, case_id: int) -> Response:
        """Write down that the contact form is put on paper; only then the browser prints it."""
        case = self._transfer(case_id)
        record(session(), "transfer.form", object_type="case", object_id=case.id)
        session().commit()
        return make_response("", HTTPStatus.NO_CONTENT)

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _transfer(self, case_id: int) -> Any:
        case = found(session(), case_id)
        if not isinstance(case, Transfer):
            raise NotFound
        return case

    def _again(self, case_id: int, status: int, **facts: Any) -> Response:
        sheet = sheet_of(session(), case_id, current_actor(), today())
        return page_of(self, sheet, status, **facts)


def _text(typed: str) -> str:
    """Return what was written, or raise `Invalid` when it cannot be stored."""
    try:
        typed.encode()  # a lone surrogate
    except UnicodeEncodeError:
        raise Invalid from None
    if "\x00" in typed:
        raise Invalid
    return typed.replace("\r\n", "\n")


def _day(typed: str) -> date:
    """Return the day that was chosen, or raise `Invalid`."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Invalid from None
