"""The outgoing hook: signed, in order, at least once, given up at last; never anybody's data."""

import hashlib
import hmac
import http.server
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import create_engine, func, select, update
from sqlalchemy.orm import Session

from app.jobs import hook, posting
from app.jobs.queue import ask
from app.jobs.run import JOB, claim
from app.jobs.sessions import connected, transaction
from app.models.case import Case, CaseEvent
from app.models.notice import HookDelivery
from app.policies import scope
from app.workflows import telling
from config import ENGINE, BadSetting, Config
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import do

SECRET = "a-secret-of-the-hook-that-is-long-enough"
OTHER = "another-secret-while-they-are-changed-over"
DAY = timedelta(days=1)


class Server(http.server.ThreadingHTTPServer):
    """An outside system: keeps what it was told, answers what it is told to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Receiver)
        self.told, self.answers, self.delay = [], [], 0.0
        self.url = f"http://127.0.0.1:{self.server_port}/steps?from=xueji"


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(SimpleNamespace(path=self.path, body=body, headers=self.headers))
        time.sleep(self.server.delay)
        answer = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(answer)
        if answer in range(300, 400):
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def server():
    made = Server()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


# ── the message ─────────────────────────────────────────────────────────────────────────────


def test_a_message_is_signed_with_every_secret(server):
    message = {"id": 7, "case": "ZX261123-000001"}
    assert posting.post(server.url, (SECRET, OTHER), message) == 204
    (told,) = server.told
    assert told.path == "/steps?from=xueji"
    assert json.loads(told.body) == message
    stamp = told.headers["X-Xueji-Timestamp"]
    assert abs(int(stamp) - time.time()) < 60
    assert told.headers["X-Xueji-Delivery"] == "7"
    signed = [
        "sha256="
        + hmac.new(key.encode(), f"{stamp}.".encode() + told.body, hashlib.sha256).hexdigest()
        for key in (SECRET, OTHER)
    ]
    assert told.headers["X-Xueji-Signature"] == ", ".join(signed)


def test_a_redirect_is_not_followed(server):
    server.answers = [302]
    assert posting.post(server.url, (SECRET,), {"id": 1}) == 302
    assert len(server.told) == 1


def test_a_slow_or_absent_listener_is_left(server, monkeypatch):
    monkeypatch.setattr(posting, "PATIENCE", 0.3)
    server.delay = 2
    since = time.monotonic()
    assert posting.post(server.url, (SECRET,), {"id": 1}) is None
    assert posting.post("http://127.0.0.1:9/", (SECRET,), {"id": 2}) is None
    assert time.monotonic() - since < 1.5


def test_a_listener_who_drips_is_left(monkeypatch):
    monkeypatch.setattr(posting, "PATIENCE", 0.5)

    class Drips(Receiver):
        def do_POST(self):
            for letter in "HTTP/1.0 200 OK and so on":
                self.wfile.write(letter.encode())
                time.sleep(0.2)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Drips) as dripping:
        threading.Thread(target=dripping.serve_forever, daemon=True).start()
        since = time.monotonic()
        assert (
            posting.post(f"http://127.0.0.1:{dripping.server_port}/", (SECRET,), {"id": 1}) is None
        )
        assert time.monotonic() - since < 1.5
        dripping.shutdown()


# ── the settings ────────────────────────────────────────────────────────────────────────────


def config(**env):
    named = {f"XUEJI_{name.upper()}": value for name, value in env.items()}
    return Config.read(named)


def test_the_hook_is_off_unless_told_otherwise():
    assert config().hook_url == ""
    assert config(hook_url="https://a.example/x", hook_secret=SECRET).hook_secrets == (SECRET,)
    both = config(hook_url="https://a.example/x", hook_secret=f"{SECRET} {OTHER}")
    assert both.hook_secrets == (SECRET, OTHER)
    at_home = config(hook_url="http://127.0.0.1:9/x", hook_secret=SECRET, demo="1")
    assert at_home.hook_url.startswith("http:")


@pytest.mark.parametrize(
    "env",
    [
        {"hook_url": "http://a.example/x", "hook_secret": SECRET, "demo": "1"},
        {"hook_url": "http://127.0.0.1:9/x", "hook_secret": SECRET, "demo": "0"},
        {"hook_url": "https://user:word@a.example/x", "hook_secret": SECRET},
        {"hook_url": "file:///etc/passwd", "hook_secret": SECRET},
        {"hook_url": "https://", "hook_secret": SECRET},
        {"hook_url": "https://a.example/x"},
        {"hook_url": "https://a.example/x", "hook_secret": "short"},
        {"hook_url": "https://a.example/x", "hook_secret": f"{SECRET} short"},
    ],
)
def test_a_hook_that_is_not_safe_is_not_begun(env):
    with pytest.raises(BadSetting):
        config(**env)


# ── the box ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def town(session):
    return Town(session)


def wide(session):
    scope.enter(make.WHOLE, session)


def filled(session):
    wide(session)
    return telling.fill(session)


def waiting(session):
    """The steps that may be told now, in the order they would be, each taken in turn."""
    found = []
    while (event_id := telling.next_due(session)) is not None:
        found.append(event_id)
        telling.settle(session, event_id, 200, taken=True)
    return found


def steps(session, case_id):
    wide(session)
    asked = select(CaseEvent.id).where(CaseEvent.case_id == case_id).order_by(CaseEvent.id)
    return list(session.scalars(asked))


def test_what_happened_before_it_was_switched_on_is_not_told(session, town):
    case_id = town.registration().id
    assert filled(session) == 0
    assert waiting(session) == []
    do(session, town.people["from.leader"], town.case(case_id), "agree")
    wide(session)
    assert telling.is_waiting(session)
    assert filled(session) == 1
    assert filled(session) == 0
    assert waiting(session) == steps(session, case_id)[1:]
    assert not telling.is_waiting(session)


def test_what_happened_while_it_was_off_is_not_told(session, town):
    filled(session)
    first = town.registration()
    town_case = first.id
    filled(session)
    do(session, town.people["from.leader"], town.case(town_case), "agree")
    wide(session)
    assert telling.was_on(session) or not steps(session, town_case)
    telling.begin(session)
    assert filled(session) == 0
    assert waiting(session) == []


def test_steps_of_a_case_go_out_in_order_and_wait_for_each_other(session, town):
    town.registration()
    filled(session)
    one, other = town.transfer().id, town.registration().id
    do(session, town.people["to.leader"], town.case(one), "agree")
    assert filled(session) == 3
    first, then = steps(session, one)
    (alone,) = steps(session, other)
    assert telling.next_due(session) == first
    telling.settle(session, first, 500, taken=False)
    assert waiting(session) == [alone]  # its later step waits, another case does not
    due_now(session)
    assert waiting(session) == [first, then]


def due_now(session):
    session.execute(update(HookDelivery).values(next_at=HookDelivery.next_at.op("-")(DAY)))


def test_a_message_is_given_up_after_ten_tries_and_can_be_tried_again(session, town):
    town.registration()
    filled(session)
    case_id = town.transfer().id
    do(session, town.people["to.leader"], town.case(case_id), "agree")
    filled(session)
    first, then = steps(session, case_id)
    pauses = []
    for _ in range(telling.TRIES):
        assert telling.next_due(session) == first
        telling.settle(session, first, None, taken=False)
        held = session.get_one(HookDelivery, first, populate_existing=True)
        now = session.scalar(select(func.now()))
        pauses.append(round((held.next_at - now).total_seconds() / 60))
        due_now(session)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]
    assert telling.given_up(session) == 1
    assert waiting(session) == [then]
    assert telling.try_again(session) == 1
    assert waiting(session) == [first]


def test_a_message_holds_codes_and_nobody(session, town):
    town.registration()
    filled(session)
    case = town.transfer()
    case_id, pupil = case.id, case.snapshot["name"]
    do(session, town.people["to.leader"], town.case(case_id), "disagree", "家长电话 13800000000")
    filled(session)
    wide(session)
    said = [telling.message(session, one) for one in steps(session, case_id)]
    assert [set(one) for one in said] == [
        {
            "id", "case", "kind", "decision", "from", "to", "at", "owner", "receiving", "awaiting"
        }
    ] * 2  # fmt: skip
    text = json.dumps(said, ensure_ascii=False)
    people = [person.name for person in town.people.values()]
    assert not [word for word in (pupil, "138", *people) if word in text]
    assert [(one["decision"], one["to"]) for one in said] == [
        ("SUBMIT", "IN_SCHOOL"),
        ("DISAGREE", "REJECTED"),
    ]
    assert said[0]["case"] == session.get_one(Case, case_id).no


# ── the job ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def on(root, server, monkeypatch):
    """A database of one's own, a hook that is on, and how to run the job once."""
    monkeypatch.setenv("XUEJI_HOOK_URL", server.url)
    monkeypatch.setenv("XUEJI_HOOK_SECRET", SECRET)
    monkeypatch.setenv("XUEJI_DEMO", "1")
    del root
    return server


