"""Flask-AppBuilder's security, with one door in and none of its screens."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, g, request
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_babel import gettext as _
from flask_login import LoginManager

from app.policies.audit import acts_for
from app.policies.hats import wears
from app.policies.rights import DOORS, holds
from app.policies.scope import NOBODY, enter
from app.views.actor import arrive, session
from app.views.frame import hooks
from app.views.hat import insist_on_hat
from app.views.signing_in import sessions
from app.views.signing_in.aging import hold, is_held, lead_parts
from app.views.signing_in.gate import Gate
from app.views.signing_in.own_factor import OwnFactorView
from app.views.signing_in.own_password import OwnPasswordView
from app.views.signing_in.second_factor import FactorView
from app.views.signing_in.staying import SessionView, left_for_page

FAB_OWN = ("AuthDBView", "LocaleView")
OWN_PAGES = "Self"


class XuejiSecurity(SecurityManager):
    """Whoever learns who the user is, also enters the user's scope."""

    authdbview = Gate

    def register_views(self) -> None:
        """Open the gate and what belongs to it; no user, role, reset or API screens of FAB's."""
        self.auth_view = self.authdbview()
        for view in (self.auth_view, FactorView, OwnPasswordView, OwnFactorView, SessionView):
            self.appbuilder.add_view_no_menu(view)
        hooks(current_app).personal += [
            ("OwnPasswordView.password", lambda: _("Password")),
            ("OwnFactorView.factor", lambda: _("One-time codes")),
        ]
        current_app.before_request(hold)
        current_app.before_request(insist_on_hat)
        current_app.after_request(lead_parts)
        current_app.jinja_env.globals["session_left"] = left_for_page

    def create_db(self) -> None:
        """Do nothing: tables and roles are made by `xueji init`."""

    def create_login_manager(self, app: Flask) -> LoginManager:
        """Let the session be ours to judge: Flask-Login's own mark of a browser stays out of it."""
        manager = super().create_login_manager(app)
        manager.session_protection = None
        return manager

    def find_user(self, username: str | None = None, email: str | None = None) -> Any:
        """Find a user by login; an e-mail address is no login here."""
        del email
        is_name = bool(username) and str(username).isprintable()  # what no column can hold is none
        return super().find_user(username=username) if is_name else None

    def update_user_auth_stat(self, user: Any, success: bool = True) -> None:  # noqa: FBT002
        """Do what an unknown login makes happen, so that both take as long, and nothing more."""
        del success
        self.noop_user_update(user)

    def load_user(self, pk: str) -> Any:
        """Return the user of the session cookie, now in scope; None when the session is over."""
        user = super().load_user(pk) if str(pk).isdecimal() else None
        account = arrive(user.id, request.remote_addr) if user else None
        if sessions.resume(account):
            return user
        enter(NOBODY, session())
        for known in ("account", "actor", "gifts", "cover"):
            g.pop(known, None)
        acts_for.set(None)
        return None

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> Any:
        """Refuse: no door takes tokens."""
        del jwt_data

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Narrow FAB's answer: some rights are a teacher's only when the school gave them.

        Whoever must change their password has their own pages until they have. FAB knows the
        person alone: with a hat on, the role they act in answers.
        """
        is_given = super().has_access(permission_name, view_name)  # it finds out who asks
        actor = g.get("actor")
        if actor is None or (is_held() and view_name != OWN_PAGES):
            return False
        if actor.acting_for is not None:
            return view_name in FAB_OWN or wears(actor.role, view_name, permission_name)
        if not is_given:
            return False
        return view_name in FAB_OWN or holds(actor.role, view_name, permission_name, g.gifts)

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """Return the menu's entries for the person, or for the hat they have on."""
        mine: set[str] = super().get_user_menu_access(menu_names)
        actor = g.get("actor")
        if actor is None or actor.acting_for is None:
            return mine
        return {noun for noun, permission in DOORS if wears(actor.role, noun, permission)}
