"""One's own password: changed by whoever knows the present one."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask import session as browser
from flask_appbuilder import BaseView, expose
from flask_babel import lazy_gettext as _

from app.errors import Invalid, Refusal
from app.models.account import Account
from app.policies.audit import record
from app.policies.credentials import change_own_password
from app.policies.passwords import PROFILES
from app.views import actor
from app.views.doors import door
from app.views.limits import Limit
from app.views.signing_in import sessions
from app.views.signing_in.aging import is_held
from app.views.signing_in.gate import onward

GUESSES = Limit("5 per 15 minutes", "own-password")
FIELDS = ("old", "new", "again")


class OwnPasswordView(BaseView):
    """The page for a new password; the only one, while it must be changed."""

    route_base = "/own"
    default_view = "password"
    class_permission_name = "Self"
    base_permissions = ("can_view",)

    @expose("/password/", methods=["GET", "POST"])
    @door("view")
    def password(self) -> Any:
        """Show the form; take a new password from whoever knows the present one."""
        account = actor.current_account()
        if request.method != "POST":
            return self.page(account)
        refusals = changed(account, *(request.form.get(name, "") for name in FIELDS))
        if refusals:
            return self.page(account, refusals), Invalid.status
        flash(
            _("Your password is changed. Other sessions of your account are signed out."), "success"
        )
        return redirect(onward())

    def page(self, account: Account, refusals: Any = ()) -> str:
        """Draw the form, its rules, and why a password was not taken."""
        profile = PROFILES[sessions.settings_of(account)["password_profile"].value]
        return str(
            self.render_template(
                "xueji/sign/password.html",
                title=_("Password"),
                profile=profile,
                refusals=refusals,
                held=why_held(account, profile.days) if is_held() else None,
            )
        )


def why_held(account: Account, days: int | None) -> Refusal:
    """Return why nothing else is open until the password is changed."""
    if account.must_change_password:
        return Refusal("password.must_change")
    return Refusal("password.expired", {"days": days})


def changed(account: Account, old: str, new: str, again: str) -> list[Refusal]:
    """Change the password and keep this session; return what stands in the way, or nothing."""
    session, user_id = actor.session(), account.user_id
    if not GUESSES.hit(user_id):
        return [Refusal("password.tries")]
    profile = PROFILES[sessions.settings_of(account)["password_profile"].value]
    refusals = change_own_password(session, account, profile, (old, new, again), actor.now())
    if not any(refusal.code == "password.wrong" for refusal in refusals):
        GUESSES.clear(user_id)
    action = "account.password_refused" if refusals else "account.password_changed"
    record(session, action, object_type="account", object_id=user_id)
    session.commit()
    if not refusals:
        browser[sessions.EPOCH] = account.session_epoch
        browser.pop(sessions.AGED, None)
    return refusals
