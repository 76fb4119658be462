"""The person at work: from the session cookie to an account, its scope and its actor.

With a hat on (代理) the actor sits at the absent colleague's desk and stays the same person; every
request asks anew whether the cover is still in force.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import cast

from flask import g
from flask import session as browser
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.errors import Forbidden
from app.extensions import db
from app.models.account import Account
from app.policies.audit import acts_for, came_from
from app.policies.gifts import gifts_of
from app.policies.rights import NO_GIFTS
from app.policies.roles import Actor, Role
from app.policies.scope import NOBODY, enter, leave, scope_as, scope_of
from app.policies.switches import Setting, settings
from app.workflows.covering import actor_in, worn

HAT = "hat"  # in the cookie: the id of the cover in whose place somebody acts


def session() -> Session:
    """Return the request's session; every transaction of it begins in the person's scope."""
    return cast("Session", db.session())


def arrive(user_id: int, address: str | None) -> Account | None:
    """Enter the scope of an enabled account and remember who is at work; None for nobody."""
    account = session().get(Account, user_id)
    if account is None or not account.enabled:
        enter(NOBODY, session())
        return None
    place = account.organisation
    g.account = account
    g.actor = Actor(user_id, Role(account.role), place.id, place.path)
    came_from.set(address)
    enter(scope_of(session(), user_id), session())
    g.gifts = gifts_of(session(), user_id) if g.actor.role.is_teacher else NO_GIFTS
    put_on(browser.get(HAT))
    return account


def put_on(hat: object) -> None:
    """Act in the place of whom this person covers for; a hat that is over is noted as lost."""
    g.cover = None
    acts_for.set(None)
    if hat is None:
        return
    cover = worn(session(), g.actor.user_id, hat, today()) if isinstance(hat, int) else None
    g.hat_is_lost = cover is None
    if cover is None:
        return
    g.cover, g.actor = cover, actor_in(cover)
    acts_for.set(cover.absent_id)
    scope = scope_as(session(), g.actor.user_id, g.actor.role, g.actor.path)
    enter(scope, session())


def forget() -> None:
    """Forget who was at work before this request began."""
    leave()
    came_from.set(None)
    acts_for.set(None)


def current_account() -> Account:
    """Return the account at work, or raise `Forbidden`."""
    found = g.get("account")
    if found is None:
        raise Forbidden
    return cast("Account", found)


def current_actor() -> Actor:
    """Return who is at work as rules know them, or raise `Forbidden`."""
    found = g.get("actor")
    if found is None:
        raise Forbidden
    return cast("Actor", found)


def current_settings() -> dict[str, Setting]:
    """Return what every switch says where this person works, read once a request."""
    if "settings" not in g:
        g.settings = settings(session(), current_actor().path, today())
    return cast("dict[str, Setting]", g.settings)


def now() -> datetime:
    """Return the time: the one clock of the web, which tests set."""
    return datetime.now(UTC)


def today() -> date:
    """Return the day it is in Beijing."""
    return now().astimezone(BEIJING).date()
