"""How long a session still holds, for the notice that comes before its end; and staying."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask_appbuilder import BaseView, expose
from flask_login import current_user

from app.views import actor
from app.views.doors import door
from app.views.signing_in.sessions import idle_of, longest_left, seconds_left

WARNING = 120  # seconds before the end


class SessionView(BaseView):
    """What the page asks by itself about the session it was drawn in."""

    route_base = "/session"
    default_view = "left"
    class_permission_name = "Self"
    base_permissions = ("can_stay",)

    @expose("/left")
    def left(self) -> Any:
        """Return the seconds left, 0 when nobody is signed in; asking is no activity."""
        return jsonify(left=left_here())

    @expose("/stay", methods=["POST"])
    @door("stay")
    def stay(self) -> Any:
        """Return the seconds left after this: like anything a person does, it begins them anew."""
        return jsonify(left=left_here())


def left_for_page() -> int:
    """Return the same for the page drawn now: asking for a page begins the idle time anew."""
    if not current_user.is_authenticated:
        return 0
    account = actor.current_account()
    return min(int(idle_of(account).total_seconds()), longest_left(actor.now()))


def left_here() -> int:
    """Return in how many seconds the session of this browser is over."""
    if not current_user.is_authenticated:
        return 0
    return seconds_left(actor.current_account(), actor.now())
