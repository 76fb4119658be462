"""开通一校教师: the accounts of a whole staff, all of them or none, set by set.

Two thousand rows are a handful of statements. One event says that the deed was done and to whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.models.account import Account, AccountClass, Credential, Source
from app.models.base import fab_models
from app.models.organisation import Organisation
from app.policies.audit import record
from app.policies.credentials import QUICK, TEMPORARY, a_secret, database_time
from app.policies.roles import Actor
from app.workflows.accounts import insist, login_is_free, why_not
from app.workflows.authorising import classes_are_ours
from app.workflows.groups import all_teachers
from app.workflows.opening_accounts import (
    Newcomer,
    Opened,
    fab_role,
    logins_taken,
    only_teachers_have_classes,
    user_row,
)

USERS = fab_models.User.__table__


def open_teachers(
    session: Session, actor: Actor, place: Organisation, people: Sequence[Newcomer]
) -> list[Opened]:
    """Open the accounts of many teachers of one school, or raise `Refused`; never commits."""
    _insist(session, actor, place, people)
    secrets = [a_secret() for _ in people]
    rows = [
        {**user_row(who, place, is_open=True), "password": generate_password_hash(secret, QUICK)}
        for who, secret in zip(people, secrets, strict=True)
    ]
    made = insert(USERS).returning(USERS.c.id, sort_by_parameter_order=True)
    ids = list(session.scalars(made, rows))
    _write(session, place, people, ids)
    all_teachers(session, place.id)
    record(session, "account.imported", count=len(ids), accounts=ids)
    found = session.scalars(select(Account).where(Account.user_id.in_(ids)))
    accounts = {account.user_id: account for account in found}
    return [Opened(accounts[key], secret) for key, secret in zip(ids, secrets, strict=True)]


def _insist(
    session: Session, actor: Actor, place: Organisation, people: Sequence[Newcomer]
) -> None:
    roles = sorted({who.role for who in people})
    taken = logins_taken(session, [who.login_at(place) for who in people])
    insist(
        *(refusal for role in roles for refusal in why_not(actor, role, place)),
        *(only_teachers_have_classes(who) for who in people),
        *(login_is_free(session, login) for login in sorted(taken)),
        classes_are_ours(session, place.id, {room for who in people for room in who.classes}),
    )


def _write(
    session: Session, place: Organisation, people: Sequence[Newcomer], ids: Sequence[int]
) -> None:
    """Write roles, accounts, credentials and classes of the users just made."""
    now, pairs = database_time(session), list(zip(ids, people, strict=True))
    roles = {role: fab_role(session, role).id for role in {who.role for who in people}}
    _insert(
        session,
        fab_models.assoc_user_role,
        [{"user_id": key, "role_id": roles[who.role]} for key, who in pairs],
    )
    _insert(session, Account, [_account(key, who, place) for key, who in pairs])
    until = {"password_set_at": now, "temporary_until": now + TEMPORARY}
    _insert(session, Credential, [{"user_id": key, **until} for key in ids])
    rooms = [{"user_id": key, "class_id": room} for key, who in pairs for room in who.classes]
    _insert(session, AccountClass, rooms)


def _account(key: int, who: Newcomer, place: Organisation) -> dict[str, Any]:
    return {
        "user_id": key,
        "login": who.login_at(place),
        "name": who.name,
        "phone": who.phone,
        "role": who.role.value,
        "organisation_id": place.id,
        "source": Source.WORKBOOK,
        "must_change_password": True,
    }


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table), rows)
