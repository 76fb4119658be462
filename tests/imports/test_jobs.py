"""Imports as jobs: whoever is killed whenever, the end is that of an undisturbed run."""

import hashlib
import time

import pytest
from sqlalchemy.orm import Session

from app.imports import batch as batches
from app.jobs import importing
from app.jobs.sessions import engine
from app.policies import scope
from tests import make
from tests.imports.books import a_book, a_row
from tests.imports.conftest import a_registrar

ROWS = 1000
END = """
SELECT s.name, s.gender, s.birth_date, encode(s.id_digest, 'hex') AS id_digest, c.number,
       s.status, g.name AS guardian, g.relation, g.is_guardian
FROM student s JOIN school_class c ON c.id = s.class_id JOIN guardian g ON g.student_id = s.id
ORDER BY s.id, g.id
"""
POINTS = [  # when, and whether the worker dies with its child
    ("nobody", False),
    ("at the start", False),
    ("while looking", False),
    ("while looking", True),
    ("while committing", False),
    ("while committing", True),
]


@pytest.fixture(scope="module", autouse=True)
def shared_files(root, tmp_path_factory):
    """The crew reads the environment once, when it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XUEJI_FILES_URL", f"file://{tmp_path_factory.mktemp('files')}")
        yield


@pytest.fixture(autouse=True)
def files():
    """Leave the module's own place for files as it is."""


@pytest.fixture(scope="module")
def user_id(root):
    """A registrar who is really there."""
    with scope.within(scope.NOBODY), Session(engine()) as session, session.begin():
        make.unwitnessed(session)
        return a_registrar(session).user_id


def at_work(user_id, deed):
    """Do something as an account, in a transaction of its own."""
    with Session(engine()) as session:
        held = scope.scope_of(session, user_id)
    with scope.within(held), Session(engine()) as session, session.begin():
        return deed(session)


def uploaded(user_id, data):
    def deed(session):
        batch = batches.receive(session, user_id, "pupils.xlsx", data).batch
        return batch.id, importing.ask_check(session, batch)

    return at_work(user_id, deed)


def reached(root, job_id, sql):
    """Wait until a question about a job is answered."""
    until = time.monotonic() + 30
    while root.execute(sql, (job_id,)).fetchone() is None:
        assert time.monotonic() < until, sql
        time.sleep(0.002)


TAKEN = "SELECT 1 FROM job WHERE id = %s AND state <> 'QUEUED'"
STAGING = "SELECT 1 FROM job WHERE id = %s AND (progress > 0 OR ended_at IS NOT NULL)"


def kill(crew, *, whole):
    worker = crew.process("worker")
    for process in [*worker.children(), *([worker] if whole else [])]:
        process.kill()


def ended(root, batch_id):
    """Return a digest of all that an import leaves behind, and clear the table for the next."""
    pupils = [tuple(row) for row in root.execute(END)]
    assert len(pupils) == 2 * ROWS
    root.execute("DELETE FROM guardian")
    root.execute("DELETE FROM student")
    root.execute("UPDATE import_batch SET state = 'DISCARDED' WHERE id = %s", (batch_id,))
    return hashlib.sha256(repr(pupils).encode()).hexdigest()


def test_whoever_is_killed_the_end_is_the_same(root, crew, settled, user_id):
    data = a_book([a_row(姓名=f"李小满{chr(0x4E00 + n)}") for n in range(ROWS)])
    ends = set()
    for point, whole in POINTS:
        batch_id, look = uploaded(user_id, data)
        if point == "at the start":
            reached(root, look, TAKEN)
            kill(crew, whole=whole)
        elif point == "while looking":
            reached(root, look, STAGING)
            time.sleep(0.2)
            kill(crew, whole=whole)
        assert settled(look).state == "DONE"
        promise = at_work(
            user_id, lambda session, b=batch_id: importing.ask_commit(session, b, user_id)
        )
        if point == "while committing":
            reached(root, promise, TAKEN)
            kill(crew, whole=whole)
        done = settled(promise)
        assert done.state == "DONE", (point, whole, done.error)
        batch = root.execute("SELECT * FROM import_batch WHERE id = %s", (batch_id,)).fetchone()
        assert (batch.state, batch.new, batch.refused) == ("COMMITTED", ROWS, 0)
        ends.add(ended(root, batch_id))
    assert len(ends) == 1
