"""The second step of signing in: the code of a device, or setting the device up."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.decorators import no_cache
from flask_babel import lazy_gettext as _

from app.errors import Invalid
from app.models.account import Account
from app.policies import second_factor as factor
from app.policies.audit import record
from app.views import actor
from app.views.doors import builder
from app.views.signing_in import sessions
from app.views.signing_in.gate import FAILED, onward
from app.views.signing_in.halfway import half_account, has_device, step_in
from app.views.signing_in.picture import picture_of
from app.views.signing_in.proving import (
    CODES,
    count_wrong,
    insist_on_address,
    is_locked,
    note_wrong,
)

WRONG = _(
    "This code is wrong or was used already. Wait for the next one; after five wrong codes the"
    " account waits 15 minutes."
)
LATE = _("Signing in took too long. Begin again with your password.")


class FactorView(BaseView):
    """Pages for whoever has proven the password and nothing else."""

    route_base = "/login"
    default_view = "code"
    class_permission_name = "Self"

    @expose("/code/", methods=["GET", "POST"])
    @no_cache
    def code(self) -> Any:
        """Ask for the code of the device, and let in whoever shows it."""
        account = half_account()
        if account is None or not has_device(account):
            return back_to_gate(LATE)
        if request.method != "POST":
            return self.render_template("xueji/sign/code.html", title=_("One-time code"))
        if is_locked(account.user_id):
            return back_to_gate(FAILED)
        if not is_proven(account, request.form.get("code", "")):
            page = self.render_template(
                "xueji/sign/code.html", title=_("One-time code"), refusal=WRONG
            )
            return page, Invalid.status
        sessions.begin(builder().sm.get_user_by_id(account.user_id), account)
        return redirect(onward())

    @expose("/device/", methods=["GET", "POST"])
    @no_cache
    def device(self) -> Any:
        """Set up the first device of somebody who needs one, then let them in."""
        account = half_account()
        if account is None or has_device(account):
            return back_to_gate(LATE)
        if is_locked(account.user_id):
            return back_to_gate(FAILED)
        if request.method != "POST":
            return self.render_template("xueji/sign/device.html", **an_offer(account))
        codes = confirmed(account, request.form.get("offer", ""), request.form.get("code", ""))
        if codes is None:
            offer = an_offer(account, request.form.get("offer", ""))
            return self.render_template(
                "xueji/sign/device.html", refusal=WRONG, **offer
            ), Invalid.status
        sessions.begin(builder().sm.get_user_by_id(account.user_id), account)
        return self.render_template("xueji/sign/codes.html", **told(codes), go_on=onward())


def is_proven(account: Account, code: str) -> bool:
    """Tell whether a code opens; a wrong one is counted and written down."""
    insist_on_address(request.remote_addr)
    user_id = account.user_id
    if CODES.hit(user_id) and factor.proves(actor.session(), user_id, code, actor.now()):
        CODES.clear(user_id)
        return True
    wrong(account)
    return False


def wrong(account: Account) -> None:
    """Count a wrong code and write it down; the fifth locks the account."""
    count_wrong(account.user_id, CODES, request.remote_addr)
    note_wrong("account.code_failed", account.user_id)
    step_in(account)


def confirmed(account: Account, offer: str, code: str) -> list[str] | None:
    """Keep the device that shows the code of its offer; return recovery codes, or None."""
    session, user_id, now = actor.session(), account.user_id, actor.now()
    secret = factor.offered(user_id, offer, now)
    step = factor.step_of(secret, code, now) if secret and CODES.hit(user_id) else None
    if secret is None or step is None:
        wrong(account)
        return None
    CODES.clear(user_id)
    codes = factor.keep(session, user_id, secret, step, now)
    record(session, "account.device_set", object_type="account", object_id=user_id)
    session.commit()
    return codes


def an_offer(account: Account, offer: str = "") -> dict[str, Any]:
    """Return what the set-up page shows: a secret as picture and as letters, and its seal.

    The offer that came with a wrong code is shown again while it holds.
    """
    now = actor.now()
    secret = factor.offered(account.user_id, offer, now)
    if secret is None:
        secret = factor.fresh_secret()
        offer = factor.offer(account.user_id, secret, now)
    return {
        "title": _("Set up one-time codes"),
        "offer": offer,
        "key": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": picture_of(factor.address_of(secret, account.login)),
    }


def told(codes: list[str]) -> dict[str, Any]:
    """Return what the page of recovery codes shows, once."""
    return {"title": _("Recovery codes"), "codes": codes}


def back_to_gate(why: Any) -> Any:
    """Begin again at the gate, and say why."""
    sessions.start_afresh()
    flash(why, "warning")
    return redirect(url_for("Gate.login", next=request.args.get("next") or None))
