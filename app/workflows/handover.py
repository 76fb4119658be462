"""交接: the open cases of somebody who leaves a desk go to whoever takes it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.errors import Refusal, refuse_unless
from app.models.account import Account
from app.models.case import Case

CASE = Case.__table__
HOLDER: Any = func.coalesce(CASE.c.keeper_id, CASE.c.initiator_id)
OPEN = CASE.c.closed_at.is_(None)


def open_cases(session: Session, account: Account) -> int:
    """Count the open cases somebody submitted, or took over."""
    found = select(func.count()).where(OPEN, account.user_id == HOLDER)
    return session.scalar(found) or 0


def hand_over(session: Session, gone: Account, to: Account) -> int:
    """Give the open cases of one account to another; return how many they are."""
    return _give(session, to, gone.user_id == HOLDER)


def adopt(session: Session, account: Account) -> int:
    """Give a newcomer the open cases which those before them at the same desk left behind."""
    before = select(Account.user_id).where(
        Account.organisation_id == account.organisation_id,
        Account.role == account.role,
        Account.enabled.is_(False),
    )
    at_home = CASE.c.initiator_org_id == account.organisation_id
    return _give(session, account, at_home & HOLDER.in_(before))


def cases_are_provided_for(
    cases: int, successor: Account | None, *, nobody_yet: bool
) -> Refusal | None:
    """Whoever leaves open cases names who takes them, or says that nobody does yet."""
    ok = not cases or successor is not None or nobody_yet
    return refuse_unless(ok, "E-ACC-OPEN-CASES", cases=cases)


def can_succeed(account: Account, successor: Account | None) -> Refusal | None:
    """A successor sits, enabled, at the same desk of the same organisation."""
    ok = successor is None or (
        successor.enabled
        and successor.user_id != account.user_id
        and (successor.organisation_id, successor.role) == (account.organisation_id, account.role)
    )
    return refuse_unless(ok, "E-ACC-SUCCESSOR")


def _give(session: Session, to: Account, which: Any) -> int:
    session.flush()
    given = session.execute(
        update(CASE)
        .where(OPEN, which)
        .values(keeper_id=to.user_id, version=CASE.c.version + 1)
        .returning(CASE.c.id)
    )
    session.expire_all()
    return len(given.all())
