"""One's own second factor: set a device up, change to another, renew the recovery codes."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.errors import Invalid
from app.models.account import Account, Credential
from app.policies import second_factor as factor
from app.policies.audit import record
from app.views import actor
from app.views.doors import door
from app.views.signing_in import sessions
from app.views.signing_in.halfway import has_device
from app.views.signing_in.proving import is_locked
from app.views.signing_in.second_factor import WRONG, an_offer, confirmed, is_proven, told


class OwnFactorView(BaseView):
    """Pages for whoever is signed in; each change asks for a code that opens."""

    route_base = "/own/factor"
    default_view = "factor"
    class_permission_name = "Self"
    base_permissions = ("can_view",)

    @expose("/")
    @door("view")
    def factor(self) -> Any:
        """Show whether a device is set up, and how many recovery codes are left."""
        return self.page(actor.current_account())

    @expose("/codes", methods=["POST"])
    @door("view")
    def codes(self) -> Any:
        """Give fresh recovery codes to whoever shows a code."""
        account = actor.current_account()
        if not shown(account):
            return self.page(account, WRONG), Invalid.status
        codes = factor.renew_codes(actor.session(), account.user_id)
        record(
            actor.session(),
            "account.codes_renewed",
            object_type="account",
            object_id=account.user_id,
        )
        actor.session().commit()
        return self.codes_page(codes)

    @expose("/device", methods=["GET", "POST"])
    @door("view")
    def device(self) -> Any:
        """Set a device up; in place of another one only for whoever shows a code of that."""
        account = actor.current_account()
        if request.method != "POST":
            return self.device_page(account)
        if has_device(account) and not shown(account, "old_code"):
            return self.device_page(account, WRONG), Invalid.status
        codes = confirmed(account, request.form.get("offer", ""), request.form.get("code", ""))
        if codes is None:
            return self.device_page(account, WRONG), Invalid.status
        return self.codes_page(codes)

    @expose("/codes", methods=["GET"])
    @door("view")
    def codes_again(self) -> Response:
        """Recovery codes are shown once: a reload leads back."""
        return redirect(url_for("OwnFactorView.factor"))

    def page(self, account: Account, refusal: Any = "") -> str:
        """Draw the state of the second factor."""
        credential = actor.session().get(Credential, account.user_id)
        return str(
            self.render_template(
                "xueji/sign/factor.html",
                title=_("One-time codes"),
                credential=credential if has_device(account) else None,
                refusal=refusal,
            )
        )

    def device_page(self, account: Account, refusal: Any = "") -> str:
        """Draw the set-up of a device."""
        offer = an_offer(account, request.form.get("offer", ""))
        return str(
            self.render_template(
                "xueji/sign/own_device.html", refusal=refusal, replaces=has_device(account), **offer
            )
        )

    def codes_page(self, codes: list[str]) -> str:
        """Draw the recovery codes, this once."""
        go_on = url_for("OwnFactorView.factor")
        return str(self.render_template("xueji/sign/codes.html", **told(codes), go_on=go_on))


def shown(account: Account, field: str = "code") -> bool:
    """Tell whether a code of the present device was shown; the fifth wrong one ends the session."""
    if is_proven(account, request.form.get(field, "")):
        return True
    if is_locked(account.user_id):
        sessions.start_afresh()
    return False
