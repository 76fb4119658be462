"""学籍辅号规则的页面: the pattern that holds, what it makes, who set it; a province sets it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.codes.aux_pattern import EXAMPLE, NEEDED, PARTS, Pattern, parse
from app.errors import AppError, Refused
from app.views.actor import current_actor, session
from app.views.doors import door, may
from app.views.inbox_tabs import number
from app.views.words import say
from app.views.words import text as word
from app.workflows.aux_rules import set_rule, words

SUGGESTED = "{province}{city}{county}{school}{year}{stage}{class}{seat:2}"


class AuxRuleView(BaseView):
    """The rule of auxiliary numbers, for everybody to read and the province to set."""

    route_base = "/aux-rule"
    default_view = "index"
    class_permission_name = "AuxRule"
    base_permissions = ["can_view", "can_set"]

    @expose("", methods=["GET"])
    @door("view")
    def index(self) -> Response:
        """Show the rule, its parts and its history."""
        return self._page()

    @expose("", methods=["POST"])
    @door("set")
    def set(self) -> Response:
        """Show what a pattern would make, set it, or end the rule."""
        step, raw = request.form.get("step"), request.form.get("pattern", "")
        try:
            if step not in ("set", "end"):
                return self._page(raw, looked=parse(raw))
            seen = number(request.form.get("seen")) or 0
            set_rule(session(), current_actor(), "" if step == "end" else raw, seen)
        except Refused as refused:
            session().rollback()
            return self._page(raw, refused)
        session().commit()
        flash(
            _("The rule has ended; numbers that were given stay.")
            if step == "end"
            else _("Set. Schools number by it from now on; numbers that were given stay."),
            "success",
        )
        answer: Response = redirect(url_for("AuxRuleView.index"))
        return answer

    def _page(
        self,
        raw: str | None = None,
        refused: AppError | None = None,
        looked: Pattern | None = None,
    ) -> Response:
        history = words(session(), current_actor().path)
        held = history[0].pattern if history else ""
        page: Any = self.render_template(
            "xueji/numbering/rule.html",
            title=_("Rule of auxiliary numbers"),
            history=history,
            held=parse(held) if held else None,
            raw=held or SUGGESTED if raw is None else raw,
            looked=looked,
            seen=history[0].id if history else 0,
            parts=[(f"{{{part}}}", word(f"aux.{part}"), PARTS[part]) for part in PARTS],
            needed=[f"{{{part}}}" for part in NEEDED],
            example=EXAMPLE,
            refusals=[say(one) for one in refused.refusals] if refused else [],
            may_set=may(self, "set"),
        )
        return make_response(str(page), refused.status if refused else HTTPStatus.OK)
