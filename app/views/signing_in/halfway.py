"""Between the password and the code: who has proven the one and not yet the other.

This state opens the page for the code, or the one that sets a device up, and nothing else:
Flask-Login knows nobody meanwhile. It lasts ten minutes and ends with any change of the account.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, request
from flask import session as browser

from app.models.account import Account, Credential
from app.policies.audit import came_from
from app.policies.roles import Role
from app.policies.scope import enter, scope_of
from app.policies.second_factor import is_needed
from app.views import actor
from app.views.signing_in import sessions
from app.views.signing_in.proving import open_account

HALF, LASTS = "half", timedelta(minutes=10)


def step_in(account: Account) -> Account:
    """Enter the scope of somebody who is not signed in yet."""
    came_from.set(request.remote_addr)
    enter(scope_of(actor.session(), account.user_id), actor.session())
    return account


def is_asked(account: Account) -> bool:
    """Tell whether the password is not enough: a code is needed, or a device was set up."""
    switch = sessions.settings_of(account)["second_factor"]
    needed = is_needed(Role(account.role), switch, demo=bool(current_app.config["DEMO"]))
    return needed or (switch.is_on and has_device(account))


def has_device(account: Account) -> bool:
    """Tell whether an account has a device that shows codes."""
    found = actor.session().get(Credential, account.user_id)
    return found is not None and found.totp_confirmed_at is not None


def begin_half(account: Account) -> None:
    """Remember who has proven the password; nothing from before stays."""
    sessions.start_afresh()
    since = actor.now().timestamp()
    browser[HALF] = {"user": account.user_id, "epoch": account.session_epoch, "since": since}


def half_account() -> Account | None:
    """Return who has proven the password and may prove the code now, in their scope, or None."""
    kept = browser.get(HALF) or {}
    account = open_account(kept.get("user", 0))
    if account is None or not is_fresh(kept, account):
        return None
    return step_in(account)


def is_fresh(kept: dict[str, float], account: Account) -> bool:
    """Tell whether the half-way state is young, and the account as it was."""
    age = actor.now().timestamp() - kept["since"]
    return age <= LASTS.total_seconds() and kept["epoch"] == account.session_epoch
