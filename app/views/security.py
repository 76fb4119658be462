"""The login door and nothing else of FAB's security screens: accounts have pages of their own."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask import session as browser
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.views import AuthDBView
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import logout_user
from werkzeug.wrappers import Response

from app.policies.audit import record
from app.policies.rights import holds
from app.views.actor import arrive, session

FAB_OWN = ("AuthDBView", "LocaleView")


class Gate(AuthDBView):
    """Sign in and, by POST only, sign out."""

    invalid_login_message = lazy_gettext("Account or password is wrong; check both.")

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> Any:
        """Show the form or sign in; nothing from before the login stays in the session."""
        if request.method == "POST":
            kept = {key: browser[key] for key in ("csrf_token", "locale") if key in browser}
            browser.clear()
            browser.update(kept)
        return super().login()

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Response:
        """Sign out and forget everything the browser's session held."""
        record(session(), "account.logout")
        session().commit()
        logout_user()
        locale = browser.get("locale")
        browser.clear()
        if locale:
            browser["locale"] = locale
        flash(_("You have signed out."), "info")
        return redirect(url_for("Gate.login"))


class XuejiSecurity(SecurityManager):
    """Whoever learns who the user is, also enters the user's scope."""

    authdbview = Gate

    def register_views(self) -> None:
        """Open the login door only; no user, role, reset or API screens of FAB's."""
        self.auth_view = self.authdbview()
        self.appbuilder.add_view_no_menu(self.auth_view)

    def create_db(self) -> None:
        """Do nothing: tables and roles are made by `xueji init`."""

    def load_user(self, pk: str) -> Any:
        """Return the user of the session cookie, now in scope; None for a disabled account."""
        user = super().load_user(pk) if str(pk).isdecimal() else None
        return user if user and arrive(user.id, request.remote_addr) else None

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> Any:
        """Refuse: no door takes tokens."""
        del jwt_data

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Narrow FAB's answer: some rights are a teacher's only when the school gave them."""
        is_given = super().has_access(permission_name, view_name)  # it finds out who asks
        actor = g.get("actor")
        if actor is None or not is_given:
            return False
        return view_name in FAB_OWN or holds(actor.role, view_name, permission_name, g.gifts)

    def on_user_login(self, user: Any) -> None:
        """Write the sign-in down, in the scope the person now has."""
        arrive(user.id, request.remote_addr)
        record(session(), "account.login")
        session().commit()
