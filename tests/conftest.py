"""The engines run once a session; a test is one rolled-back transaction of the application's role.

house     the engines, migrated and initialised, in a folder with a space and Chinese in it
session   a SQLAlchemy session whose commits are savepoints; in no scope until a test enters one
app, web  the console, and `web(account)`: a browser signed in, in the same transaction
root      a database of the module's own, for what must really commit, as its superuser
own_engine  the application's role on that database: threads and processes commit there
crew      a worker and a scheduler on it; `settled(job_id)` waits for a job's end
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from alembic import command
from flask.testing import FlaskClient
from playwright.sync_api import sync_playwright
from psycopg.rows import namedtuple_row
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session

from app.cli.database import APPLICATION, DATABASE, OWNER, alembic
from app.cli.embedded import start_engines
from app.cli.engines import database_url
from app.cli.init import init_all
from app.cli.key_files import make_keys
from app.cli.places import sockets_of
from app.cli.up import supervised
from app.extensions import db
from app.factory import create_app
from app.models.sealed import KEYS
from app.policies import scope
from config import ENGINE, Config
from tests import make, silence
from tests.crew import Crew
from tests.house.guards import SWITCH, turn_off
from tests.make import PASSWORD
from tests.tally import (
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
    tally,
)

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown", "tally"]

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
QUICK = {"XUEJI_LEASE_SECONDS": "2", "XUEJI_BACKOFF_SECONDS": "0.1"}
BLANK, OWN = "blank", "own"  # a copy of the fresh database, and what a module makes of it
SHARED = """
SELECT 'organisations', count(*) FROM organisation UNION ALL
SELECT 'accounts', count(*) FROM account UNION ALL
SELECT 'pupils', count(*) FROM student UNION ALL
SELECT 'cases', count(*) FROM case_file
"""


def pytest_configure():
    """Listen to what is logged from the first test to the last."""
    silence.listen()


def pytest_sessionstart():
    """Take one guard of the house away for this run, if the environment names one."""
    if name := os.environ.get(SWITCH):
        turn_off(name)


@pytest.fixture(scope="session", autouse=True)
def nobody_in_a_log():
    """Fail at the end when a log named one of the tests' people; says who spoke of whom."""
    yield
    assert not silence.heard, silence.heard[:20]


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
        init_all()
        with superuser(config, "postgres") as server:
            sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            server.execute(sql, (DATABASE,))  # a template must have no visitors
            server.execute(f"CREATE DATABASE {BLANK} TEMPLATE {DATABASE}")
        yield config
        left = rows(config, DATABASE) - rows(config, BLANK)
    shutil.rmtree((config.var / "pg").resolve().parent)  # not in var when we are root
    shutil.rmtree(sockets_of(config.var), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    assert not left, f"a test committed {left} and left it to the others: let it work on `root`"


def rows(config, database):
    """How many rows there are of what tests count and nobody may leave to the others."""
    with superuser(config, database) as conn:
        return Counter(dict(conn.execute(SHARED).fetchall()))


def superuser(config, database):
    url = database_url(sockets_of(config.var), "postgres", database)
    return psycopg.connect(url, autocommit=True, row_factory=namedtuple_row)


# ── one rolled-back transaction a test ───────────────────────────────────────────────────


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
    made = create_app(house, WTF_CSRF_ENABLED=False, DEMO=True)  # public accounts need no code
    made.test_client_class = Browser
    yield made
    with made.app_context():
        db.engine.dispose()


def settle(session):
    """Check now what waits for the commit, as a commit would: no deed without an event."""
    session.flush()
    connection = session.connection()
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    connection.exec_driver_sql("SET CONSTRAINTS ALL DEFERRED")
    connection.exec_driver_sql("SELECT set_config('app.audited', '', true)")


def commits(session):
    """Let a request's commit, a savepoint here, be as strict as a real one."""
    if not session.in_nested_transaction():
        settle(session)


class Browser(FlaskClient):
    """A browser that leaves the test's own session in the scope it was in."""

    session: Session

    def open(self, *args, **kwargs):
        held = scope.current()
        make.unwitnessed(self.session)
        settle(self.session)
        try:
            return super().open(*args, **kwargs)
        finally:
            self.session.expire_all()  # what the request changed is seen
            scope.enter(held, self.session)


@pytest.fixture
def web(app, outer, session, monkeypatch):
    """Sign in as an account (or its login), or as nobody; requests commit savepoints."""
    maker = db.session.session_factory
    monkeypatch.setitem(maker.kw, "join_transaction_mode", "create_savepoint")
    monkeypatch.setattr(maker.class_, "get_bind", lambda *_, **__: outer)
    monkeypatch.setattr(Browser, "session", session, raising=False)
    event.listen(maker.class_, "after_begin", rescope)
    event.listen(maker.class_, "before_commit", commits)
    yield lambda account=None, password=PASSWORD: sign_in(app, account, password)
    event.remove(maker.class_, "before_commit", commits)
    event.remove(maker.class_, "after_begin", rescope)


def sign_in(app, account, password):
    client = app.test_client()
    if account is not None:
        login = account if isinstance(account, str) else account.login
        answer = client.post("/login/", data={"username": login, "password": password})
        assert answer.status_code == 302, answer.text
        assert "/login" not in answer.location, f"{login} could not sign in"
    return client


# ── what must really commit ──────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def root(house):
    """A database of this module's own; gives its superuser, who sees every row.

    The environment leads there as well, so that jobs, commands and `create_app()` work on it.
    """
    sockets = sockets_of(house.var)
    with superuser(house, "postgres") as server, pytest.MonkeyPatch.context() as patch:
        server.execute(f"CREATE DATABASE {OWN} TEMPLATE {BLANK}")
        patch.setenv("XUEJI_OWNER_DATABASE_URL", database_url(sockets, OWNER, OWN))
        patch.setenv("XUEJI_DATABASE_URL", database_url(sockets, APPLICATION, OWN))
        with superuser(house, OWN) as conn:
            yield conn
        server.execute(f"DROP DATABASE {OWN} WITH (FORCE)")


@pytest.fixture(scope="module")
def own_engine(root):
    """The application's role on the module's own database, in the scope of the moment."""
    made = create_engine(os.environ["XUEJI_DATABASE_URL"], **ENGINE)
    scope.guard(made)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def crew(root, tmp_path_factory):
    """A worker and a scheduler at work on the module's own database."""
    with (tmp_path_factory.mktemp("crew") / "log").open("wb") as log:
        people = Crew(log)
        people.keep_up()
        yield people
        people.dismiss()


@pytest.fixture
def settled(crew, root):
    """Wait until a job is over, keeping the crew alive; gives its row."""

    def wait(job_id, seconds=120):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            row = root.execute("SELECT * FROM job WHERE id = %s", (job_id,)).fetchone()
            if row.ended_at:
                return row
            crew.keep_up()
            time.sleep(0.02)
        raise AssertionError(row)

    return wait


# ── a browser ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def browser():
    """Chromium without a window; without Chromium its tests are skipped."""
    path = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if path is None:
        pytest.skip(f"No Chromium here: install one of {', '.join(CHROMIUMS)} to run this test.")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield made
        made.close()
