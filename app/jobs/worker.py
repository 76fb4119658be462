"""The RQ side: a delivery is the id of a row, and a worker can run nothing else.

RQ imports, by the names it finds in Redis, the function, three callbacks and webhooks' addresses;
JSON does not stop that. `Delivery` takes the id and forgets the rest.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import traceback
from typing import Any

from redis import Redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry
from rq import Queue, Worker
from rq.job import Job as Parcel
from rq.serializers import JSONSerializer
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, OperationalError

from app.errors import AppError, Busy, Stale
from app.jobs.process import die_with_parent
from app.jobs.queue import KINDS
from app.jobs.run import JOB, Cancelled, Lost, Revoked, Run, claim, give_back
from app.jobs.sessions import connected, transaction
from app.models.job import Pulse
from config import Config

LOG = logging.getLogger(__name__)
ENTRY = "app.jobs.worker.deliver"
QUEUE = "default"
PULSE_SECONDS = 10
GENTLE = 10  # nice: what a job yields to a page
WORKER_TTL = PULSE_SECONDS + 15


def deliver(_job_id: int) -> None:
    """Name the one entry point; `Delivery` never calls it."""
    raise PermissionError("a delivery is performed, not called")


class Delivery(Parcel):
    """The id of one job row."""

    def restore(self, raw_data: Any) -> Any:
        """Read what Redis holds and forget every other thing RQ would call or contact."""
        super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = None
        self._stopped_callback_name = None
        self.webhooks, self._dependency_ids = [], []
        self.repeats_left = self.retries_left = None

    def _execute(self) -> str:
        if (self.func_name, self.instance, self.kwargs) != (ENTRY, None, {}):
            raise PermissionError(f"not a delivery: {self.id}")
        (job_id,) = self.args
        return perform(int(job_id), self.worker_name or "?")


class JobWorker(Worker):
    """Runs deliveries, one forked child each; tells PostgreSQL that it is alive."""

    pulsed_at = 0.0

    def main_work_horse(self, job: Parcel, queue: Queue) -> None:
        """Die with the worker: nobody would hear of this child again. Pages come before jobs."""
        die_with_parent(signal.SIGKILL)
        os.nice(GENTLE)
        super().main_work_horse(job, queue)

    def handle_work_horse_killed(self, job: Parcel, retpid: Any, ret_val: Any, rusage: Any) -> None:
        """Know a killed child at once; do not wait for its lease."""
        del retpid, rusage
        with transaction() as session:
            mine = JOB.c.id == int(job.args[0]), JOB.c.worker == self.name
            give_back(session, *mine, error=f"killed: {ret_val}")

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Be reached only by a loop that talks to Redis: proof of worker, Redis and database."""
        super().heartbeat(timeout, pipeline)
        if time.monotonic() - self.pulsed_at > PULSE_SECONDS / 2:  # RQ beats several times a job
            self.pulsed_at = time.monotonic()
            pulse(f"worker {self.name}")


def perform(job_id: int, worker: str) -> str:
    """Claim one job and do it; every outcome is written down here and nowhere else."""
    with connected() as connection:
        run = claim(connection, job_id, worker)
        if run is None:
            return "not ours"
        threading.Thread(target=run.beat, daemon=True).start()
        try:
            run.finish(KINDS[run.kind].work(run))
        except Lost:
            return "lost"
        except Exception as error:  # noqa: BLE001  a job may fail in any way; the row says how
            report(run, error)
            return "given back"
        finally:
            run.over.set()
        return "done"


def report(run: Run, error: Exception) -> None:
    """Give a failed run back, on a fresh connection: the run's own may be what broke."""
    LOG.warning("job %s (%s): %s", run.id, run.kind, reason(error))
    final = isinstance(error, Revoked) or (
        isinstance(error, AppError) and not isinstance(error, Busy | Stale)
    )
    with transaction() as session:
        mine = JOB.c.id == run.id, JOB.c.fence == run.fence
        give_back(session, *mine, error=reason(error), final=final)


def reason(error: BaseException) -> str:
    """Return what went wrong and where, without a value: messages quote people's data."""
    if isinstance(error, AppError):
        return ", ".join(refusal.code for refusal in error.refusals)
    what = type(error).__name__
    if isinstance(error, DBAPIError):
        what += f" {getattr(error.orig, 'sqlstate', None) or type(error.orig).__name__}"
    if isinstance(error, Cancelled | Revoked):
        return what
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    return f"{what} in {ours[-1].filename}:{ours[-1].lineno}" if ours else what


def pulse(name: str) -> None:
    """Say "alive now"; silent when the database is away."""
    row = insert(Pulse).values(name=name, seen_at=func.now())
    try:
        with transaction() as session:
            session.execute(
                row.on_conflict_do_update(index_elements=["name"], set_={"seen_at": func.now()})
            )
    except OperationalError:
        return


def redis() -> Redis:
    """Return a client that outlives a restart of the server."""
    retry = Retry(ExponentialBackoff(cap=2, base=0.1), 8)
    url = Config.read().needed("redis_url")
    return Redis.from_url(url, retry=retry, health_check_interval=10)


def queue(store: Redis) -> Queue:
    """Return the one queue; its content can be lost at any time without losing a job."""
    return Queue(QUEUE, connection=store, job_class=Delivery, serializer=JSONSerializer)


def work() -> None:
    """Run one worker until told to stop."""
    store = redis()
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    JobWorker(
        [queue(store)],
        connection=store,
        job_class=Delivery,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        job_monitoring_interval=PULSE_SECONDS,
    ).work(logging_level="WARNING")
