"""The gate: the one door in, by password, and the way out, by POST only."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import no_cache
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_babel import lazy_gettext as _
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from app.errors import Invalid
from app.models.account import Account, Credential
from app.views import actor
from app.views.doors import builder
from app.views.frame import inside
from app.views.signing_in import sessions
from app.views.signing_in.halfway import begin_half, has_device, is_asked, step_in
from app.views.signing_in.proving import note_wrong, prove
from app.views.words import say
from app.workflows.authorising import may_sign_in

FAILED = _(
    "Account or password is wrong, or the account is closed or locked. After five wrong tries an"
    " account waits 15 minutes."
)
OUTLIVED = _("This one-time password is no longer valid. Ask your superior administrator for one.")


def onward() -> str:
    """Return where whoever signed in wanted to go: a path of this site, or the index."""
    return inside(request.args.get("next", ""))


class Gate(AuthDBView):
    """Sign in and sign out."""

    login_template = "xueji/sign/login.html"

    @expose("/login/", methods=["GET", "POST"])
    @no_cache
    def login(self) -> Any:
        """Show the form, or let in whoever knows the password and needs nothing more."""
        if current_user.is_authenticated:
            return redirect(onward())
        form = LoginForm_db()
        if not form.validate_on_submit():
            return self.page(form)
        security = builder().sm
        account = prove(security, form.username.data, form.password.data, request.remote_addr)
        if account is None:
            return self.page(form, FAILED)
        if is_outlived(step_in(account)):
            note_wrong("account.login_failed", account.user_id)
            return self.page(form, OUTLIVED)
        if nothing_to_do := may_sign_in(actor.session(), account):
            note_wrong("account.login_failed", account.user_id)
            return self.page(form, say(nothing_to_do))
        return admit(account)

    def page(self, form: LoginForm_db, refusal: Any = "") -> Any:
        """Draw the form, and why somebody was not let in."""
        said = {"title": _("Sign in"), "form": form, "refusal": refusal}
        page = self.render_template(self.login_template, **said)
        return (page, Invalid.status) if refusal else page

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Response:
        """Sign out: here, and wherever else the account is signed in."""
        if current_user.is_authenticated:
            sessions.end(actor.current_account())
            logout_user()
            flash(_("You have signed out."), "info")
        else:
            sessions.start_afresh()
        return redirect(url_for("Gate.login"))


def is_outlived(account: Account) -> bool:
    """Tell whether the password is a one-time one whose days are over."""
    found = actor.session().get(Credential, account.user_id)
    until = found.temporary_until if found else None
    return until is not None and actor.now() >= until


def admit(account: Account) -> Response:
    """Let in whoever proved the password, by way of the second factor where it is asked."""
    if not is_asked(account):
        sessions.begin(builder().sm.get_user_by_id(account.user_id), account)
        return redirect(onward())
    begin_half(account)
    way = "FactorView.code" if has_device(account) else "FactorView.device"
    return redirect(url_for(way, next=request.args.get("next") or None))
