"""Whose password must be changed before anything else, and how that holds a session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app, g, redirect, request, url_for
from flask import session as browser
from flask_login import current_user
from werkzeug.wrappers import Response

from app.models.account import Account, Credential
from app.policies.passwords import PROFILES, is_expired
from app.views import actor

FREE = {  # what stays open until the password is changed
    "OwnPasswordView.password",
    "Gate.login",
    "Gate.logout",
    "FrameView.prefer",
    "SessionView.left",
    "SessionView.stay",
    "UtilView.back",
    "LocaleView.index",
}
NOBODYS = ("static", "appbuilder.static", "health.healthz", "health.readyz")


def is_aged(account: Account, profile: str, now: datetime) -> bool:
    """Tell whether an account's password is too old; a demo's are public and stay."""
    credential = actor.session().get(Credential, account.user_id)
    set_at = credential.password_set_at if credential else None
    if set_at is None and current_app.config["DEMO"]:
        return False
    return is_expired(PROFILES[profile], set_at or account.created_at, now)


def is_held() -> bool:
    """Tell whether this person must change their password before anything else."""
    account = g.get("account")
    return account is not None and bool(account.must_change_password or browser.get("aged"))


def hold() -> Any:
    """Before every request: lead whoever must change their password to the page for it."""
    if request.endpoint in NOBODYS or not current_user.is_authenticated:
        return None
    if not is_held() or request.endpoint in FREE:
        return None
    return lead_to(url_for("OwnPasswordView.password"))


def lead_to(url: str) -> Response:
    """Lead a browser to a page, also when only a part of a page was asked for."""
    if request.headers.get("HX-Request"):
        answer = current_app.response_class(status=204)
        answer.headers["HX-Redirect"] = url
        return answer
    return redirect(url, 303)


def lead_parts(answer: Response) -> Response:
    """After every request: a part of a page that wants a sign-in leads the whole page there."""
    gate = url_for("Gate.login")
    is_part = request.headers.get("HX-Request") and answer.status_code in (302, 303)
    if is_part and answer.headers.get("Location", "").startswith(gate):
        return lead_to(gate)
    return answer
