"""The session of a browser: what it holds, and when it is over.

The cookie holds an account's id, the epoch it was signed in under, when it began and when it was
last used; nothing of the person. Every request compares it with the account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import flash, request
from flask import session as browser
from flask_babel import lazy_gettext as _
from flask_login import login_user
from sqlalchemy import update

from app.models.account import Account
from app.policies.audit import record
from app.policies.roles import Role
from app.policies.switches import Setting, settings
from app.views import actor
from app.views.labels import moment
from app.views.signing_in.aging import is_aged

IDLE, IDLE_OF_DECIDERS = timedelta(minutes=30), timedelta(minutes=15)
LONGEST = timedelta(hours=12)
FINE = 10  # seconds; what is used more often is not written down each time
QUIET = ("live", "job", "left")  # pages that ask by themselves: nobody is at work
USER, EPOCH, SINCE, SEEN, AGED = "_user_id", "epoch", "since", "seen", "aged"
ANYBODYS = ("locale",)  # what a browser keeps when a session begins or ends


class Over(StrEnum):
    """Why a session is over."""

    IDLE = "IDLE"
    LONG = "LONG"
    ELSEWHERE = "ELSEWHERE"
    CHANGED = "CHANGED"
    CLOSED = "CLOSED"


WHY: Mapping[Over, Any] = {
    Over.IDLE: _("You were signed out because nothing was done for a while. Sign in again."),
    Over.LONG: _("You were signed out after twelve hours. Sign in again."),
    Over.ELSEWHERE: _(
        "You were signed out because your account signed in elsewhere. If that was not you, change"
        " your password and tell your superior administrator."
    ),
    Over.CHANGED: _(
        "You were signed out: your account was signed out elsewhere, or its password, role or"
        " second factor changed. Sign in again."
    ),
    Over.CLOSED: _("Your account is closed. Ask your superior administrator to open it."),
}


def begin(user: Any, account: Account) -> None:
    """Sign in: write it down, end the earlier session where the switch says so, start afresh."""
    now, before = actor.now(), account.last_login_at
    found = settings_of(account)
    epoch = raise_epoch(account, int(found["single_session"].is_on), last_login_at=now)
    record(actor.session(), "account.login")
    actor.session().commit()
    start_afresh()
    login_user(user, remember=False)
    for name in ("_fresh", "_id"):  # Flask-Login's: a digest of address and browser
        browser.pop(name, None)
    browser.update({EPOCH: epoch, SINCE: now.timestamp(), SEEN: int(now.timestamp())})
    if is_aged(account, found["password_profile"].value, now):
        browser[AGED] = True
    actor.arrive(account.user_id, request.remote_addr)
    if before is not None:
        flash(_("Your last sign-in was at %(at)s.", at=moment(before)), "info")


def end(account: Account) -> None:
    """Sign out: write it down and end every session of the account."""
    raise_epoch(account)
    record(actor.session(), "account.logout")
    actor.session().commit()
    start_afresh()


def raise_epoch(account: Account, by: int = 1, **also: Any) -> int:
    """Raise an account's epoch, which ends the sessions of the epochs before; return it."""
    raised = (
        update(Account)
        .where(Account.user_id == account.user_id)
        .values(session_epoch=Account.session_epoch + by, **also)
        .returning(Account.session_epoch)
        .execution_options(synchronize_session=False)
    )
    epoch = actor.session().execute(raised).scalar_one()
    actor.session().expire(account)
    return epoch


def start_afresh() -> None:
    """Forget everything the browser's session held, but the language."""
    kept = {name: browser[name] for name in ANYBODYS if name in browser}
    browser.clear()
    browser.update(kept)


def settings_of(account: Account) -> dict[str, Setting]:
    """Return what every switch says where an account works."""
    return settings(actor.session(), account.organisation.path, actor.today())


# ── when it is over ──────────────────────────────────────────────────────────────────────


def why_over(account: Account | None, kept: Mapping[str, Any], now: datetime) -> Over | None:
    """Return why a session is over, or None while it holds."""
    if account is None or not is_open(account):
        return Over.CLOSED
    if is_outdated(account, kept):
        return Over.ELSEWHERE if is_elsewhere(account, kept) else Over.CHANGED
    if is_too_long(kept, now):
        return Over.LONG
    return Over.IDLE if is_idle(account, kept, now) else None


def is_open(account: Account) -> bool:
    """Tell whether an account may be used."""
    return account.enabled


def is_outdated(account: Account, kept: Mapping[str, Any]) -> bool:
    """Tell whether the account's epoch was raised since this session began."""
    return kept.get(EPOCH) != account.session_epoch


def is_elsewhere(account: Account, kept: Mapping[str, Any]) -> bool:
    """Tell whether the account was signed in again after this session began, and by a switch."""
    last = account.last_login_at
    later = last is not None and last.timestamp() > kept.get(SINCE, 0)
    return later and settings_of(account)["single_session"].is_on


def is_too_long(kept: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether a session began twelve hours ago."""
    return bool(now.timestamp() - kept.get(SINCE, 0) >= LONGEST.total_seconds())


def is_idle(account: Account, kept: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether nothing was done for so long that the session is over."""
    return bool(now.timestamp() - kept.get(SEEN, 0) >= idle_of(account).total_seconds())


def idle_of(account: Account) -> timedelta:
    """Return how long an account may do nothing: shorter for whoever decides."""
    return IDLE_OF_DECIDERS if Role(account.role).decides else IDLE


def seconds_left(account: Account, now: datetime) -> int:
    """Return in how many seconds this session is over when nothing more is done."""
    idle = browser.get(SEEN, 0) + idle_of(account).total_seconds() - now.timestamp()
    return max(0, min(int(idle), longest_left(now)))


def longest_left(now: datetime) -> int:
    """Return in how many seconds this session is over whatever is done."""
    return max(0, int(browser.get(SINCE, 0) + LONGEST.total_seconds() - now.timestamp()))


def is_quiet() -> bool:
    """Tell whether a page asks by itself: that is no activity of a person."""
    return (request.endpoint or "").rpartition(".")[2] in QUIET


def touch(now: datetime) -> None:
    """Write down that somebody is at work."""
    if not is_quiet() and now.timestamp() - browser.get(SEEN, 0) >= FINE:
        browser[SEEN] = int(now.timestamp())


def resume(account: Account | None) -> bool:
    """Go on with this browser's session, or end it and keep the reason."""
    now = actor.now()
    over = why_over(account, browser, now)
    if over is None:
        touch(now)
        return True
    close(over)
    return False


def close(over: Over) -> None:
    """End this browser's session and keep the reason for the sign-in page."""
    start_afresh()
    flash(WHY[over], "warning")
