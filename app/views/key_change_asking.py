"""Asking for a key data change: the form, what it would meet, submitting it, and once more."""

from __future__ import annotations

from http import HTTPStatus

from flask import make_response, request
from flask_appbuilder import expose
from werkzeug.wrappers import Response

from app.errors import AppError, Invalid, NotFound, Refusal, Refused, Stale, TooMany
from app.models.change import KeyChange
from app.models.student import Student
from app.policies.audit import record
from app.views.actor import current_actor, session, today
from app.views.case_forms import act_of, bound, gone, open_case
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
from app.workflows.desk import Ending
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
            return self._page(pupil, blank(fields, case, case.version, case.reason_text), case)
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
            found = preview_of(pupil, typed, len(typed.papers) + len(bound(case)))
            if request.form.get("step") != "submit" or found.faults:
                return self._looked(pupil, typed, found, case)
            return gone(self._submitted(pupil, typed, case))
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
        busy = open_case(pupil.id)
        page = self.drawn(
            FORM,
            pupil=pupil,
            typed=typed,
            rows=[(field, may_be_empty(field.name)) for field in fields_of(typed.form)],
            old=standing_of(pupil, typed.form),
            again=case,
            bound=bound(case),
            open_case=busy if busy is not None and case is None else None,
            refusals=[say(one) for one in refused.refusals] if refused else [],
            ahead=ahead,
            tray=tray_of(typed.papers),
            reasons=reasons(),
            labels={field.name: field.label.text for field in fields_of(typed.form)},
        )
        status = Invalid.status if typed.wrong else HTTPStatus.OK
        status = Refused.status if ahead and ahead.faults else status
        return make_response(page, refused.status if refused else status)
