"""Faults by the hundred: what is in the database at the end is what would be there without them."""

import random
import time

import psutil
import pytest

from app.jobs.worker import redis
from tests.jobs.kinds import STEPS

FAULTS, JOBS, SEED = 100, 60, 7
BACKENDS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = 'xueji_app' AND pid <> pg_backend_pid()
"""


def strike(fault, crew, root):
    """Let one thing go wrong."""
    worker = crew.process("worker")
    if fault in {"child", "both"}:
        for child in worker.children():
            child.kill()
    if fault in {"worker", "both"}:
        worker.kill()
    if fault == "scheduler":
        crew.process("scheduler").kill()
    if fault == "flush":
        redis().flushall()
    if fault == "backends":
        root.execute(BACKENDS)


@pytest.mark.soak
def test_a_hundred_faults_lose_and_double_nothing(root, crew, asked, settled):
    chance = random.Random(SEED)  # noqa: S311  chance, not secrecy
    ids = [asked("count") for _ in range(JOBS)]
    for _ in range(FAULTS):
        time.sleep(chance.uniform(0.2, 1.2))
        crew.keep_up()
        try:
            fault = chance.choice(["child", "worker", "both", "scheduler", "flush", "backends"])
            strike(fault, crew, root)
        except psutil.NoSuchProcess:
            continue
    assert {settled(job_id, 300).state for job_id in ids} == {"DONE"}
    done = root.execute("SELECT job_id, array_agg(n ORDER BY n) AS ns FROM yard.effect GROUP BY 1")
    assert [row.ns for row in done] == [list(range(STEPS))] * JOBS
    total = root.execute("SELECT total FROM yard.tally").fetchone().total
    assert total == JOBS * sum(range(STEPS))
