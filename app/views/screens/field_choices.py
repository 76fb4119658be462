"""受控字段与开放字段: what an authority controls (P06), what a school opens to teachers (P07)."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import AppError, Refused, Stale
from app.models.organisation import Organisation, Tier
from app.views.actor import current_account, current_actor, session, today
from app.views.doors import door
from app.views.inbox_tabs import number
from app.views.screens.field_rows import (
    boxes_of,
    choosable,
    grades_of,
    last_own,
    newest,
    open_boxes_of,
    openable,
    said_above,
)
from app.views.words import field_words, say, text
from app.workflows.controlled import SUGGESTED, control, controlled, locked, open_fields

MODE = "controlled_fields_mode"


class FieldChoiceView(BaseView):
    """Controlled fields for authorities, opened fields for a school; both with their history."""

    route_base = "/fields"
    default_view = "index"
    class_permission_name = "FieldChoice"
    base_permissions = ["can_view", "can_control", "can_open"]

    @expose("")
    @door("view")
    def index(self) -> Response:
        """Show what is controlled here, who said so, and when."""
        return self._controlled(None)

    @expose("/control", methods=["POST"])
    @door("control")
    def control(self) -> Response:
        """Say which fields the own authority controls; the suggested ones in one click."""
        is_usual = request.form.get("step") == "suggested"
        wanted = set(SUGGESTED) if is_usual else set(request.form.getlist("field"))
        try:
            _insist_seen(last_own(session(), current_actor()))
            control(session(), current_actor(), wanted)
        except Refused as refused:
            session().rollback()
            return self._controlled(wanted, refused)
        session().commit()
        flash(_("Set. It holds from now on for your authority and everybody below."), "success")
        return redirect(url_for("FieldChoiceView.index"))

    @expose("/opened", methods=["GET"])
    @door("open")
    def opened(self) -> Response:
        """Show which fields class teachers may write, grade by grade."""
        return self._opened(None)

    @expose("/opened", methods=["POST"])
    @door("open")
    def open(self) -> Response:
        """Open fields to class teachers, grade by grade; nothing is said of grades as before."""
        grades = grades_of(session(), current_actor())
        wanted = {grade: set(request.form.getlist(f"grade-{grade}")) for grade in grades}
        before = openable(session(), current_actor(), grades)
        changed = {grade: some for grade, some in wanted.items() if some != before[grade]}
        try:
            _insist_seen(last_own(session(), current_actor()))
            open_fields(session(), current_actor(), changed, today())
        except Refused as refused:
            session().rollback()
            return self._opened(wanted, refused)
        session().commit()
        flash(_("Set. Class teachers see it at once."), "success")
        return redirect(url_for("FieldChoiceView.opened"))

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _controlled(
        self, ticked: Iterable[str] | None, refused: AppError | None = None
    ) -> Response:
        actor, place = current_actor(), current_account().organisation
        said = said_above(session(), actor.path)
        held = controlled(session(), actor.path, today())
        return self._drawn(
            "xueji/fields/controlled.html",
            refused,
            place=place,
            groups=boxes_of(said, place, held, ticked),
            held=held,
            province=_silent_province(said, place),
            mode=choosable(session(), actor.path, today()),
            history=newest(session(), actor.path, controlled=True),
            seen=last_own(session(), actor),
        )

    def _opened(
        self, ticked: dict[str, set[str]] | None, refused: AppError | None = None
    ) -> Response:
        actor = current_actor()
        grades = grades_of(session(), actor)
        bound = locked(session(), actor.path, today())
        return self._drawn(
            "xueji/fields/opened.html",
            refused,
            grades=grades,
            groups=open_boxes_of(bound),
            ticked=ticked or openable(session(), actor, grades),
            is_set=bool(controlled(session(), actor.path, today())),
            history=newest(session(), actor.path, controlled=False),
            seen=last_own(session(), actor),
        )

    def _drawn(self, template: str, refused: AppError | None, **facts: Any) -> Response:
        reasons = [say(one) for one in refused.refusals] if refused else []
        drawn = self.render_template(
            template, refusals=reasons, text=text, fields_said=field_words, **facts
        )
        return make_response(str(drawn), refused.status if refused else HTTPStatus.OK)


def _insist_seen(last: int) -> None:
    """Raise `Stale` when somebody of the same place has decided since the page was opened."""
    if (number(request.form.get("seen")) or 0) != last:
        raise Stale


def _silent_province(said: Iterable[Any], place: Organisation) -> Organisation | None:
    """Return the province while it has set nothing; None where it has, or there is none."""
    above: Organisation | None = place
    while above is not None and above.tier is not Tier.PROVINCE:
        above = above.parent
    spoken = {word.organisation_id for word in said if word.fields}
    return above if above is not None and above.id not in spoken else None
