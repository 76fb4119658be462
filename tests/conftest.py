"""The engines run once a session; a test is one rolled-back transaction of the application's role.

house     the engines, migrated and initialised, in a folder with a space and Chinese in it
session   a SQLAlchemy session whose commits are savepoints; in no scope until a test enters one
app, web  the console, and `web(account)`: a browser signed in, in the same transaction
"""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic import command
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from app.cli.database import alembic
from app.cli.embedded import start_engines
from app.cli.keys import make_keys
from app.cli.places import sockets_of
from app.cli.up import supervised
from app.models.sealed import KEYS
from app.policies import scope
from config import ENGINE, Config

QUICK = {"XUEJI_LEASE_SECONDS": "2", "XUEJI_BACKOFF_SECONDS": "0.1"}


@pytest.fixture(scope="session")
def house():
    """The configuration of a house of our own: nothing of the caller's environment counts."""
    for name in [name for name in os.environ if name.startswith("XUEJI_")]:
        del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix="xueji-tests-"))
    os.environ |= {"XUEJI_VAR": str(folder / "学籍 var"), **QUICK}
    config = Config.read()
    with supervised(config.var, quiet=True) as launcher:
        start_engines(launcher, config)
        config = Config.read()
        make_keys(config)
        KEYS.unlock(config.key_file)
        command.upgrade(alembic(), "head")
        initialise()
        yield config
    shutil.rmtree((config.var / "pg").resolve().parent)  # not in var when we are root
    shutil.rmtree(sockets_of(config.var), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def initialise():
    if find_spec("app.cli.init"):
        from app.cli.init import init_all  # builds the whole application

        init_all()


@pytest.fixture(scope="session")
def engine(house):
    """The application's role, every transaction in the scope of the moment."""
    made = create_engine(house.database_url, **ENGINE)
    scope.guard(made)
    yield made
    made.dispose()


@pytest.fixture
def outer(engine):
    """The one transaction of a test, rolled back at its end."""
    scope.leave()
    with engine.connect() as connection, connection.begin() as transaction:
        connection.name = engine.name  # FAB asks the bind for its name
        yield connection
        transaction.rollback()
    scope.leave()


def rescope(_session, transaction, connection):
    """The engine's begin came before the test: each session's own begin sets the scope instead."""
    if not transaction.nested:
        connection.exec_driver_sql(scope.SET, scope.current().settings())


@pytest.fixture
def session(outer):
    """A session of the application's role whose commits are savepoints."""
    with Session(outer, join_transaction_mode="create_savepoint") as made:
        event.listen(made, "after_begin", rescope)
        yield made


@pytest.fixture(scope="session")
def app(house):
    """The console; forms need no token here."""
    from app.extensions import db
    from app.factory import create_app  # two seconds that tests of rules need not wait

    made = create_app(WTF_CSRF_ENABLED=False)
    made.test_client_class = Browser
    yield made
    with made.app_context():
        db.engine.dispose()


class Browser(FlaskClient):
    """A browser that leaves the test's own session in the scope it was in."""

    session: Session

    def open(self, *args, **kwargs):
        held = scope.current()
        self.session.flush()
        try:
            return super().open(*args, **kwargs)
        finally:
            self.session.expire_all()  # what the request changed is seen
            scope.enter(held, self.session)


@pytest.fixture
def web(app, outer, session, monkeypatch):
    """Sign in as an account (or its login), or as nobody; requests commit savepoints."""
    from app.extensions import db

    maker = db.session.session_factory
    monkeypatch.setitem(maker.kw, "join_transaction_mode", "create_savepoint")
    monkeypatch.setattr(maker.class_, "get_bind", lambda *_, **__: outer)
    monkeypatch.setattr(Browser, "session", session, raising=False)
    event.listen(maker.class_, "after_begin", rescope)
    yield lambda account=None, password=None: sign_in(app, account, password)
    event.remove(maker.class_, "after_begin", rescope)


def sign_in(app, account, password):
    from tests.make import PASSWORD

    client = app.test_client()
    if account is not None:
        login = account if isinstance(account, str) else account.login
        form = {"username": login, "password": password or PASSWORD}
        answer = client.post("/login/", data=form)
        assert answer.status_code == 302, answer.text
        assert "/login" not in answer.location, f"{login} could not sign in"
    return client
