"""What the queue promises, asked of a running worker and scheduler."""

import time
from datetime import datetime
from threading import Thread

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.codes.workdays import BEIJING
from app.jobs.clock import Tick, tick
from app.jobs.queue import FRESH, alive, ask, cancel
from app.jobs.run import Lost, claim
from app.jobs.sessions import connected, engine, transaction
from app.jobs.watchdog import retake
from app.jobs.worker import ENTRY, queue, redis
from app.models.account import Account
from app.policies import scope
from tests import make
from tests.jobs.kinds import INTRUDER, STEPS

ALL = sum(range(STEPS))


def total(root):
    return root.execute("SELECT total FROM yard.tally").fetchone().total


def effects(root, job_id):
    sql = "SELECT n FROM yard.effect WHERE job_id = %s ORDER BY n"
    return [row.n for row in root.execute(sql, (job_id,))]


def working(root, job_id):
    """Wait for the job's first step."""
    until = time.monotonic() + 90
    sql = "SELECT 1 FROM job WHERE id = %s AND progress > 0"
    while not root.execute(sql, (job_id,)).fetchone():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("victims", ["child", "worker", "both", "scheduler", "nobody", "valkey"])
def test_an_effect_happens_once_whoever_dies(root, crew, asked, settled, victims):
    before, job_id = total(root), asked("count")
    working(root, job_id)
    worker = crew.process("worker")
    killed = {
        "child": worker.children(),
        "worker": [worker],
        "both": [*worker.children(), worker],
        "scheduler": [crew.process("scheduler")],
    }
    for process in killed.get(victims, ()):
        process.kill()
    if victims == "valkey":
        redis().flushall()
    if victims == "nobody":  # but delivered three times
        for n in range(2):
            queue(redis()).enqueue(ENTRY, job_id, job_id=f"again-{job_id}-{n}")
    assert settled(job_id).state == "DONE"
    assert effects(root, job_id) == list(range(STEPS))
    assert total(root) - before == ALL


def test_backends_that_die_cost_time_and_no_effect(root, asked, settled):
    job_id = asked("count")
    working(root, job_id)
    root.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename = 'xueji_app' AND pid <> pg_backend_pid()"
    )
    assert settled(job_id).state == "DONE"
    assert effects(root, job_id) == list(range(STEPS))


def test_a_zombie_cannot_commit(root, yard, crew):
    sql = "INSERT INTO job (kind, sent_at) VALUES ('none', now()) RETURNING id"
    job_id = root.execute(sql).fetchone().id
    with connected() as first, connected() as second:
        zombie = claim(first, job_id, "one")
        root.execute("UPDATE job SET lease_until = now() - interval '1 s' WHERE id = %s", (job_id,))
        retake(second)  # or the scheduler has
        root.execute("UPDATE job SET run_after = now(), sent_at = now() WHERE id = %s", (job_id,))
        assert claim(second, job_id, "two").fence == zombie.fence + 1
        with pytest.raises(Lost), zombie.step() as session:
            session.execute(text("INSERT INTO yard.effect VALUES (:id, 99)"), {"id": job_id})
        root.execute("UPDATE job SET state = 'FAILED', lease_until = NULL, ended_at = now()")
    assert 99 not in effects(root, job_id)


@pytest.mark.parametrize(
    ("kind", "why", "attempts"),
    [
        ("fail", "ValueError in ", 3),
        ("poison", "killed", 3),
        ("unknown", "KeyError", 3),
        ("refuse", "E-LOCK", 1),  # an answer, not an accident: asking again changes nothing
    ],
)
def test_what_always_fails_is_put_aside_and_the_queue_flows(
    root, asked, settled, kind, why, attempts
):
    bad, good = asked(kind), asked("noop")
    assert settled(good).state == "DONE"
    row = settled(bad)
    assert (row.state, row.attempts) == ("FAILED", attempts)
    assert why in row.error
    assert "张三" not in row.error


def test_cancel_stops_at_the_next_step(root, asked, settled):
    job_id = asked("count")
    working(root, job_id)
    with transaction() as session:
        cancel(session, job_id)
    row = settled(job_id)
    assert row.state == "CANCELLED"
    assert row.checkpoint == {"next": len(effects(root, job_id))}


def test_a_waiting_job_is_cancelled_at_once(session):
    scope.enter(scope.SYSTEM, session)
    job_id = ask(session, "count")
    cancel(session, job_id)
    sql = text("SELECT state FROM job WHERE id = :id AND ended_at IS NOT NULL")
    assert session.scalar(sql, {"id": job_id}) == "CANCELLED"


@pytest.mark.parametrize("crafted", ["function", "callback"])
def test_redis_cannot_name_what_runs(asked, settled, tmp_path, crafted):
    folder = tmp_path / "made"
    if crafted == "function":
        stock = Queue("default", connection=redis(), serializer=JSONSerializer)
        stock.enqueue("os.mkdir", str(folder))
    else:
        made = queue(redis()).enqueue(ENTRY, 0, result_ttl=5)
        redis().hset(made.key, "success_callback_name", "tests.jobs.kinds.intruder")
    assert settled(asked("noop")).state == "DONE"
    assert not folder.exists()
    assert not INTRUDER.exists()


def test_three_schedulers_ask_once(root):
    schedule = (Tick("noop", "0 2 * * *", "a test"),)

    def ticking():
        for _ in range(20):
            with transaction() as session:
                tick(session, datetime(2026, 9, 1, 3, 0, tzinfo=BEIJING), schedule)

    threads = [Thread(target=ticking) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = root.execute("SELECT key FROM job WHERE key LIKE 'cron:noop:%'").fetchall()
    assert [row.key for row in rows] == ["cron:noop:2026-09-01T02:00:00+08:00"]


def test_the_page_can_tell_whether_the_queue_is_alive(asked, settled):
    settled(asked("noop"))
    with connected() as connection, Session(connection) as session:
        assert alive(session).works
        session.execute(text("UPDATE pulse SET seen_at = seen_at - :age"), {"age": 2 * FRESH})
        assert not alive(session).works
        session.execute(text("UPDATE pulse SET seen_at = now()"))
        late = "INSERT INTO job (kind, run_after) VALUES ('noop', now() - interval '2 min')"
        session.execute(text(late))
        assert alive(session).stuck


# ── whose eyes a job has ─────────────────────────────────────────────────────────────────


@pytest.fixture
def two_schools(root):
    """Two schools and the registrar of the first, committed."""
    with scope.within(make.WHOLE), Session(engine()) as session:
        first, second = make.a_school(session), make.a_school(session)
        account = make.an_account(session, home=first)
        found = account.user_id, first.id, second.id
        make.unwitnessed(session)
        session.commit()
    return found


def test_a_job_sees_what_the_account_that_asked_sees(root, asked, settled, two_schools):
    user, own, _ = two_schools
    job_id = asked("look", asked_by=user)
    row = settled(job_id)
    assert (row.state, row.organisation_id) == ("DONE", own)
    seen = root.execute("SELECT code FROM yard.seen WHERE job_id = %s", (job_id,)).fetchall()
    assert len(seen) == 1


def test_a_disabled_account_stops_its_job(root, asked, settled, two_schools):
    user, *_ = two_schools
    job_id = asked("count", asked_by=user)
    working(root, job_id)
    with transaction() as session:
        make.unwitnessed(session)
        session.get(Account, user).enabled = False
    row = settled(job_id)
    assert (row.state, row.error) == ("FAILED", "Revoked")
    assert len(effects(root, job_id)) < STEPS
