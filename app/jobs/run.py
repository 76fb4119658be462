"""One attempt at one job: claim it, work in steps, finish it or give it back.

    QUEUED ──claim──▶ RUNNING ──▶ DONE │ FAILED │ CANCELLED
      ▲                  │
      └── retry, dead lease (a new fence at every claim)

Each step commits together with its checkpoint, and only while its fence is still the newest: a
zombie's step is rolled back. Nothing here knows RQ.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    Update,
    case,
    func,
    or_,
    update,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.jobs.sessions import transaction
from app.models.job import Job, JobState
from app.policies.scope import NOBODY, SYSTEM, enter, scope_of
from config import Config

MAX_ATTEMPTS = 3  # without a checkpoint in between
ERROR_LENGTH = 2000
BEATS = 5  # a lease
JOB: Table = Job.__table__
HELD = JOB.c.state == JobState.RUNNING


class Lost(Exception):
    """The lease went to somebody else; what this process did since its last step is undone."""


class Cancelled(Exception):
    """Somebody pressed cancel; steps already committed stay."""


class Revoked(Exception):
    """The account that asked was disabled meanwhile; steps already committed stay."""


def lease() -> ColumnElement[Any]:
    """Return until when a lease given now holds."""
    return func.now() + timedelta(seconds=Config.read().lease_seconds)


def claim(connection: Connection, job_id: int, worker: str) -> Run | None:
    """Take the lease, or None: delivered twice, cancelled, not due. Commits."""
    taken = (
        update(JOB)
        .where(JOB.c.id == job_id, JOB.c.state == JobState.QUEUED, JOB.c.run_after <= func.now())
        .values(
            state=JobState.RUNNING,
            fence=JOB.c.fence + 1,
            attempts=JOB.c.attempts + 1,
            worker=worker,
            lease_until=lease(),
        )
        .returning(JOB)
    )
    with transaction(connection) as session:
        row = session.execute(taken).one_or_none()
    return Run(connection, row) if row else None


def give_back(
    session: Session, *where: ColumnElement[bool], error: str, final: bool = False
) -> list[int]:
    """Return running jobs to the queue, or bury those tried too often; gives their ids.

    One statement for every way back: watchdog, dead child, failed attempt; ``final`` buries it.
    """
    tired = JOB.c.attempts >= (0 if final else MAX_ATTEMPTS)
    pause = func.make_interval(0, 0, 0, 0, 0, 0, Config.read().backoff_seconds)
    back: Update = (
        update(JOB)
        .where(HELD, *where)
        .values(
            lease_until=None,
            sent_at=None,
            error=error[:ERROR_LENGTH],
            state=case(
                (JOB.c.cancel_asked, JobState.CANCELLED.name),
                (tired, JobState.FAILED.name),
                else_=JobState.QUEUED.name,
            ),
            ended_at=case((or_(JOB.c.cancel_asked, tired), func.now())),
            run_after=func.now() + pause * func.power(2, JOB.c.attempts - 1),
        )
    )
    return list(session.scalars(back.returning(JOB.c.id)))


class Run:
    """One attempt at one job, good only as long as its fence is the newest."""

    def __init__(self, connection: Connection, row: Row[Any]) -> None:
        self.connection = connection
        self.id: int = row.id
        self.kind: str = row.kind
        self.fence: int = row.fence
        self.asked_by: int | None = row.asked_by
        self.args: dict[str, Any] = row.args
        self.checkpoint: dict[str, Any] = row.checkpoint
        self.progress: int = row.progress
        self.over = threading.Event()
        self.called_off = False  # somebody pressed cancel; a long step may look and give up

    @contextmanager
    def step(self, *, progress: int | None = None, **checkpoint: Any) -> Iterator[Session]:
        """Commit the body, its checkpoint and its progress as one, or nothing.

        The body sees what the account that asked sees now. Raise `Lost`, `Cancelled`, `Revoked`.
        """
        with transaction(self.connection) as session:
            self._enter(session)
            yield session
            session.flush()
            self.progress = self.progress if progress is None else progress
            self._hold(session, checkpoint=JOB.c.checkpoint.concat(checkpoint), attempts=1)
        self.checkpoint |= checkpoint

    def finish(self, result: dict[str, Any] | None) -> None:
        """Close the job; commits, or raises `Lost`."""
        with transaction(self.connection) as session:
            self._hold(session, result=result)
            session.execute(
                update(JOB)
                .where(JOB.c.id == self.id)
                .values(
                    state=JobState.DONE,
                    lease_until=None,
                    ended_at=func.now(),
                    progress=1000,
                    error=None,
                )
            )

    def beat(self) -> None:
        """Prolong the lease and show the progress, from a thread of its own, until it is over."""
        while not self.over.wait(Config.read().lease_seconds / BEATS):
            try:
                with transaction() as session:
                    beaten = self._mine().values(lease_until=lease(), progress=self.progress)
                    asked = session.scalar(beaten.returning(JOB.c.cancel_asked))
                    self.called_off = bool(asked)
            except OperationalError:
                continue  # the database is away; if it stays so, the lease runs out as it should

    def _enter(self, session: Session) -> None:
        if self.asked_by is not None:
            scope = scope_of(session, self.asked_by)
            if scope == NOBODY:
                raise Revoked
            enter(scope, session)

    def _hold(self, session: Session, **change: Any) -> None:
        """Write last in a transaction, so that a zombie's step fails as a whole."""
        enter(SYSTEM, session)
        held = self._mine().values(progress=self.progress, lease_until=lease(), **change)
        row = session.execute(held.returning(JOB.c.cancel_asked)).one_or_none()
        if row is None:
            raise Lost
        if row.cancel_asked:
            raise Cancelled

    def _mine(self) -> Update:
        return update(JOB).where(HELD, JOB.c.id == self.id, JOB.c.fence == self.fence)
