"""The scope of the person at work, handed to PostgreSQL at the start of every transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from app.models.account import Account, AccountClass
from app.models.organisation import Organisation
from app.policies.roles import Role

SETTINGS = (
    "app.scope_from",
    "app.scope_to",
    "app.house_from",
    "app.house_to",
    "app.common",
    "app.classes",
    "app.actor",
    "app.reason",
)
SET = "SELECT " + ", ".join(f"set_config('{name}', %s, true)" for name in SETTINGS)
BEGIN = f"{SET}, set_config('statement_timeout', %s, true)"
WIDENED = tuple(name for name in SETTINGS if name not in ("app.common", "app.actor"))
HELD = ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in WIDENED)
OTHER = ", ".join(f"set_config('{name}', %s, true)" for name in WIDENED)
# What is held comes first: the values are read from left to right, before any is changed.
WIDEN, NARROW = f"SELECT {HELD}, {OTHER}", f"SELECT {OTHER}"
END = "0"  # the character after "/": `/41/` reaches up to, not including, `/410`
EVERYTHING = "/"


@dataclass(frozen=True)
class Scope:
    """What somebody sees: two subtrees of the organisations; the empty path sees nothing.

    ``pupils``: whose pupils and cases. ``house``: whose schools, classes, figures and jobs.
    ``common``: cases whose two sides meet only there (the ministry's relay). ``classes``: a class
    teacher's class ids, None for everybody else. ``system`` also sees rows that nobody owns.
    """

    pupils: str = ""
    house: str = ""
    common: str = ""
    classes: tuple[int, ...] | None = None
    actor: int | None = None
    reason: str = ""
    system: bool = False

    def settings(self) -> tuple[str, ...]:
        """Return the values of `SETTINGS`."""
        rooms = "" if self.classes is None else ",".join(map(str, self.classes or (0,)))
        house_from = "" if self.system else self.house
        return (
            self.pupils,
            self.pupils[:-1] + END if self.pupils else "",
            house_from,
            self.house[:-1] + END if self.house else "",
            self.common,
            rooms,
            str(self.actor or ""),
            self.reason,
        )


NOBODY = Scope()
SYSTEM = Scope(house=EVERYTHING, system=True)  # jobs, pulses and schools, and no pupil
_scope: ContextVar[Scope] = ContextVar("scope", default=NOBODY)
current = _scope.get


def scope_of(session: Session, user_id: int) -> Scope:
    """Return what an account sees now; a disabled or unknown one sees nothing."""
    found = session.execute(
        select(Account.role, Organisation.path)
        .join(Organisation, Account.organisation_id == Organisation.id)
        .where(Account.user_id == user_id, Account.enabled)
    ).one_or_none()
    if found is None:
        return NOBODY
    return scope_as(session, user_id, Role(found.role), found.path)


def scope_as(session: Session, user_id: int, role: Role, path: str) -> Scope:
    """Return what somebody sees in a role at an organisation: their own, or one they cover for."""
    if role.is_teacher:
        rooms = select(AccountClass.class_id).where(AccountClass.user_id == user_id)
        return Scope(path, path, classes=tuple(session.scalars(rooms)), actor=user_id)
    if not role.sees_pupils:  # the relay sees cases between provinces, the auditor the system's
        common = EVERYTHING if role is Role.MIN else ""
        return Scope("", path, common=common, actor=user_id, system=role is Role.AUD)
    return Scope(path, path, actor=user_id)


def guard(engine: Engine, patience: str = "0") -> None:
    """Make every transaction of the engine begin in the current scope: ORM, Core and raw SQL.

    No statement may take longer than ``patience`` (as PostgreSQL writes it); 0 sets no limit.
    """

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        raw = connection.connection.dbapi_connection
        if raw is None:  # pragma: no cover  a connection in use has one
            return
        cursor = raw.cursor()  # Connection.execute would begin once more
        cursor.execute(BEGIN, (*_scope.get().settings(), patience))
        cursor.close()


def leave() -> None:
    """Forget the scope: what begins from here on sees nothing."""
    _scope.set(NOBODY)


def enter(scope: Scope, session: Session) -> None:
    """Work in this scope from now on, also in a transaction that has already begun."""
    _scope.set(scope)
    if session.in_transaction():
        _set(session, scope.settings())


@contextmanager
def within(scope: Scope) -> Iterator[None]:
    """Work in this scope in transactions that begin inside the block."""
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def elevated(session: Session, reason: str, *, apart: bool = True) -> Iterator[None]:
    """Widen the scope to everything for one effect or one question.

    For the workflows and the jobs alone, after all guards. A failure takes the width back together
    with the work; not ``apart``: the width, and the caller takes back the step the work is part of.
    The one event of the deed says that it reached so far; row history says why.
    """
    with session.begin_nested() if apart else nullcontext(), _widened(session, reason):
        yield
        session.flush()
    session.expire_all()  # what was loaded in there must be asked for again


@contextmanager
def asking(session: Session, reason: str) -> Iterator[None]:
    """Widen the scope to everything for a question that changes nothing.

    What was known before stays known; what was loaded in there must be asked for again.
    """
    known = {state: set(state.dict) for state in _states(session) if not state.expired}
    with _widened(session, reason):
        yield
    for one in list(session):  # which keeps them: a forgotten object is no longer to be asked
        state = instance_state(one)
        held = known.get(state)
        if held is None:
            session.expire(one)
        elif learnt := (set(state.dict) - held) & set(state.mapper.relationships.keys()):
            session.expire(one, learnt)


@contextmanager
def _widened(session: Session, reason: str) -> Iterator[None]:
    session.flush()
    connection = session.connection()
    wide = replace(Scope(EVERYTHING, EVERYTHING), reason=reason).settings()
    asked = (*wide[:4], "", reason)
    before = tuple(connection.exec_driver_sql(WIDEN, asked).one()[: len(WIDENED)])
    try:
        yield
    finally:
        if session.is_active and not _failed(connection):
            connection.exec_driver_sql(NARROW, before)


def _failed(connection: Connection) -> bool:
    """Tell whether nothing can be asked until a rollback, which restores the settings as well."""
    raw = connection.connection.dbapi_connection
    lost = (TransactionStatus.INERROR, TransactionStatus.UNKNOWN)
    return raw is None or raw.info.transaction_status in lost


def _states(session: Session) -> list[Any]:
    return session.identity_map.all_states()


def _set(session: Session, values: tuple[Any, ...]) -> None:
    session.connection().exec_driver_sql(SET, values)
