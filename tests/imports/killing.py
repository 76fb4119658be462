"""Killing work at a place or at a time, and asking what is there afterwards.

A place is a trigger of the test at which the worker waits, on an advisory lock, until it is killed;
a time counts from the moment the job was taken. `Reaper.disturb` asks for a job and kills it once.
"""

import random
import time
from dataclasses import dataclass

LOCK = 20_261_122
YARD = f"""
CREATE SCHEMA IF NOT EXISTS killing; GRANT USAGE ON SCHEMA killing TO xueji_app;
CREATE OR REPLACE FUNCTION killing.gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({LOCK}); RETURN NEW; END $$
"""
AT_THE_GATE = f"SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = {LOCK} AND NOT granted"
TAKEN = "SELECT FROM job WHERE id = %s AND state <> 'QUEUED'"
ENDED = "SELECT FROM job WHERE id = %s AND ended_at IS NOT NULL"
PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Point:
    """Where somebody dies: at a deed on a table, or so many seconds after the job was taken."""

    name: str
    deed: str = ""  # such as "INSERT ON student"
    when: str = "true"
    after: float = 0.0
    whole: bool = False  # the worker dies with its child


TAKING = Point("taking the job", "UPDATE ON job", "NEW.state = 'RUNNING' AND OLD.state = 'QUEUED'")
ENDING = Point("ending the job", "UPDATE ON job", "NEW.state = 'DONE'", whole=True)


def points(seed, many, longest):
    """Return so many points of time, the same for the same seed; every third takes the worker."""
    drawn = random.Random(seed)  # noqa: S311  no secret
    whens = [drawn.uniform(0, longest) for _ in range(many)]
    return [
        Point(f"{when:.3f} s", after=when, whole=number % 3 == 2)
        for number, when in enumerate(whens)
    ]


class Reaper:
    """Kills the child of a worker, or both, once a job; the crew is kept up by `settled`."""

    def __init__(self, root, crew):
        self.root, self.crew = root, crew
        root.execute(YARD)

    def disturb(self, point, ask):
        """Ask for a job and kill whoever does it at a point; gives the job's id.

        A job that is over before its time has come is not killed.
        """
        if not point.deed:
            job_id = ask()
            self._until(TAKEN, job_id)
            time.sleep(point.after)
            self.kill(whole=point.whole)
            return job_id
        table = point.deed.split()[-1]
        self.root.execute(
            f"CREATE TRIGGER killing_gate AFTER {point.deed} FOR EACH ROW WHEN ({point.when})"
            " EXECUTE FUNCTION killing.gate()"
        )
        self.root.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        try:
            job_id = ask()
            self._until(f"{AT_THE_GATE} UNION ALL {ENDED}", job_id)
            self.kill(whole=point.whole)
        finally:
            self.root.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))
            self.root.execute(f"DROP TRIGGER killing_gate ON {table}")
        return job_id

    def kill(self, *, whole):
        """Kill the child at work, if there is one, and on request the worker before it."""
        worker = self.crew.process("worker")
        for process in [*worker.children(), *([worker] if whole else [])]:
            process.kill()

    def _until(self, sql, job_id):
        until = time.monotonic() + PATIENCE
        while self.root.execute(sql, (job_id,)).fetchone() is None:
            assert time.monotonic() < until, sql
            self.crew.keep_up()
            time.sleep(0.005)
