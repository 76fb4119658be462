"""What somebody wrote into Redis runs nothing: no pickle, no other function, no callback (J1)."""

import json
import pickle
import subprocess
import zlib

import pytest
from redis import Redis
from rq.exceptions import DeserializationError
from rq.serializers import JSONSerializer

from app.jobs.worker import ENTRY, Delivery, queue


@pytest.fixture
def store(house):
    with Redis.from_url(f"{house.redis_url}?db=7") as made:
        yield made
        made.flushdb()


@pytest.fixture
def trace(tmp_path):
    """A file that anything which ran would have made."""
    return tmp_path / "it ran"


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return subprocess.check_call, (["touch", str(self.path)],)


def planted(store, data, **fields):
    """A job as an attacker would write it, and as the worker would read it."""
    key = "planted"
    held = {"created_at": "2026-11-21T00:00:00.000000Z", "data": zlib.compress(data), **fields}
    store.hset(f"rq:job:{key}", mapping=held)
    return Delivery.fetch(key, connection=store, serializer=JSONSerializer)


def test_a_pickle_is_not_opened(store, trace):
    bomb = pickle.dumps(Bomb(trace))
    with pytest.raises(DeserializationError):
        planted(store, bomb).perform()
    assert not trace.exists()
    pickle.loads(bomb)  # noqa: S301  it would have run
    assert trace.exists()


@pytest.mark.parametrize(
    "told",
    [
        ("subprocess.check_call", None, [["touch", "{trace}"]], {}),
        ("app.jobs.housekeeping.sweep", None, [1], {}),
        (ENTRY, "subprocess", [1], {}),
        (ENTRY, None, [1], {"shell": True}),
    ],
)
def test_another_function_is_not_called(store, trace, told):
    text = json.dumps(told).replace("{trace}", str(trace))
    with pytest.raises(PermissionError):
        planted(store, text.encode()).perform()
    assert not trace.exists()


def test_callbacks_and_webhooks_are_forgotten(store):
    data = json.dumps((ENTRY, None, [1], {})).encode()
    names = dict.fromkeys(
        ("success_callback_name", "failure_callback_name", "stopped_callback_name"),
        "subprocess.check_call",
    )
    made = planted(store, data, **names)
    assert made.success_callback is made.failure_callback is made.stopped_callback is None
    assert made.webhooks == []


def test_the_queue_reads_json_and_knows_deliveries_only(store):
    made = queue(store)
    assert (made.serializer, made.job_class) == (JSONSerializer, Delivery)
