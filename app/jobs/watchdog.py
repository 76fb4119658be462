"""The scheduler's one loop: send what waits, take back what died, ask for what the clock wants.

Any number may run at once: rows are taken with SKIP LOCKED, and a tick of the clock is a job key,
so the second scheduler's INSERT does nothing. No leader, no advisory lock, no session state; a
pooler in transaction mode only costs the LISTEN (work is then found by the poll).
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import psycopg
from redis import Redis, RedisError
from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.exc import OperationalError

from app.codes.workdays import BEIJING
from app.jobs.clock import SCHEDULE, Tick, tick
from app.jobs.queue import KINDS
from app.jobs.run import HELD, JOB, give_back
from app.jobs.sessions import connected, transaction
from app.jobs.worker import ENTRY, pulse, queue, redis
from app.models.job import JobState
from config import Config, without_driver

LOG = logging.getLogger(__name__)
POLL_SECONDS = 1.0
WATCH_SECONDS = 5.0
RESEND = timedelta(seconds=15)  # a queued row sent so long ago is looked for in the queue
AT_ONCE = 500
FILLED = "xueji:filled"  # a server without this key has forgotten everything
UNKNOWN_SECONDS = 60


class Loop:
    """Goes on until a signal says stop."""

    def __init__(self) -> None:
        self.goes_on = True
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: setattr(self, "goes_on", False))


def dispatch(connection: Connection, store: Redis) -> int:
    """Hand due jobs to RQ, at least once; a second delivery finds nothing to claim. Commits."""
    waits = JOB.c.state == JobState.QUEUED
    unsent = or_(JOB.c.sent_at.is_(None), JOB.c.sent_at < func.now() - RESEND)
    due = (
        select(JOB.c.id)
        .where(waits, JOB.c.run_after <= func.now(), unsent)
        .order_by(JOB.c.run_after)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    sent = update(JOB).where(JOB.c.id.in_(due)).values(sent_at=func.now())
    with transaction(connection) as session:
        if store.set(FILLED, 1, nx=True):
            session.execute(
                update(JOB).where(waits, JOB.c.sent_at.is_not(None)).values(sent_at=None)
            )
        rows = session.execute(sent.returning(JOB.c.id, JOB.c.kind, JOB.c.fence)).all()
        for row in rows:
            send(store, row.id, row.kind, row.fence)
    return len(rows)


def send(store: Redis, job_id: int, kind: str, fence: int) -> None:
    """Put one delivery into the queue unless it lies there."""
    name, there = f"job-{job_id}-{fence}", queue(store)
    if store.lpos(there.key, name) is None:
        limit = KINDS[kind].timeout if kind in KINDS else UNKNOWN_SECONDS
        there.enqueue(
            ENTRY, job_id, job_id=name, job_timeout=limit, result_ttl=0, failure_ttl=UNKNOWN_SECONDS
        )


def retake(connection: Connection) -> list[int]:
    """Take back jobs whose lease ran out; commits."""
    dead = select(JOB.c.id).where(HELD, JOB.c.lease_until < func.now()).order_by(JOB.c.id)
    with transaction(connection) as session:
        locked = dead.with_for_update(skip_locked=True)
        return give_back(session, JOB.c.id.in_(locked), error="the lease ran out")


def watch(schedule: Sequence[Tick] = SCHEDULE) -> None:
    """Run until SIGTERM or SIGINT; every outage is waited out."""
    loop, store = Loop(), redis()
    url = without_driver(Config.read().needed("database_url"))
    while loop.goes_on:
        try:
            with psycopg.connect(url, autocommit=True) as ear, connected() as connection:
                ear.execute("LISTEN job")
                turn(loop, connection, ear, store, schedule)
        except (OperationalError, psycopg.OperationalError, RedisError) as error:
            LOG.warning("waiting for the engines: %s", type(error).__name__)
            time.sleep(POLL_SECONDS)


def turn(
    loop: Loop,
    connection: Connection,
    ear: psycopg.Connection,
    store: Redis,
    schedule: Sequence[Tick],
) -> None:
    """Go round until an engine fails or the process is told to stop."""
    looked_at = 0.0
    while loop.goes_on:
        if time.monotonic() - looked_at > WATCH_SECONDS:
            looked_at = time.monotonic()
            with transaction(connection) as session:
                tick(session, datetime.now(BEIJING), schedule)
            for job_id in retake(connection):
                LOG.warning("job %s taken back: its lease ran out", job_id)
            pulse("scheduler")
        if not dispatch(connection, store):
            list(ear.notifies(timeout=POLL_SECONDS, stop_after=1))
