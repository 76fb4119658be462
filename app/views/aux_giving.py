"""学籍辅号的编排页面: for a class or the whole school, looked at before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.errors import AppError, Refused
from app.models.school import SchoolClass
from app.views.actor import current_actor, session, today
from app.views.doors import door, may
from app.views.inbox_tabs import number
from app.views.words import say
from app.workflows.aux_numbers import Line, Plan, Wanted, give, look
from app.workflows.aux_rules import pattern_of
from app.workflows.class_roll import rooms_of

SHOWN = 300  # lines a page shows


class Counted(NamedTuple):
    """A class and how many of it keep a number, get one, get none."""

    room: SchoolClass
    kept: int
    new: int
    stopped: int


class AuxNumberView(BaseView):
    """Auxiliary numbers by the rule of the province."""

    route_base = "/aux-numbers"
    default_view = "index"
    class_permission_name = "Renumbering"
    base_permissions = ["can_view", "can_number"]

    @expose("", methods=["GET"])
    @door("view")
    def index(self) -> Response:
        """Show what would be given to whom, and who gets none."""
        return self._page(_wanted(request.args))

    @expose("", methods=["POST"])
    @door("number")
    def give(self) -> Response:
        """Give the numbers that were looked at."""
        wanted = _wanted(request.form)
        try:
            count = give(session(), current_actor(), wanted, request.form.get("seen", ""))
        except Refused as refused:
            session().rollback()
            return self._page(wanted, refused)
        session().commit()
        told = ngettext(
            "%(num)d pupil has an auxiliary number by the rule now.",
            "%(num)d pupils have an auxiliary number by the rule now.",
            count,
        )
        flash(told, "success")
        answer: Response = redirect(url_for("AuxNumberView.index", room=wanted.class_id))
        return answer

    def _page(self, wanted: Wanted, refused: AppError | None = None) -> Response:
        actor = current_actor()
        there = pattern_of(session(), actor.path)
        plan = look(session(), actor, wanted) if there else None
        page: Any = self.render_template(
            "xueji/numbering/aux.html",
            title=_("Auxiliary numbers"),
            plan=plan,
            wanted=wanted,
            rooms=rooms_of(session(), actor.organisation_id),
            counted=counted(plan.lines) if plan else [],
            lines=_shown(plan, wanted) if plan else [],
            most=SHOWN,
            told=say,
            refusals=[say(one) for one in refused.refusals] if refused else [],
            may_number=may(self, "number"),
        )
        return make_response(str(page), refused.status if refused else HTTPStatus.OK)


def counted(lines: Iterable[Line]) -> list[Counted]:
    """Return the classes of a plan with their figures, in the order of the plan."""
    by_room: dict[int, list[Line]] = {}
    for line in lines:
        by_room.setdefault(line.room.id, []).append(line)
    return [
        Counted(
            found[0].room,
            sum(1 for one in found if one.refusal is None and not one.is_new),
            sum(1 for one in found if one.is_new),
            sum(1 for one in found if one.refusal is not None),
        )
        for found in by_room.values()
    ]


def _shown(plan: Plan, wanted: Wanted) -> list[Line]:
    """Return every line of one class; of a whole school only those who get none."""
    return list(plan.lines) if wanted.class_id is not None else plan.stopped


def _wanted(sent: Any) -> Wanted:
    return Wanted(number(sent.get("room")), bool(sent.get("anew")), today())
