"""Tries are counted for all processes in Valkey, and by each for itself while it is away."""

from types import SimpleNamespace

import pytest

from app.views import limits
from app.views.limits import Counter, Limit, named

NOWHERE = "unix:///nowhere/valkey.sock"


@pytest.fixture
def desk(app):
    with app.app_context():
        yield


@pytest.fixture
def alone(desk, app, monkeypatch):
    """Valkey cannot be reached."""
    limits.counter_of.cache_clear()
    monkeypatch.setitem(app.config, "XUEJI", SimpleNamespace(redis_url=NOWHERE))
    yield
    limits.counter_of.cache_clear()


@pytest.mark.parametrize("where", ["desk", "alone"])
def test_so_many_and_no_more(request, where):
    request.getfixturevalue(where)
    limit, key = Limit("3 per 15 minutes", "test"), named(where)
    limit.clear(key)
    assert [limit.hit(key) for _ in range(4)] == [True, True, True, False]
    assert limit.left(key) == 0
    assert 0 < limit.wait(key) <= 15 * 60
    limit.clear(key)
    assert limit.left(key) == 3


def test_keys_and_names_are_counted_apart(desk):
    one, other = Limit("1 per minute", "one"), Limit("1 per minute", "other")
    for limit in (one, other):
        limit.clear(7)
        limit.clear(8)
    assert one.hit(7)
    assert other.hit(7)
    assert one.left(8) == 1
    assert not one.hit(7)


def test_processes_count_together(desk, app, monkeypatch):
    limit, key = Limit("2 per minute", "together"), named("together")
    limit.clear(key)
    assert limit.hit(key)
    other = Counter(app.config["XUEJI"].redis_url)
    monkeypatch.setattr(limits, "counter", lambda: other)
    assert limit.left(key) == 1


def test_a_silent_valkey_is_not_asked_at_every_try(alone, monkeypatch):
    limit = Limit("2 per minute", "silent")
    assert limit.hit(1)
    monkeypatch.setattr(limits.counter().shared, "hit", pytest.fail)
    assert limit.hit(1)
    assert not limit.hit(1)


def test_what_is_counted_names_nobody(desk, app):
    limit = Limit("2 per minute", "nameless")
    limit.hit(named("registrar@411302"))
    storage = limits.counter().shared.storage.get_connection()
    keys = b" ".join(storage.keys("*"))
    assert b"nameless" in keys
    assert b"registrar" not in keys
