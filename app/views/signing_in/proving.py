"""Whether somebody knows an account's password; wrong tries are counted and written down.

Every wrong try takes as long and is answered alike, whether the account exists, is locked or is
closed. Five of them in 15 minutes lock an account for 15, twenty shut an address out.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests

from app.models.account import Account
from app.policies.audit import came_from, record
from app.policies.credentials import even_out
from app.policies.scope import NOBODY, Scope, enter
from app.views import actor
from app.views.limits import Limit, named

TRIES = Limit("5 per 15 minutes", "sign-in.account")
CODES = Limit("5 per 15 minutes", "sign-in.code")
LOCK = Limit("1 per 15 minutes", "sign-in.lock")
ADDRESSES = Limit("20 per 15 minutes", "sign-in.address")


def prove(security: Any, typed: str, password: str, address: str | None) -> Account | None:
    """Return the open account whose login and password these are, or None."""
    insist_on_address(address)
    came_from.set(address)
    known = security.find_user(username=typed)
    key = known.id if known else named(f"login:{typed.strip().casefold()}")
    may_try = not is_locked(key) and TRIES.hit(key)
    user = security.auth_user_db(typed, password)  # asked in any case: all answers take as long
    even_out(known.password or "" if known else "", password)
    account = open_account(user.id if user else 0)
    if account is None or not may_try:
        count_wrong(key, TRIES, address)
        note_wrong("account.login_failed", known.id if known else None)
        return None
    TRIES.clear(key)
    return account


def open_account(user_id: int) -> Account | None:
    """Return an account that may be used; None for any other."""
    found = actor.session().get(Account, user_id)
    return found if found and found.enabled else None


def is_locked(key: int | bytes) -> bool:
    """Tell whether five wrong tries have locked this account."""
    return LOCK.left(key) == 0


def count_wrong(key: int | bytes, limit: Limit, address: str | None) -> None:
    """Count a wrong try; the last one locks the account."""
    ADDRESSES.hit(named(f"address:{address}"))
    if limit.left(key) == 0:
        LOCK.hit(key)


def insist_on_address(address: str | None) -> None:
    """Refuse an address that was wrong too often, with 429."""
    key = named(f"address:{address}")
    if ADDRESSES.left(key) == 0:
        raise TooManyRequests(retry_after=ADDRESSES.wait(key))


def note_wrong(action: str, user_id: int | None) -> None:
    """Write a wrong try into the log of the account's organisation, without what was typed."""
    session: Session = actor.session()
    enter(Scope(actor=user_id), session)
    record(session, action, object_type="account" if user_id else None, object_id=user_id)
    session.commit()
    enter(NOBODY, session)
