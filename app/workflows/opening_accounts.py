"""开通账号: the deeds that let somebody in: open, reopen, confirm, a new password.

Each writes one event and never commits. What two persons must do (`TWO_PERSONS`) leaves the
account closed until a security administrator confirms it. A one-time password is returned once,
to be shown once; nothing keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import Refusal, Refused, refuse_unless
from app.models.account import Account, Closed
from app.models.base import fab_models
from app.models.organisation import Organisation
from app.policies.audit import record
from app.policies.credentials import reset_factor, set_temporary_password
from app.policies.roles import Actor, Role
from app.workflows.accounts import (
    TWO_PERSONS,
    can_be_reopened,
    hold,
    insist,
    is_second_person,
    login_is_free,
    seat_is_free,
    somebody_can_confirm,
    waits_for_a_second,
    why_not,
    why_not_manage,
)
from app.workflows.authorising import classes_are_ours, give_classes
from app.workflows.groups import all_teachers
from app.workflows.handover import adopt

DOMAIN = "xueji.invalid"  # Flask-AppBuilder wants an address of everybody; nobody has this one


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who gets an account: the first half of the login, the person, what they will do."""

    login: str
    name: str
    role: Role
    phone: str | None = None
    classes: tuple[int, ...] = ()

    def login_at(self, place: Organisation) -> str:
        """Return the whole login: no two organisations can want the same."""
        return f"{self.login}@{place.code}"


class Opened(NamedTuple):
    """An account and its one-time password."""

    account: Account
    secret: str


def open_account(session: Session, actor: Actor, place: Organisation, who: Newcomer) -> Opened:
    """Open an account at an organisation, or raise `Refused`."""
    insist(
        *why_not(actor, who.role, place),
        login_is_free(session, who.login_at(place)),
        seat_is_free(session, who.role, place.id),
        only_teachers_have_classes(who),
        classes_are_ours(session, place.id, who.classes),
    )
    opened = make(session, place, who)
    if who.role.is_teacher:
        all_teachers(session, place.id)
    _record(session, "account.opened", opened.account, role=who.role.value)
    return opened


def enable(session: Session, actor: Actor, account: Account) -> str:
    """Open a closed account again and return its one-time password, or raise `Refused`."""
    hold(session, account)
    insist(
        *why_not_manage(actor, account),
        can_be_reopened(account),
        seat_is_free(session, Role(account.role), account.organisation_id),
        somebody_can_confirm(session, account),
    )
    secret = let_in(session, account)
    _record(session, "account.enabled", account)
    return secret


def reset(session: Session, actor: Actor, account: Account, *, factor: bool) -> str:
    """Give a one-time password, and on request a fresh second factor, or raise `Refused`.

    Whoever can reset an account could walk in with it: what takes two to open takes two here.
    """
    hold(session, account)
    insist(*why_not_manage(actor, account), somebody_can_confirm(session, account))
    secret = set_temporary_password(session, account)
    if factor:
        reset_factor(session, account)
    if Role(account.role) in TWO_PERSONS:
        close(account, Closed.UNCONFIRMED)
    session.flush()
    _record(session, "account.reset", account, factor=factor)
    return secret


def confirm(session: Session, actor: Actor, account: Account) -> None:
    """Let somebody in as the second person, or raise `Refused`."""
    hold(session, account)
    insist(waits_for_a_second(account), is_second_person(actor, account))
    admit(session, account)
    _record(session, "account.confirmed", account)


def rename(session: Session, actor: Actor, account: Account, name: str, phone: str | None) -> None:
    """Correct how somebody is called and reached, or raise `Refused`."""
    hold(session, account)
    insist(*why_not_manage(actor, account))
    account.name, account.phone = name, phone
    user_of(session, account).first_name = name
    session.flush()
    _record(session, "account.changed", account)


# ── parts of these deeds, and of others ──────────────────────────────────────────────────


def make(session: Session, place: Organisation, who: Newcomer) -> Opened:
    """Write an account with its rights and a one-time password; every guard was asked before."""
    is_open = who.role not in TWO_PERSONS
    row = user_row(who, place, is_open=is_open)
    user = fab_models.User(**row, roles=[fab_role(session, who.role)])
    session.add(user)
    flush(session)
    account = Account(
        user_id=user.id, login=row["username"], name=who.name, phone=who.phone,
        role=who.role.value, organisation_id=place.id, enabled=is_open,
        closed_why=None if is_open else Closed.UNCONFIRMED, must_change_password=True,
    )  # fmt: skip
    session.add(account)
    flush(session)
    secret = set_temporary_password(session, account)
    if who.role.is_teacher:
        give_classes(session, account, who.classes)
    elif is_open:
        adopt(session, account)
    return Opened(account, secret)


def user_row(who: Newcomer, place: Organisation, *, is_open: bool) -> dict[str, Any]:
    """Return what Flask-AppBuilder knows of somebody."""
    login = who.login_at(place)
    return {
        "first_name": who.name,
        "last_name": "",
        "username": login,
        "active": is_open,
        "email": f"{login.replace('@', '.')}@{DOMAIN}",
    }


def let_in(session: Session, account: Account) -> str:
    """Open a closed account; what takes two persons now waits for the second."""
    secret = set_temporary_password(session, account)
    if Role(account.role) in TWO_PERSONS:
        close(account, Closed.UNCONFIRMED)
        session.flush()
    else:
        admit(session, account)
    return secret


def admit(session: Session, account: Account) -> None:
    """Enable an account, and lay on its desk what those before it left open."""
    user_of(session, account).active = True
    account.enabled, account.closed_why = True, None
    flush(session)
    adopt(session, account)


def close(account: Account, why: Closed) -> None:
    """Disable an account; the database ends its sessions."""
    account.enabled, account.closed_why = False, why


def flush(session: Session) -> None:
    """Write, and name a lost race for a login or a seat for what it is."""
    try:
        session.flush()
    except IntegrityError:
        raise Refused(Refusal("E-ACC-RACE")) from None


def user_of(session: Session, account: Account) -> fab_models.User:
    """Return who Flask-AppBuilder takes an account for."""
    return session.get_one(fab_models.User, account.user_id)


def fab_role(session: Session, role: Role) -> fab_models.Role:
    """Return Flask-AppBuilder's row of a role."""
    return session.scalars(select(fab_models.Role).filter_by(name=role.value)).one()


def only_teachers_have_classes(who: Newcomer) -> Refusal | None:
    """Classes are for teachers: everybody else sees the whole house."""
    return refuse_unless(who.role.is_teacher or not who.classes, "E-ACC-TEACHER")


def logins_taken(session: Session, logins: Iterable[str]) -> set[str]:
    """Return which of these logins somebody has."""
    return set(session.scalars(select(Account.login).where(Account.login.in_(list(logins)))))


def _record(session: Session, deed: str, account: Account, **details: object) -> None:
    record(session, deed, object_type="account", object_id=account.user_id, **details)
