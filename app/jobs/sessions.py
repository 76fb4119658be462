"""Database sessions of the job layer: short transactions in the house's own scope."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from sqlalchemy import Connection, Engine, NullPool, create_engine
from sqlalchemy.orm import Session

from app.policies.scope import SYSTEM, guard, within
from config import CONNECT, Config

# The server ends what a frozen process forgot, so that nobody waits for its locks for ever.
OPTIONS = "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"


def engine() -> Engine:
    """Return this process's engine; it pools nothing, so a fork shares nothing."""
    return _engine(Config.read().needed("database_url"), os.getpid())


@cache
def _engine(url: str, _process: int) -> Engine:
    made = create_engine(
        url,
        poolclass=NullPool,
        connect_args={**CONNECT, "options": OPTIONS},
        hide_parameters=True,
    )
    guard(made)
    return made


@contextmanager
def connected() -> Iterator[Connection]:
    """Give a connection for as long as a run or a loop lasts; its transactions see no pupil."""
    with within(SYSTEM), engine().connect() as connection:
        yield connection


@contextmanager
def transaction(connection: Connection | None = None) -> Iterator[Session]:
    """Give one transaction of the house's own; commits at the end."""
    with within(SYSTEM), Session(connection or engine()) as session, session.begin():
        yield session
