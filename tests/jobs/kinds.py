"""Kinds of jobs for the tests: they count, fail, die, look around; results lie in schema `yard`."""

import os
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from app.errors import Refusal, Refused
from app.jobs.exporting import write_in_parts
from app.jobs.queue import job
from app.models.student import Student

STEPS = 20
STEP_SECONDS = 0.05
EFFECT = text("INSERT INTO yard.effect (job_id, n) VALUES (:id, :n)")
ADD = text("UPDATE yard.tally SET total = total + :n")
CAST = text("SELECT CAST(:text AS int)")
SEEN = text("INSERT INTO yard.seen SELECT :id, code FROM organisation JOIN school USING (id)")
INTRUDER = Path(tempfile.gettempdir()) / f"xueji-intruder-{os.getuid()}"


@job("count", timeout=600)
def count(run):
    for n in range(run.checkpoint.get("next", 0), STEPS):
        with run.step(next=n + 1, progress=1000 * (n + 1) // STEPS) as session:
            session.execute(EFFECT, {"id": run.id, "n": n})
            time.sleep(STEP_SECONDS)
            session.execute(ADD, {"n": n})
    return {"steps": STEPS}


@job("look")
def look(run):
    with run.step() as session:
        session.execute(SEEN, {"id": run.id})


@job("fail")
def fail(run):
    raise ValueError("张三")


@job("refuse")
def refuse(run):
    raise Refused(Refusal("E-LOCK"))


@job("poison")
def poison(run):
    os.abort()


@job("test.export")
def export_in_small_parts(run):
    return write_in_parts(run, 20)


@job("noop")
def noop(run):
    return None


def intruder(*_):
    INTRUDER.touch()


@job("spill")
def spill(run):
    with run.step() as session:
        pupil = session.get_one(Student, run.args["pupil"])
        raise ValueError(f"{pupil.name} {pupil.id_number} {pupil.phone}")


@job("spill-sql")
def spill_sql(run):
    with run.step() as session:
        pupil = session.get_one(Student, run.args["pupil"])
        session.execute(CAST, {"text": f"{pupil.name} {pupil.id_number}"})
