"""Answering a problem (P05): proving a record, correcting it, or letting it go; and once more."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.errors import AppError, Invalid, Refused, Stale, TooMany
from app.models.problem import ProblemAction, ProblemCase
from app.models.student import Student
from app.policies.audit import record
from app.views.actor import current_actor, session
from app.views.case_forms import act_of, bound, gone, open_case
from app.views.doors import door
from app.views.evidence import tray_of
from app.views.inbox_tabs import known
from app.views.key_change_form import blank, fields_of, may_be_empty, read
from app.views.key_change_preview import Preview, standing_of
from app.views.problem_preview import Asked, preview_of
from app.views.problem_words import ACTIONS, AFTER, TOLD
from app.views.revealing import reasons
from app.views.screens.enrolling import DOUBLE, DOUBLES
from app.views.screens.national import closed
from app.views.words import say
from app.workflows.answering import resubmit_problem, returned_problem
from app.workflows.comparing_sides import Side, sides
from app.workflows.correcting import collides
from app.workflows.key_change import IDENTITY
from app.workflows.opening_changes import own_pupil
from app.workflows.opening_problem import open_problem
from app.workflows.resubmitting import Seen

FORM = "xueji/problem/form.html"
ACTIONS_ASKED = {one.value.lower(): one for one in ProblemAction}
FIELDS = {ProblemAction.CHANGE: frozenset(IDENTITY)}
NO_FIELDS: frozenset[str] = frozenset()


class ProblemForms(BaseView):
    """The form of an answer, new or of a case that was sent back."""

    @expose("/<int:student_id>/answer", methods=["GET", "POST"])
    @door("open")
    def answer(self, student_id: int) -> Response:
        """Show the form of what is to become of an own record; what it would meet; submit it."""
        pupil, action = own_pupil(session(), student_id, act_of()), _action(request.values)
        if request.method != "POST":
            return self._page(Asked(pupil, action, blank(_fields(action), None, pupil.row_version)))
        return self._taken(Asked(pupil, action, read(_fields(action), request.form, None)))

    @expose("/again/<int:case_id>", methods=["GET", "POST"])
    @door("open")
    def again(self, case_id: int) -> Response:
        """Show an answer that was sent back, to be mended and submitted again."""
        case = returned_problem(session(), case_id, act_of())
        pupil = own_pupil(session(), case.student_id, act_of())
        action = _action(request.values, case.action)
        if request.method != "POST":
            kept = case if action is case.action else None
            typed = blank(_fields(action), kept, case.version, case.explanation)
            return self._page(Asked(pupil, action, typed, case))
        return self._taken(Asked(pupil, action, read(_fields(action), request.form, case), case))

    def drawn(self, template: str, **facts: Any) -> str:
        """Draw a page of this view."""
        return str(self.render_template(template, view=self, **facts))

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _taken(self, asked: Asked) -> Response:
        student_id, case_id = asked.pupil.id, asked.case.id if asked.case is not None else None
        if asked.action is ProblemAction.DELETE:
            asked.typed.papers = []  # a record that goes needs none
        try:
            if asked.typed.seen != asked.version:
                raise Stale
            if asked.typed.wrong:
                return self._page(asked)
            found = preview_of(asked)
            if request.form.get("step") != "submit" or found.faults:
                return self._looked(asked, found)
            return _left(_submitted(asked))
        except (Refused, Invalid) as refused:
            session().rollback()
            asked.pupil = own_pupil(session(), student_id, act_of())
            asked.case = session().get(ProblemCase, case_id) if case_id else None
            asked.typed.seen = asked.version
            return self._page(asked, refused=refused)

    def _looked(self, asked: Asked, found: Preview) -> Response:
        """Show what would happen; that new values are alike too is counted and limited."""
        stays = None
        if asked.action is ProblemAction.DELETE:
            stays = staying(asked.pupil)
            session().commit()  # who looks at whose record is written down
        if asked.action is ProblemAction.CHANGE:
            if refusal := closed(DOUBLES):
                return self._page(asked, refused=TooMany(refusal))
            if collides(session(), asked.pupil.id, asked.typed.wanted):
                found.is_alike = True
                record(session(), DOUBLE)
                session().commit()
        return self._page(asked, ahead=found, stays=stays)

    def _page(
        self,
        asked: Asked,
        *,
        refused: AppError | None = None,
        ahead: Preview | None = None,
        stays: list[Side] | None = None,
    ) -> Response:
        pupil, typed, case = asked.pupil, asked.typed, asked.case
        page = self.drawn(
            FORM,
            pupil=pupil,
            action=asked.action.value.lower(),
            actions=[(one.value.lower(), ACTIONS[one], TOLD[one]) for one in ProblemAction],
            after=AFTER[asked.action],
            typed=typed,
            rows=[(field, may_be_empty(field.name)) for field in fields_of(typed.form)],
            old=standing_of(pupil, typed.form),
            again=case,
            bound=bound(case),
            open_case=open_case(pupil.id) if case is None else None,
            refusals=[say(one) for one in refused.refusals] if refused else [],
            ahead=ahead,
            stays=stays,
            tray=tray_of(typed.papers),
            reasons=reasons(),
            labels={field.name: field.label.text for field in fields_of(typed.form)},
        )
        status = Invalid.status if typed.wrong else HTTPStatus.OK
        status = Refused.status if ahead and ahead.faults else status
        return make_response(page, refused.status if refused else status)


def _action(sent: MultiDict[str, str], held: ProblemAction | None = None) -> ProblemAction:
    """Return what is asked for: as the form or the address says, else as it was before."""
    asked = known(sent.get("action"), ACTIONS_ASKED)
    return ACTIONS_ASKED[asked] if asked else held or ProblemAction.EVIDENCE


def _fields(action: ProblemAction) -> frozenset[str]:
    return FIELDS.get(action, NO_FIELDS)


def staying(pupil: Student) -> list[Side]:
    """Return the records that stay when this one goes; a look at them is written down."""
    found = sides(session(), current_actor(), pupil)
    return [one for one in found.others if one.is_shown and one.is_kept]


def _submitted(asked: Asked) -> ProblemCase:
    papers = asked.typed.papers
    if asked.case is None:
        return open_problem(session(), asked.pupil.id, asked.answer, act_of(), papers)
    seen = Seen(asked.case.id, asked.typed.seen or 0)
    return resubmit_problem(session(), seen, asked.answer, act_of(), papers)


def _left(case: ProblemCase) -> Response:
    """Go to the page of the case; of a record that is gone, to the list of what is left."""
    if case.action is not ProblemAction.DELETE:
        return gone(case)
    session().commit()
    flash(_("The record is deleted; it stays readable under deleted records."), "success")
    way: Response = redirect(url_for("ProblemView.index"))
    return way
