"""The forms of movements: of an own pupil, of one who comes back to us, of one sent back."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.codes.masking import national_number
from app.errors import AppError, Invalid, Refused, Stale, TooMany
from app.models.case import Decision
from app.models.change import Movement, MovementType
from app.models.student import Student
from app.policies.audit import record
from app.views import moving_fields as fields
from app.views.actor import current_actor, session, today
from app.views.case_forms import act_of, bound, gone, open_case
from app.views.doors import door
from app.views.evidence import tray_of
from app.views.inbox_tabs import known, number
from app.views.labels import label_of
from app.views.moving_fields import Standing, Typed
from app.views.moving_preview import (
    Preview,
    held_by_us,
    held_elsewhere,
    preview_again,
    preview_of,
)
from app.views.picking import Picking
from app.views.screens.national import closed
from app.views.transferring import SEARCHES, rooms
from app.views.words import say
from app.workflows.movement import MOVES
from app.workflows.opening_changes import open_movement, open_return, own_pupil
from app.workflows.resubmitting import Seen, resubmit_movement, returned_movement
from app.workflows.suspensions import level_at_leave

FORM = "xueji/movement/form.html"


class MovingForms(Picking):
    """The three forms; each shows what would happen before it submits."""

    @expose("/open/<int:student_id>", methods=["GET", "POST"])
    @door("open")
    def open(self, student_id: int) -> Response:
        """Show the form of an own pupil's movement; show what would happen; submit."""
        pupil = own_pupil(session(), student_id, act_of())
        if request.method != "POST":
            return self._own(pupil, _begun(request.args.get("type")))
        typed = _read()
        if _step() == "kind":
            return self._own(pupil, typed)
        if typed.wrong:
            return self._own(pupil, typed, status=Invalid.status)
        try:
            if _step() == "submit":
                return gone(
                    open_movement(session(), student_id, typed.plan, act_of(), typed.papers)
                )
            return self._own(pupil, typed, preview_of(held_by_us(pupil), typed.plan, typed.papers))
        except (Refused, Invalid) as refused:
            session().rollback()
            pupil = own_pupil(session(), student_id, act_of())
            return self._own(pupil, typed, refused=refused)

    @expose("/return", methods=["GET", "POST"])
    @door("open")
    def back(self) -> Response:
        """Ask back a pupil whom another school holds, by exact name and number."""
        if request.method != "POST":
            return self._back(_begun(request.args.get("type")))
        typed = _read(named=True)
        if _step() == "kind":
            return self._back(typed)
        if typed.wrong:
            return self._back(typed, status=Invalid.status)
        if refusal := closed(SEARCHES):
            return self._back(typed, refused=TooMany(refusal))
        try:
            return self._asked_back(typed)
        except (Refused, Invalid) as refused:
            session().rollback()
            record(session(), "pupil.search", hit=refused.refusals[0].code != "E-NOTFOUND")
            session().commit()  # a look-up that found nothing counts as well
            return self._back(typed, refused=refused)

    @expose("/again/<int:case_id>", methods=["GET", "POST"])
    @door("open")
    def again(self, case_id: int) -> Response:
        """Show the answers of a movement that was sent back, to be mended and submitted again."""
        case = returned_movement(session(), case_id, act_of())
        if request.method != "POST":
            return self._again(case, _answers(case))
        typed = _read()
        if _step() == "kind":
            return self._again(case, typed)
        if typed.wrong:
            return self._again(case, typed, status=Invalid.status)
        seen = number(request.form.get("seen")) or 0
        try:
            if seen != case.version:
                raise Stale
            if _step() == "submit":
                way = Seen(case_id, seen)
                return gone(resubmit_movement(session(), way, typed.plan, act_of(), typed.papers))
            return self._again(case, typed, preview_again(case, typed.plan, typed.papers))
        except (Refused, Invalid) as refused:
            session().rollback()
            case = returned_movement(session(), case_id, act_of())
            return self._again(case, typed, refused=refused)

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _asked_back(self, typed: Typed) -> Response:
        """Submit the return of a pupil found by name and number, or show what would happen."""
        if _step() == "submit":
            named = (typed.name, typed.number)
            return gone(open_return(session(), named, typed.plan, act_of(), typed.papers))
        held = held_elsewhere(typed.name, typed.number)
        if held["school_id"] == current_actor().organisation_id:
            flash(_("The pupil is at your school already: go on here."), "info")
            way = {"student_id": held["student_id"], "type": typed.type}
            answer: Response = redirect(url_for("MovementView.open", **way))
            return answer
        return self._back(typed, preview_of(held, typed.plan, typed.papers))

    def _own(
        self, pupil: Student, typed: Typed, preview: Preview | None = None, **more: Any
    ) -> Response:
        held = Standing(
            pupil.stage, pupil.grade.level, pupil.status, level_at_leave(session(), pupil.id)
        )
        facts = {
            "pupil": pupil,
            "number": national_number(pupil.number) if pupil.number else "",
            "level": label_of("grade_level")(pupil.grade.code),
            "open_case": open_case(pupil.id),
            "kinds": fields.kinds_of(held),
            "standing": held,
        }
        return self._form(typed, preview, facts, **more)

    def _back(self, typed: Typed, preview: Preview | None = None, **more: Any) -> Response:
        facts = {"pupil": None, "named": True, "kinds": [("", fields.returns())], "standing": None}
        return self._form(typed, preview, facts, **more)

    def _again(
        self, case: Movement, typed: Typed, preview: Preview | None = None, **more: Any
    ) -> Response:
        pupil = session().get(Student, case.student_id)
        back = [event for event in case.events if event.decision is Decision.RETURN]
        facts: dict[str, Any] = {
            "again": case,
            "sent_back": back[-1] if back else None,
            "bound": bound(case),
        }
        if pupil is not None and pupil.school_id == current_actor().organisation_id:
            held = Standing(
                pupil.stage, pupil.grade.level, pupil.status, level_at_leave(session(), pupil.id)
            )
            facts |= {"kinds": fields.kinds_of(held), "standing": held}
        else:
            facts |= {"kinds": [("", fields.returns())], "standing": None}
        return self._form(typed, preview, facts, **more)

    def _form(
        self,
        typed: Typed,
        preview: Preview | None,
        facts: dict[str, Any],
        *,
        refused: AppError | None = None,
        status: int = HTTPStatus.OK,
    ) -> Response:
        kind, standing = typed.kind, facts["standing"]
        page = self.drawn(
            FORM,
            typed=typed,
            sheet=preview,
            refusals=[say(refusal) for refusal in refused.refusals] if refused else [],
            kind=kind,
            move=MOVES[kind] if kind else None,
            reasons=fields.reasons_for(kind) if kind else [],
            rooms=fields.fitting(kind, rooms(), standing) if kind else [],
            likely=lambda grade: standing is not None and fields.is_likely(grade, standing),
            today=today(),
            **facts,
            tray=tray_of(typed.papers),
        )
        return make_response(page, refused.status if refused else status)


def _step() -> str:
    return request.form.get("step", "look")


def _read(*, named: bool = False) -> Typed:
    if _step() == "kind":
        typed = fields.as_sent(request.form)
        typed.wrong.clear()
        return _with_days(typed)
    return fields.read(request.form, today(), rooms(), named=named)


def _begun(kind: str | None) -> Typed:
    """Return the answers an empty form begins with."""
    return _with_days(Typed(type=known(kind, MovementType.__members__)))


def _with_days(typed: Typed) -> Typed:
    typed.happened_on = typed.happened_on or f"{today()}"
    typed.until_on = typed.until_on or f"{a_year_on(today())}"
    return typed


def a_year_on(day: date) -> date:
    """Return the same day of the next year; a leap day ends with February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _answers(case: Movement) -> Typed:
    """Return what a case says, as the form types it."""
    return Typed(
        type=case.type.value,
        reason=case.reason or "",
        reason_text=case.reason_text or "",
        happened_on=f"{case.happened_on}",
        until_on=f"{case.until_on or a_year_on(today())}",
        to_class=str(case.to_class_id or ""),
    )
