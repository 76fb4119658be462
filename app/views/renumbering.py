"""班内学号的页面: the classes and how their numbers stand; one class, looked at and numbered."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.errors import AppError, Refused
from app.views.actor import current_actor, session
from app.views.doors import door, may
from app.views.inbox_tabs import number
from app.views.words import say
from app.workflows.aux_rules import pattern_of
from app.workflows.class_roll import Figures, figures, rooms_of
from app.workflows.renumbering import MOST, Order, Plan, Wanted, look, renumber

SEAT = "seat-"  # and the key of a pupil: the field in which a number is typed


class RenumberingView(BaseView):
    """Numbers in class: by present order, by name, or as they are typed or dragged."""

    route_base = "/class-numbers"
    default_view = "index"
    class_permission_name = "Renumbering"
    base_permissions = ["can_view", "can_number"]

    @expose("")
    @door("view")
    def index(self) -> str:
        """List the classes of the school and how their numbers stand."""
        school_id = current_actor().organisation_id
        known = figures(session(), school_id)
        rooms = [(room, known.get(room.id, Figures())) for room in rooms_of(session(), school_id)]
        page = self.render_template(
            "xueji/numbering/classes.html",
            title=_("Class numbers"),
            rooms=rooms,
            pattern=pattern_of(session(), current_actor().path),
            may_number=may(self, "number"),
        )
        return str(page)

    @expose("/<int:class_id>", methods=["GET"])
    @door("view")
    def show(self, class_id: int) -> Response:
        """Show a class, and on request how it would be numbered."""
        wanted = _wanted(request.args) if may(self, "number") else None
        return self._page(look(session(), current_actor(), class_id, wanted), wanted)

    @expose("/<int:class_id>", methods=["POST"])
    @door("number")
    def number(self, class_id: int) -> Response:
        """Show what typed numbers would do, or number the class as it was looked at."""
        wanted, actor = _wanted(request.form) or Wanted(Order.GAPS, {}), current_actor()
        if request.form.get("step") != "number":
            return self._page(look(session(), actor, class_id, wanted), wanted)
        seen = request.form.get("seen", "")
        try:
            count = renumber(session(), actor, class_id, wanted, seen)
        except Refused as refused:
            session().rollback()
            return self._page(look(session(), actor, class_id, wanted), wanted, refused)
        session().commit()
        told = ngettext(
            "%(num)d pupil has another number in class now.",
            "%(num)d pupils have another number in class now.",
            count,
        )
        flash(told, "success")
        answer: Response = redirect(url_for("RenumberingView.show", class_id=class_id))
        return answer

    # ── inside ──────────────────────────────────────────────────────────────────────────────

    def _page(self, plan: Plan, wanted: Wanted | None, refused: AppError | None = None) -> Response:
        page: Any = self.render_template(
            "xueji/numbering/class.html",
            title=plan.room.name,
            plan=plan,
            wanted=wanted,
            orders=Order,
            is_typed=wanted is not None and wanted.order is Order.TYPED,
            shown={key: typed for key, typed in wanted.typed.items() if typed} if wanted else {},
            refusals=[say(one) for one in refused.refusals] if refused else [],
            told=say,
            most=MOST,
            seat=SEAT,
            may_number=may(self, "number"),
            pattern=pattern_of(session(), current_actor().path),
        )
        return make_response(str(page), refused.status if refused else HTTPStatus.OK)


def _wanted(sent: MultiDict[str, str]) -> Wanted | None:
    """Return how the class is to be numbered; what nobody offered is no wish."""
    order = next((one for one in Order if one.value == sent.get("order")), None)
    if order is None:
        return None
    typed = {
        key: text
        for name, text in sent.items()
        if name.startswith(SEAT) and (key := number(name.removeprefix(SEAT))) is not None
    }
    return Wanted(order, typed)
