"""登录凭据: setting and resetting what proves who somebody is. Callers write the audit event.

Whoever resets is in the scope of a tier above; whoever changes their own is in their own.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from app.errors import Refusal
from app.models.account import Account, Credential
from app.models.base import fab_models
from app.policies.passwords import Holder, Profile, why_not

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
KEPT = 5  # hashes of earlier passwords
TEMPORARY = timedelta(hours=72)
SLOW = "scrypt"
# For one-time passwords of a whole staff at once: no slower hash stops the guessing of 59 bits.
QUICK = "scrypt:256:8:1"
USERS = fab_models.User.__table__


def set_temporary_password(session: Session, account: Account) -> str:
    """Give an account a one-time password, to be changed at once, and end its sessions.

    It is told once: only its hash is kept, and it opens nothing after 72 hours.
    """
    secret, now = a_secret(), database_time(session)
    credential = credential_of(session, account.user_id)
    _replace(session, credential, secret)
    credential.password_set_at, credential.temporary_until = now, now + TEMPORARY
    account.must_change_password = True
    account.session_epoch += 1
    session.flush()
    return secret


def set_own_password(session: Session, account: Account, password: str, now: datetime) -> None:
    """Give an account the password its holder chose, and end its sessions; rules come before."""
    credential = credential_of(session, account.user_id)
    _replace(session, credential, password)
    credential.password_set_at, credential.temporary_until = now, None
    account.must_change_password = False
    account.session_epoch += 1
    session.flush()


def change_own_password(
    session: Session, account: Account, profile: Profile, typed: tuple[str, str, str], now: datetime
) -> list[Refusal]:
    """Take the present password, the new one, and the new one again; return every refusal."""
    old, new, again = typed
    if not knows_password(session, account.user_id, old):
        return [Refusal("password.wrong")]
    holder = Holder(account.login, account.name, account.organisation.name)
    refusals = why_not(profile, new, holder, past_hashes(session, account.user_id))
    if new != again:
        refusals.append(Refusal("password.repeat"))
    if not refusals:
        set_own_password(session, account, new, now)
    return refusals


def knows_password(session: Session, user_id: int, password: str) -> bool:
    """Tell whether this is an account's present password."""
    return check_password_hash(present_hash(session, user_id), password)


def reset_factor(session: Session, account: Account) -> None:
    """Forget an account's second factor and recovery codes, and end its sessions."""
    credential = credential_of(session, account.user_id)
    credential.totp_secret = credential.totp_confirmed_at = None
    credential.recovery = []
    account.session_epoch += 1
    session.flush()


def credential_of(session: Session, user_id: int) -> Credential:
    """Find or make what proves who an account is, in a scope that holds the account."""
    found = session.get(Credential, user_id)
    if found is None:
        found = Credential(user_id=user_id, past=[], recovery=[], totp_step=0)
        session.add(found)
        session.flush()
    return found


def present_hash(session: Session, user_id: int) -> str:
    """Return the hash of an account's password as it is now."""
    return str(session.scalar(select(USERS.c.password).where(USERS.c.id == user_id)) or "")


def past_hashes(session: Session, user_id: int) -> list[str]:
    """Return the hashes a new password must not match, the present one first."""
    credential = session.get(Credential, user_id)
    return [present_hash(session, user_id), *(credential.past if credential else [])]


def even_out(hashed: str, password: str) -> None:
    """Spend on a try against a quick hash what a slow one costs: the time tells nothing."""
    if hashed.startswith(QUICK):
        check_password_hash(_nobodys(), password)


def a_secret() -> str:
    """Return twelve letters in three groups: 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def database_time(session: Session) -> datetime:
    """Return the time of this transaction."""
    return session.execute(select(func.now())).scalar_one()


@cache
def _nobodys() -> str:
    """Return a slow hash of nothing."""
    return generate_password_hash("", SLOW)


def _replace(session: Session, credential: Credential, password: str) -> None:
    """Write the new hash; the old one joins the past, unless it was a one-time password's."""
    if credential.temporary_until is None:
        old = present_hash(session, credential.user_id)
        credential.past = [old, *credential.past][:KEPT] if old else credential.past
    hashed = generate_password_hash(password, SLOW)
    changed = update(fab_models.User).where(fab_models.User.id == credential.user_id)
    session.execute(changed.values(password=hashed))
