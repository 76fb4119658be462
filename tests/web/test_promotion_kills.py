"""The turn of the year on a real worker: killed anywhere, it ends where an undisturbed one ends.

A trigger of the test holds the worker at a named place, by an advisory lock, until it is killed.
"""

import contextlib
import time
from itertools import count

import pytest
from sqlalchemy.orm import Session

from app.jobs.promoting import ask_run
from app.jobs.sessions import engine
from app.models.student import Status
from app.policies import scope
from app.workflows import promotion
from tests import make
from tests.workflows.cases import become

YEAR = make.SCHOOL_YEAR + 1
COUNTIES, PUPILS, LAST = 3, 4, 6
LOCK = 20_270_810
POINTS = [  # what it is at, what the trigger waits for, whether the worker dies with its child
    ("taking the job", "UPDATE ON job", "NEW.state = 'RUNNING' AND OLD.state = 'QUEUED'", False),
    ("the first chunk", "UPDATE ON grade", "NEW.owner_path ~ '/99/01/'", True),
    ("a later chunk", "INSERT ON promotion_result", "NEW.owner_path ~ '/99/02/'", False),
    ("a checkpoint", "UPDATE ON job", "NEW.checkpoint IS DISTINCT FROM OLD.checkpoint", True),
    ("closing the run", "UPDATE ON promotion_run", "NEW.state = 'DONE'", False),
    ("ending the job", "UPDATE ON job", "NEW.state = 'DONE'", True),
]
GATE = f"""
CREATE SCHEMA yard; GRANT USAGE ON SCHEMA yard TO xueji_app;
CREATE FUNCTION yard.gate() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({LOCK}); RETURN NEW; END $$
"""
HELD = f"SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = {LOCK} AND NOT granted"
END = """
SELECT dense_rank() OVER (ORDER BY g.owner_path) AS school, g.entry_year, g.level, g.state,
       r.moved_pupils, r.stayed_pupils, jsonb_array_length(r.moved_grades) AS moved,
       jsonb_array_length(r.opened_grades) AS opened, jsonb_array_length(r.stayed_grades) AS stayed
FROM grade g LEFT JOIN promotion_result r ON r.school_id = g.school_id AND r.year = %s
WHERE g.owner_path ^@ %s ORDER BY 1, 2
"""

provinces = (str(code) for code in count(61))


def confirmed():
    """Make a province of three counties and a run two persons wanted; gives path, run and job."""
    code = next(provinces)
    with scope.within(make.WHOLE), Session(engine()) as session, session.begin():
        place = make.an_authority(session, code)
        for county in range(1, COUNTIES + 1):
            school = make.a_school(session, f"{code}990{county}")
            for level in range(1, LAST + 1):
                make.a_grade(session, school, level)
            for level in (1, LAST)[:county]:  # the first county's last grade is empty
                room = make.a_class(session, school, make.a_grade(session, school, level))
                for _ in range(PUPILS):
                    make.a_pupil(session, room, status=Status.IN_SCHOOL)
        first = make.an_account(session, "PR", place)
        second = make.an_account(session, "PL", place)
        actor = become(session, first)
        run = promotion.rehearse(session, place, YEAR, actor.user_id)
        promotion.ask(session, run, actor, run.rehearsed_at)
        promotion.confirm(session, run, become(session, second), run.rehearsed_at)
        return place.path, run.id, ask_run(session, run, second.user_id)


def ended(root, path):
    """Return every cohort and result of a province."""
    return [tuple(row) for row in root.execute(END, (YEAR, path))]


@pytest.fixture(scope="module")
def gates(root):
    """Hold whoever comes to a place for as long as a block lasts."""
    root.execute(GATE)

    @contextlib.contextmanager
    def closed(deed, when):
        root.execute(
            f"CREATE TRIGGER gate AFTER {deed} FOR EACH ROW WHEN ({when})"
            " EXECUTE FUNCTION yard.gate()"
        )
        root.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        try:
            yield
        finally:
            root.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))

    return closed


@pytest.fixture
def undisturbed(root, settled):
    """How a turn ends when nobody dies."""
    path, _, job_id = confirmed()
    assert settled(job_id).state == "DONE"
    return ended(root, path)


def come(root):
    """Wait until somebody stands at the gate."""
    until = time.monotonic() + 30
    while root.execute(HELD).fetchone() is None:
        assert time.monotonic() < until, "nobody came to the gate"
        time.sleep(0.01)


@pytest.mark.parametrize(("at", "deed", "when", "whole"), POINTS, ids=[p[0] for p in POINTS])
def test_whoever_dies_the_year_turns_once(
    root, crew, settled, gates, undisturbed, at, deed, when, whole
):
    with gates(deed, when):
        path, run_id, job_id = confirmed()
        come(root)
        worker = crew.process("worker")
        for process in [*worker.children(), *([worker] if whole else [])]:
            process.kill()
    try:
        row = settled(job_id)
    finally:
        root.execute(f"DROP TRIGGER gate ON {deed.split()[-1]}")
    assert (row.state, row.result) == ("DONE", {"schools": COUNTIES})
    assert ended(root, path) == undisturbed
    run = root.execute("SELECT state FROM promotion_run WHERE id = %s", (run_id,)).fetchone()
    assert run.state == "DONE"
    once = "SELECT count(*) AS n FROM audit_event WHERE action = %s AND object_id = %s"
    assert root.execute(once, ("promotion.done", run_id)).fetchone().n == 1


def test_an_undisturbed_turn_does_what_the_rehearsal_foretold(root, undisturbed):
    assert len(undisturbed) == COUNTIES * (LAST + 1)
    first = [row[1:4] for row in undisturbed if row[0] == 1]
    assert first == [
        (YEAR - LAST, LAST, "GRADUATED"),
        *((year, YEAR - year + 1, "IN_USE") for year in range(YEAR - LAST + 1, YEAR + 1)),
    ]
    others = {row[3] for row in undisturbed if row[0] > 1 and row[1] == YEAR - LAST}
    assert others == {"OVER_STAGE"}
