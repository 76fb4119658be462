"""Asking for a key data change: the form, what it would meet, submitting it, and once more."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.errors import AppError, Invalid, NotFound, Refusal, Refused, Stale, TooMany
from app.models.attachment import Attachment
from app.models.case import Case
from app.models.change import KeyChange
from app.models.student import Student
from app.policies.audit import record
from app.views.actor import current_actor, session, today
from app.views.doors import door
from app.views.evidence import tray_of
from app.views.key_change_form import Typed, blank, fields_of, may_be_empty, read
from app.views.key_change_preview import Preview, preview_of, standing_of
from app.views.picking import Picking
from app.views.revealing import reasons
from app.views.screens.enrolling import DOUBLE, DOUBLES
from app.views.screens.national import closed
from app.views.words import say
from app.workflows.controlled import controlled
from app.workflows.correcting import collides, resubmit, sent_back
from app.workflows.desk import Act, Ending, Trigger
from app.workflows.opening_changes import Correction, open_key_change, own_pupil

FORM, AHEAD = "xueji/key_change/form.html", "xueji/key_change/ahead.html"


class KeyChangeForms(Picking):
    """The form of an own pupil's change, and of one that was sent back."""

    @expose("/open/<int:student_id>", methods=["GET", "POST"])
    @door("open")
    def open(self, student_id: int) -> Response:
        """Show the controlled fields of a pupil; show what a change would meet; submit it."""
        pupil = own_pupil(session(), student_id, act_of())
        fields = controlled(session(), pupil.owner_path, today())
        if request.method != "POST":
            return self._page(pupil, blank(fields, None, pupil.row_version))
        return self._taken(pupil, read(fields, request.form, None), None)

    @expose("/again/<int:case_id>", methods=["GET", "POST"])
    @door("open")
    def again(self, case_id: int) -> Response:
        """Show the lines of a change that was sent back, to be mended and submitted again."""
        case = session().get(KeyChange, case_id)
        if case is None or case.initiator_org_id != current_actor().organisation_id:
            raise NotFound
        if case.state != Ending.RETURNED:
            raise Refused(Refusal("E-CLOSED"))
        pupil = own_pupil(session(), case.student_id, act_of())
        fields = controlled(session(), pupil.owner_path, today())
        if request.method != "POST":
            return self._page(pupil, blank(fields, case, case.version), case)
        return self._taken(pupil, read(fields, request.form, case), case)

    @expose("/check/<int:student_id>", methods=["POST"])
    @door("open")
    def check(self, student_id: int) -> Response:
        """Say what stands in the way of what is typed so far; nobody else's record is asked."""
        pupil = own_pupil(session(), student_id, act_of())
        fields = controlled(session(), pupil.owner_path, today())
        typed = read(fields, request.form, None)
        found = preview_of(pupil, typed, len(typed.papers))
        return make_response(self.drawn(AHEAD, ahead=found, typed=typed, live=True))

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _taken(self, pupil: Student, typed: Typed, case: KeyChange | None) -> Response:
        student_id, case_id = pupil.id, case.id if case is not None else None
        try:
            if typed.seen != (case.version if case is not None else pupil.row_version):
                raise Stale
            if typed.wrong:
                return self._page(pupil, typed, case)
            found = preview_of(pupil, typed, len(typed.papers) + bound_count(case))
            if request.form.get("step") != "submit" or found.faults:
                return self._looked(pupil, typed, found, case)
            return _gone(self._submitted(pupil, typed, case))
        except (Refused, Invalid) as refused:
            session().rollback()
            pupil = own_pupil(session(), student_id, act_of())
            case = session().get(KeyChange, case_id) if case_id else None
            typed.seen = case.version if case is not None else pupil.row_version
            return self._page(pupil, typed, case, refused=refused)

    def _submitted(self, pupil: Student, typed: Typed, case: KeyChange | None) -> KeyChange:
        correction = Correction(typed.wanted, typed.reason)
        if case is None:
            return open_key_change(session(), pupil.id, correction, act_of(), typed.papers)
        held = sent_back(session(), case.id, act_of(), typed.seen or 0)
        resubmit(session(), held, correction, act_of(), typed.papers)
        return held

    def _looked(
        self, pupil: Student, typed: Typed, found: Preview, case: KeyChange | None
    ) -> Response:
        """Show what would happen; that somebody is alike is an answer, counted and limited."""
        if refusal := closed(DOUBLES):
            return self._page(pupil, typed, case, refused=TooMany(refusal))
        if collides(session(), pupil.id, typed.wanted):
            found.is_alike = True
            record(session(), DOUBLE)
            session().commit()
        return self._page(pupil, typed, case, ahead=found)

    def _page(
        self,
        pupil: Student,
        typed: Typed,
        case: KeyChange | None = None,
        *,
        refused: AppError | None = None,
        ahead: Preview | None = None,
    ) -> Response:
        open_case = _open_case(pupil.id)
        page = self.drawn(
            FORM,
            pupil=pupil,
            typed=typed,
            rows=[(field, may_be_empty(field.name)) for field in fields_of(typed.form)],
            old=standing_of(pupil, typed.form),
            again=case,
            bound=bound(case),
            open_case=open_case if open_case is not None and case is None else None,
            refusals=[say(one) for one in refused.refusals] if refused else [],
            ahead=ahead,
            tray=tray_of(typed.papers),
            reasons=reasons(),
            labels={field.name: field.label.text for field in fields_of(typed.form)},
        )
        status = Invalid.status if typed.wrong else HTTPStatus.OK
        status = Refused.status if ahead and ahead.faults else status
        return make_response(page, refused.status if refused else status)


def act_of() -> Act:
    """Return the step these forms take."""
    return Act(Trigger.SUBMIT, current_actor(), today(), "")


def bound(case: KeyChange | None) -> Any:
    """Return the evidence a case has already."""
    if case is None:
        return []
    asked = select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)
    return session().scalars(asked).all()


def bound_count(case: KeyChange | None) -> int:
    """Count the evidence a case has already."""
    return len(bound(case))


def _open_case(student_id: int) -> Case | None:
    asked = select(Case).where(Case.student_id == student_id, Case.closed_at.is_(None))
    return session().scalar(asked)


def _gone(case: KeyChange) -> Response:
    """Commit, and go to the page of the case."""
    case_id = case.id
    session().commit()
    flash(_("Submitted; everybody on the route is shown below."), "success")
    answer: Response = redirect(url_for("CaseView.show", case_id=case_id))
    return answer
