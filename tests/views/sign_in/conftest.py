"""A clock of our own, counters that begin empty, and people to sign in.

clock     `clock.on(minutes=5)` moves the time of the web and of the counted tries
someone   someone(role, **bends): an account; `PASSWORD` opens it
knock     knock(account or login, password, address=…, **headers): the answer of the gate
strict    no demo: whoever needs a second factor is asked for it
"""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import limits.storage.redis
import pytest

from app.policies import scope
from app.views import actor
from app.views.limits import counter
from tests import make
from tests.make import PASSWORD


class Clock:
    def __init__(self):
        self.time = datetime.now(UTC).replace(microsecond=0)

    def on(self, **much):
        self.time += timedelta(**much)

    def now(self):
        return self.time


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(actor, "now", made.now)
    counted = SimpleNamespace(time=lambda: made.now().timestamp())
    monkeypatch.setattr(limits.storage.redis, "time", counted)
    return made


@pytest.fixture(autouse=True)
def quick(app, monkeypatch):
    """An unknown login costs a hash as cheap as those of `make`; the timing test takes it back."""
    monkeypatch.setitem(app.config, "AUTH_DB_FAKE_PASSWORD_HASH_CHECK", make.HASHED)


@pytest.fixture(autouse=True)
def uncounted(app):
    """Nothing has been tried yet, and nothing stays for the next test."""
    with app.app_context():
        counter().shared.storage.reset()
    yield
    with app.app_context():
        counter().shared.storage.reset()


@pytest.fixture
def someone(session):
    def make_one(role="SR", *args, **bends):
        scope.enter(make.WHOLE, session)
        if role == "CT":  # who looks after no class has nothing to sign in for
            room = make.a_class(session)
            args = (room.school, (room,))
        return make.an_account(session, role, *args, **bends)

    return make_one


@pytest.fixture
def knock(web):
    def try_one(who, password=PASSWORD, address="127.0.0.1", client=None, url="/login/", **headers):
        login = who if isinstance(who, str) else who.login
        return (client or web()).post(
            url,
            data={"username": login, "password": password},
            headers=headers,
            environ_overrides={"REMOTE_ADDR": address},
        )

    return try_one


@pytest.fixture
def strict(app, monkeypatch):
    monkeypatch.setitem(app.config, "DEMO", value=False)
