"""全国查询: status and school of a pupil anywhere, for who knows the exact name and a number.

The answer is the answer to the POST itself: what was typed stands in no address, cookie or log.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import make_response, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import Invalid, Refusal, TooMany
from app.models.student import Student
from app.policies.allowances import Allowance
from app.views.actor import current_actor, session
from app.views.doors import door
from app.views.filters import readable
from app.views.revealing import clock
from app.views.words import say
from app.workflows.lookup import DEED, Answer, look_up

LOOKUPS = Allowance((DEED,), 20, timedelta(hours=1))


class NationalView(BaseView):
    """The look-up: a name, a number, a short answer."""

    route_base = "/national"
    default_view = "look"
    class_permission_name = "NationalLookup"
    base_permissions = ["can_view"]

    @expose("", methods=["GET"])
    @door("view")
    def look(self) -> Response:
        """Show the empty form."""
        return self._page({})

    @expose("", methods=["POST"])
    @door("view")
    def answer(self) -> Response:
        """Say where a pupil is, or that nobody goes by this name and number."""
        typed, wrong = read_form(request.form)
        if wrong:
            return self._page(typed, wrong=wrong, status=Invalid.status)
        if refusal := closed(LOOKUPS):
            return self._page(typed, refusal=say(refusal), status=TooMany.status)
        found = look_up(session(), typed["name"], typed["number"])
        session().commit()
        return self._page(typed, asked=True, found=found, is_ours=found is not None and ours(found))

    def _page(
        self, typed: Mapping[str, str], *, status: int = HTTPStatus.OK, **facts: Any
    ) -> Response:
        drawn = self.render_template(
            "xueji/national/look.html", typed=typed, most=LOOKUPS.most, **facts
        )
        return make_response(str(drawn), status)


def read_form(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what was typed, and what is wrong with it by field."""
    typed, wrong = {}, {}
    for name in ("name", "number"):
        try:
            typed[name] = readable(form.get(name, ""))
        except ValueError:
            typed[name], wrong[name] = "", _("This cannot be stored; type it again.")
        if not typed[name]:
            wrong.setdefault(name, _("This is needed."))
    return typed, wrong


def closed(allowance: Allowance) -> Refusal | None:
    """Return why this person may look up nobody now, or None."""
    until = allowance.closed_until(session(), current_actor().user_id)
    if until is None:
        return None
    return Refusal("E-LOOKUP-LIMIT", {"n": allowance.most, "time": clock(until)})


def ours(found: Answer) -> bool:
    """Tell whether the person sees this pupil's archive anyway."""
    return session().get(Student, found.student_id) is not None
