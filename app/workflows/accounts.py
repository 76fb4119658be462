"""账号 (P32): who opens, closes and resets whom. Rules alone; the deeds stand in files beside.

Accounts are opened top-down: an account of the tier below by the authority right above it, an
account of the own house by whoever runs the house.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import func, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from app.errors import NotFound, Refusal, Refused, refuse_unless
from app.models.account import Account, Closed
from app.models.organisation import Organisation
from app.policies.roles import TEACHERS, TECHNICAL, Actor, Role

AT_SCHOOL = (Role.SR, Role.SL)
AT_COUNTY = (Role.CR, Role.CL)
UNDER_PROVINCE = (Role.TR, Role.TL, *AT_COUNTY, *AT_SCHOOL, Role.NU)

OPENS: Mapping[Role, tuple[Role, ...]] = {
    Role.ADM: (Role.MIN, *TECHNICAL),
    Role.MIN: (Role.PR, Role.PL, Role.NU),
    Role.PR: UNDER_PROVINCE,
    Role.PL: UNDER_PROVINCE,
    Role.TR: (*AT_COUNTY, *AT_SCHOOL),
    Role.TL: (*AT_COUNTY, *AT_SCHOOL),
    Role.CR: AT_SCHOOL,
    Role.SR: TEACHERS,
}
TWO_PERSONS = OPENS[Role.ADM]  # nobody alone lets somebody in at the ministry
KEYHOLDERS = (Role.ADM, Role.SEC)  # without them nobody could be let in again


def why_not(
    actor: Actor, role: Role, place: Organisation, account: Account | None = None
) -> tuple[Refusal, ...]:
    """Return every reason why somebody does not manage such an account; empty means go ahead."""
    found = (
        is_opened_by(actor, role),
        stands_right_below(actor, role, place),
        is_somebody_else(actor, account),
    )
    return tuple(refusal for refusal in found if refusal is not None)


def why_not_manage(actor: Actor, account: Account) -> tuple[Refusal, ...]:
    """Return every reason why somebody does not manage this account."""
    return why_not(actor, Role(account.role), account.organisation, account)


def insist(*found: Refusal | None) -> None:
    """Raise `Refused` with every refusal among the answers, unless there is none."""
    if refusals := [refusal for refusal in found if refusal is not None]:
        raise Refused(*refusals)


def hold(session: Session, account: Account) -> None:
    """Lock an account as it stands now; one that may be read and not written is not there."""
    try:
        session.refresh(account, with_for_update=True)
    except InvalidRequestError:  # the lock finds no row
        raise NotFound from None


# ── the guards ───────────────────────────────────────────────────────────────────────────


def is_opened_by(actor: Actor, role: Role) -> Refusal | None:
    """The role is one the person's role opens."""
    return refuse_unless(role in OPENS.get(actor.role, ()), "E-ACC-ROLE", role=f"role.{role}")


def stands_right_below(actor: Actor, role: Role, place: Organisation) -> Refusal | None:
    """The place is the own house for a role of the own tier, else right below; and of its tier."""
    is_own = role.tier is actor.role.tier
    above = place.id if is_own else place.parent_id
    ok = above == actor.organisation_id and place.tier is role.tier
    return refuse_unless(ok, "E-ACC-PLACE", place=place.name)


def is_somebody_else(actor: Actor, account: Account | None) -> Refusal | None:
    """Nobody manages their own account."""
    is_self = account is not None and account.user_id == actor.user_id
    return refuse_unless(not is_self, "E-ACC-SELF")


def is_enabled(account: Account) -> Refusal | None:
    """The account can be used now."""
    return refuse_unless(account.enabled, "E-ACC-STATE")


def can_be_reopened(account: Account) -> Refusal | None:
    """The account is closed, and not for want of a second person."""
    ok = not account.enabled and account.closed_why is not Closed.UNCONFIRMED
    return refuse_unless(ok, "E-ACC-STATE")


def waits_for_a_second(account: Account) -> Refusal | None:
    """The account was opened and waits for a second person."""
    ok = not account.enabled and account.closed_why is Closed.UNCONFIRMED
    return refuse_unless(ok, "E-ACC-STATE")


def is_second_person(actor: Actor, account: Account) -> Refusal | None:
    """A security administrator who neither made nor last changed the account, nor is the person."""
    known = (account.user_id, account.created_by, account.updated_by)
    ok = actor.role is Role.SEC and actor.user_id not in known
    return refuse_unless(ok, "E-ACC-CONFIRM")


def login_is_free(session: Session, login: str) -> Refusal | None:
    """Nobody has this login."""
    taken = session.scalar(select(Account.user_id).where(Account.login == login))
    return refuse_unless(taken is None, "E-ACC-LOGIN", login=login)


def seat_is_free(session: Session, role: Role, place_id: int) -> Refusal | None:
    """A school has no second enabled registrar."""
    sitting = registrar_of(session, place_id) if role is Role.SR else None
    return refuse_unless(sitting is None, "E-ACC-SEAT", name=sitting.name if sitting else "")


def somebody_is_left(session: Session, account: Account) -> Refusal | None:
    """Another holder of the keys of the house is enabled."""
    role = Role(account.role)
    ok = role not in KEYHOLDERS or others_enabled(session, role, account.user_id) > 0
    return refuse_unless(ok, "E-ACC-LAST", role=f"role.{role}")


def somebody_can_confirm(session: Session, account: Account) -> Refusal | None:
    """What only two persons may do finds its second one."""
    needed = Role(account.role) in TWO_PERSONS
    ok = not needed or others_enabled(session, Role.SEC, account.user_id) > 0
    return refuse_unless(ok, "E-ACC-NO-SECOND")


# ── what the guards ask ──────────────────────────────────────────────────────────────────


def registrar_of(session: Session, school_id: int) -> Account | None:
    """Return the enabled registrar of a school."""
    return session.scalar(
        select(Account).where(
            Account.organisation_id == school_id, Account.role == Role.SR.value, Account.enabled
        )
    )


def others_enabled(session: Session, role: Role, but: int) -> int:
    """Count the enabled accounts of a role beside one."""
    found = select(func.count()).where(
        Account.role == role.value, Account.enabled, Account.user_id != but
    )
    return session.scalar(found) or 0


def roles_at(actor: Actor, place: Organisation, roles: Iterable[Role] = Role) -> list[Role]:
    """Return the roles somebody opens at a place."""
    return [role for role in roles if not why_not(actor, role, place)]
