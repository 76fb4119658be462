"""`xueji administrators`: the first three accounts of a registry, which has none by itself.

三权分立: one keeps the house, one its security, one reads its log. Their one-time passwords are
told here once; everybody else is opened from the console, from the top down.
"""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.importing import ready
from app.cli.trouble import CannotStart
from app.jobs.sessions import transaction
from app.models.account import Account
from app.models.organisation import Organisation, Tier
from app.policies.audit import record
from app.policies.credentials import reset_factor, set_temporary_password
from app.policies.roles import TECHNICAL, Role
from app.workflows.opening_accounts import Newcomer, admit, make

MINISTRY = "000000"
THREE = (
    Newcomer("admin", "系统管理员", Role.ADM),
    Newcomer("security", "安全管理员", Role.SEC),
    Newcomer("auditor", "审计管理员", Role.AUD),
)


@click.command()
@click.option("--reset", "login", help="Give one of the three a new password, and no device.")
def administrators(login: str | None) -> None:
    """Open the three administrators and tell their one-time passwords, once."""
    ready()
    with transaction() as session:
        told = [reset(session, login)] if login else open_three(session)
    for name, secret in told:
        click.echo(f"{name:<20}  {secret}")
    click.echo("Each is valid for 72 hours and is changed at the first sign-in.")


def open_three(session: Session) -> list[tuple[str, str]]:
    """Open the three where there is no account yet; return logins and passwords."""
    if session.scalars(select(Account.user_id).limit(1)).first() is not None:
        raise CannotStart(
            "There are accounts already: new ones are opened in the console; one of the"
            " administrators who cannot sign in is let in again with --reset LOGIN."
        )
    place, told = ministry(session), []
    for person in THREE:
        account, secret = make(session, place, person)
        admit(session, account)
        record(session, "account.opened", object_type="account", object_id=account.user_id)
        told.append((account.login, secret))
    return told


def reset(session: Session, login: str) -> tuple[str, str]:
    """Let one of the administrators in again, for nobody stands above them."""
    account = session.scalars(select(Account).where(Account.login == login)).one_or_none()
    if account is None or Role(account.role) not in TECHNICAL:
        raise CannotStart(
            f"{login} is none of the administrators: the tier above lets everybody else in again."
        )
    secret = set_temporary_password(session, account)
    reset_factor(session, account)
    admit(session, account)
    record(session, "account.reset", object_type="account", object_id=account.user_id, factor=True)
    return account.login, secret


def ministry(session: Session) -> Organisation:
    """Find or make the organisation at the top."""
    found = session.scalars(select(Organisation).filter_by(code=MINISTRY)).one_or_none()
    if found is not None:
        return found
    made = Organisation(code=MINISTRY, name="教育部", tier=Tier.MINISTRY, path="/")
    session.add(made)
    session.flush()
    record(session, "organisation.added", object_type="organisation", object_id=made.id)
    return made
