"""动态口令: one-time codes (TOTP, RFC 6238), and the recovery codes for whoever lost the device.

Who needs one is county tier and above and the three administrators. A code opens once: its step is
written down by a conditional UPDATE, so that of two simultaneous uses one wins.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime, timedelta
from typing import cast

import pyotp
from sqlalchemy import CursorResult, func, update
from sqlalchemy.orm import Session

from app.models.account import Credential
from app.models.organisation import Tier
from app.models.sealed import KEYS, Locked
from app.policies.credentials import LETTERS, credential_of
from app.policies.roles import TECHNICAL, Role
from app.policies.switches import Setting

STEP = 30  # seconds a code is shown
DRIFT = (0, -1, 1)  # steps a device's clock may be off
CODES = 10
HALF = 4  # letters of half a recovery code
OFFERED = timedelta(minutes=10)
ISSUER = "Xueji"


def is_needed(role: Role, switch: Setting, *, demo: bool) -> bool:
    """County tier and above, and the administrators, while the switch is on.

    In a demo only if somebody said so: its accounts are public.
    """
    bound = role.tier is not Tier.SCHOOL or role in TECHNICAL
    return bound and switch.is_on and not (demo and switch.word is None)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the step a code belongs to, the present one or a neighbour; None for a wrong code."""
    typed, present = plain(code).encode(), int(now.timestamp()) // STEP
    shown = pyotp.TOTP(secret)
    found = [
        step
        for step in (present + drift for drift in DRIFT)
        if hmac.compare_digest(shown.at(step * STEP).encode(), typed)
    ]
    return found[0] if found else None


def proves(session: Session, user_id: int, code: str, now: datetime) -> bool:
    """Use up a code of the device or a recovery code; False for one that is wrong or was used."""
    credential = session.get(Credential, user_id)
    if credential is None or not credential.totp_secret or not credential.totp_confirmed_at:
        return False
    step = step_of(credential.totp_secret, code, now)
    if step is None:
        return use_recovery(session, user_id, code)
    return use_step(session, user_id, step)


def use_step(session: Session, user_id: int, step: int) -> bool:
    """Write a step down as used; False when it, or a later one, was used already."""
    used = update(Credential).where(Credential.user_id == user_id, Credential.totp_step < step)
    return _changed(session, used.values(totp_step=step))


def use_recovery(session: Session, user_id: int, code: str) -> bool:
    """Strike a recovery code; False when it is none, or was used."""
    kept = digest(user_id, code)
    used = update(Credential).where(
        Credential.user_id == user_id, Credential.recovery.contains([kept])
    )
    return _changed(session, used.values(recovery=func.array_remove(Credential.recovery, kept)))


def keep(session: Session, user_id: int, secret: str, step: int, now: datetime) -> list[str]:
    """Keep a device's secret that showed a right code; return recovery codes, told once."""
    credential = credential_of(session, user_id)
    credential.totp_secret, credential.totp_confirmed_at = secret, now
    credential.totp_step = step
    return renew_codes(session, user_id)


def renew_codes(session: Session, user_id: int) -> list[str]:
    """Return fresh recovery codes, told once; the old ones open nothing any more."""
    fresh = ["-".join(_letters() for _ in range(2)) for _ in range(CODES)]
    credential_of(session, user_id).recovery = [digest(user_id, code) for code in fresh]
    session.flush()
    return fresh


def digest(user_id: int, code: str) -> str:
    """Return what is kept of a recovery code."""
    return KEYS.digest(f"recovery:{user_id}:{plain(code)}").hex()


def plain(code: str) -> str:
    """Return a code without the blanks and dashes people type into it."""
    return "".join(code.split()).replace("-", "").lower()


# ── the offer of a secret, before a device has shown that it knows it ────────────────────


def offer(user_id: int, secret: str, now: datetime) -> str:
    """Return a fresh secret sealed for one account, for the form that confirms it."""
    sealed = KEYS.seal(f"{int(now.timestamp())}:{secret}", f"factor.offer.{user_id}")
    return urlsafe_b64encode(sealed).decode()


def offered(user_id: int, text: str, now: datetime) -> str | None:
    """Return the secret of an offer; None for another account's, a bent one, or an old one."""
    try:
        told = KEYS.unseal(urlsafe_b64decode(text.encode()), f"factor.offer.{user_id}")
    except (Locked, NotBase64, ValueError):
        return None
    since, _colon, secret = told.partition(":")
    return secret if now.timestamp() - int(since) <= OFFERED.total_seconds() else None


def fresh_secret() -> str:
    """Return a secret of 160 bits, as devices take it."""
    return pyotp.random_base32()


def address_of(secret: str, login: str) -> str:
    """Return the ``otpauth:`` address a device reads from the picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def _letters() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(HALF))


def _changed(session: Session, statement: object) -> bool:
    session.flush()
    done = session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    session.expire_all()
    return cast("CursorResult[object]", done).rowcount == 1
