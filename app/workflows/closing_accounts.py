"""停用账号: the deeds that keep somebody out: disable, replace, seal what nobody uses.

Accounts are never deleted. Each deed writes one event and never commits; the database raises the
session epoch, so that whoever is signed in is out at the next request.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Refusal, refuse_unless
from app.models.account import Account, Closed, Credential
from app.policies.audit import record
from app.policies.roles import Actor, Role
from app.workflows.accounts import (
    can_be_reopened,
    hold,
    insist,
    is_enabled,
    login_is_free,
    somebody_is_left,
    why_not_manage,
)
from app.workflows.handover import (
    can_succeed,
    cases_are_provided_for,
    hand_over,
    open_cases,
)
from app.workflows.opening_accounts import Newcomer, Opened, close, let_in, make, user_of


def disable(
    session: Session,
    actor: Actor,
    account: Account,
    successor: Account | None = None,
    *,
    nobody_yet: bool = False,
) -> None:
    """Close an account, its open cases handed over, or raise `Refused`."""
    hold(session, account)
    insist(
        *why_not_manage(actor, account),
        is_enabled(account),
        somebody_is_left(session, account),
        can_succeed(account, successor),
        cases_are_provided_for(open_cases(session, account), successor, nobody_yet=nobody_yet),
    )
    put_out(session, account, Closed.BY_HAND)
    cases = hand_over(session, account, successor) if successor else 0
    details = {"successor": successor.user_id if successor else None, "cases": cases}
    _record(session, "account.disabled", account, **details)


def replace_registrar(
    session: Session, actor: Actor, old: Account, to: Account | Newcomer
) -> Opened:
    """Put another registrar into a school's one seat, in one act, or raise `Refused`.

    Whoever comes is a newcomer, or somebody who sat here before; the open cases come to them.
    """
    hold(session, old)
    insist(*why_not_manage(actor, old), is_registrar(old), is_enabled(old))
    cases = open_cases(session, old)
    if isinstance(to, Newcomer):
        insist(login_is_free(session, to.login_at(old.organisation)))
        put_out(session, old, Closed.BY_HAND)
        opened = make(session, old.organisation, to)
    else:
        hold(session, to)
        insist(sat_here(old, to), can_be_reopened(to))
        put_out(session, old, Closed.BY_HAND)
        opened = Opened(to, let_in(session, to))
    _record(session, "account.replaced", old, by=opened.account.user_id, cases=cases)
    return opened


def seal_unused(session: Session, days: int, now: datetime, most: int = 200) -> int:
    """Close the next accounts nobody used for so many days; return how many they were.

    The last who holds a key of the house stays: nobody could let anybody in again.
    """
    sealed = 0
    for account in unused(session, now - timedelta(days=days), most):
        if somebody_is_left(session, account) is None:
            put_out(session, account, Closed.UNUSED)
            _record(session, "account.sealed", account)
            sealed += 1
    return sealed


# ── parts and guards ─────────────────────────────────────────────────────────────────────


def put_out(session: Session, account: Account, why: Closed) -> None:
    """Disable an account, here and for Flask-AppBuilder."""
    close(account, why)
    user_of(session, account).active = False
    session.flush()


def is_registrar(account: Account) -> Refusal | None:
    """The account is a school's registrar: no other seat is single."""
    return refuse_unless(account.role == Role.SR.value, "E-ACC-REGISTRAR")


def sat_here(old: Account, to: Account) -> Refusal | None:
    """Whoever comes back was a registrar of the same school."""
    same = (to.organisation_id, to.role) == (old.organisation_id, old.role)
    return refuse_unless(same, "E-ACC-FORMER")


def unused(session: Session, before: datetime, most: int) -> Sequence[Account]:
    """Return some enabled accounts that nobody has used since, and nobody was let in anew.

    ``greatest`` passes over what is not known.
    """
    since = func.greatest(
        Account.last_login_at,
        Account.created_at,
        Credential.password_set_at,
        Credential.temporary_until,
    )
    found = (
        select(Account)
        .outerjoin(Credential, Credential.user_id == Account.user_id)
        .where(Account.enabled, since < before)
        .order_by(Account.user_id)
        .limit(most)
        .with_for_update(of=Account, skip_locked=True)
    )
    return session.scalars(found).all()


def _record(session: Session, deed: str, account: Account, **details: object) -> None:
    record(session, deed, object_type="account", object_id=account.user_id, **details)