def run_once():
    """Ask for the job and do it here; gives its result."""
    with transaction() as session:
        job_id = ask(session, hook.KIND)
    with connected() as connection:
        run = claim(connection, job_id, "here")
        result = hook.send_all(run)
        run.finish(result)
    return result


@pytest.fixture(scope="module")
def walked(root, house):
    """A case on the module's own database, and how to take its next step."""
    engine = create_engine(Config.read().database_url, **ENGINE)
    scope.guard(engine)

    def step():
        scope.leave()
        with Session(engine) as session:
            town = Town(session)
            case = town.registration()
            case_id = case.id
            do(session, town.people["from.leader"], town.case(case_id), "agree")
            make.unwitnessed(session)
            session.commit()
        scope.leave()
        return case_id

    yield step
    engine.dispose()


def bodies(server):
    return [json.loads(told.body) for told in server.told]


def test_the_job_tells_every_step_after_the_first_run(on, walked):
    walked()
    assert run_once() == {"sent": 0, "failed": 0}
    walked()
    assert run_once() == {"sent": 2, "failed": 0}
    assert [one["decision"] for one in bodies(on)] == ["SUBMIT", "AGREE"]
    assert run_once() == {"sent": 0, "failed": 0}


def test_errors_are_tried_again_and_a_row_of_them_ends_the_run(on, walked):
    for _ in range(4):
        walked()
    on.answers = [500, 503, 429]
    assert run_once() == {"sent": 0, "failed": 3}
    assert len(on.told) == 3
    assert run_once()["sent"] == 2  # the fourth case; the others have a pause
    with transaction() as session:
        session.execute(update(HookDelivery).values(next_at=func.now()))
    assert run_once() == {"sent": 6, "failed": 0}
    ids = [one["id"] for one in bodies(on)]
    by_case = {}
    for one in bodies(on)[3:]:
        by_case.setdefault(one["case"], []).append(one["id"])
    assert all(found == sorted(found) for found in by_case.values())
    assert len(set(ids)) == 8


def test_whoever_dies_before_it_is_noted_sends_it_again(on, walked, monkeypatch):
    walked()

    def dies(*_args, **_kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(telling, "settle", dies)
        with pytest.raises(SystemExit):
            run_once()
    assert run_once() == {"sent": 2, "failed": 0}
    ids = [one["id"] for one in bodies(on)]
    assert ids[0] == ids[1] < ids[2]  # at least once


def test_switched_off_it_lets_the_past_be_past(on, walked, monkeypatch):
    walked()
    with monkeypatch.context() as patch:
        patch.delenv("XUEJI_HOOK_URL")
        assert run_once() == {}
    assert run_once() == {"sent": 0, "failed": 0}
    assert on.told == []


def test_the_clock_asks_once_a_minute_while_something_waits(on, walked):
    now = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
    asked = select(func.count()).where(JOB.c.kind == hook.KIND)

    def count():
        with transaction() as session:
            hook.ask_when_due(session, now)
            hook.ask_when_due(session, now)
            return session.scalar(asked)

    run_once()
    before = count()
    walked()
    assert count() == before + 1
