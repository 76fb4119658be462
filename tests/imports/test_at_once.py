"""Imports beside each other and beside people: two at once, called off, disabled while queued."""

import threading
from itertools import count

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.imports import batch as batches
from app.imports import commit as committing
from app.imports import preview, undoing
from app.jobs import importing, registry
from app.jobs.sessions import engine, transaction
from app.jobs.waiting import ahead, until_done
from app.jobs.worker import perform
from app.models.student import Student
from app.policies import scope
from app.policies.roles import Actor, Role
from tests import make
from tests.imports.books import a_book, a_row
from tests.imports.conftest import a_registrar

registry.load()
serial = count()
SCHOOLS = ("2141000101", "2141000102")


@pytest.fixture(scope="module", autouse=True)
def shared_files(root, tmp_path_factory):
    """One place for the files of this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XUEJI_FILES_URL", f"file://{tmp_path_factory.mktemp('files')}")
        yield


@pytest.fixture(autouse=True)
def files():
    """Leave the module's own place for files as it is."""


@pytest.fixture(scope="module")
def people(root):
    """The registrars of two schools of one county."""
    with scope.within(scope.NOBODY), Session(engine()) as session, session.begin():
        make.unwitnessed(session)
        return [a_registrar(session, code).user_id for code in SCHOOLS]


def fresh(many):
    """Rows of children who are like nobody."""
    return [a_row(姓名=f"李小满{chr(0x4E00 + next(serial))}") for _ in range(many)]


def at_work(user_id, deed):
    """Do something as an account, in a transaction of its own."""
    with Session(engine()) as session:
        held = scope.scope_of(session, user_id)
    with scope.within(held), Session(engine()) as session, session.begin():
        return deed(session)


def looked_at(user_id, rows):
    """A batch in preview; gives its id."""

    def deed(session):
        received = batches.receive(session, user_id, "pupils.xlsx", a_book(rows))
        return preview.look(session, received.batch.id, importing.today(), importing.everywhere).id

    return at_work(user_id, deed)


def promised(user_id, batch_id):
    return at_work(user_id, lambda session: importing.ask_commit(session, batch_id, user_id))


def state(root, batch_id):
    sql = "SELECT state FROM import_batch WHERE id = %s"
    return root.execute(sql, (batch_id,)).fetchone().state


def how(root, job_id):
    return root.execute("SELECT state, error FROM job WHERE id = %s", (job_id,)).fetchone()


def both(jobs):
    """Perform jobs at the same time, each on a connection of its own."""
    together = threading.Barrier(len(jobs))

    def one(job_id):
        together.wait()
        perform(job_id, f"worker {job_id}")

    threads = [threading.Thread(target=one, args=(job_id,)) for job_id in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def test_two_schools_import_at_once(root, people):
    there = [row | {"学校标识码": SCHOOLS[1]} for row in fresh(40)]
    made = [looked_at(people[0], fresh(40)), looked_at(people[1], there)]
    jobs = [promised(*pair) for pair in zip(people, made, strict=True)]
    both(jobs)
    assert [state(root, batch_id) for batch_id in made] == ["COMMITTED", "COMMITTED"]
    counted = "SELECT count(*) AS n FROM student WHERE import_batch_id = %s"
    assert [root.execute(counted, (batch_id,)).fetchone().n for batch_id in made] == [40, 40]


def test_one_child_in_two_files_at_once_comes_in_once(root, people):
    (child,) = fresh(1)
    made = [looked_at(people[0], [child, *fresh(1)]) for _ in range(2)]
    both([promised(people[0], batch_id) for batch_id in made])
    assert sorted(state(root, batch_id) for batch_id in made) == ["COMMITTED", "PREVIEW"]
    digests = "SELECT count(*) - count(DISTINCT id_digest) AS twice FROM student"
    assert root.execute(digests).fetchone().twice == 0


def test_a_record_that_changed_is_compared_anew_by_the_job(root, people):
    first = looked_at(people[0], fresh(1))
    perform(promised(people[0], first), "w")
    other = looked_at(people[0], fresh(1))

    def deed(session):
        pupil = session.query(Student).filter_by(import_batch_id=first).one()
        session.execute(
            text(
                "UPDATE import_row SET verdict = 'CHANGED', target_id = :id, target_version = 9"
                " WHERE batch_id = :batch"
            ),
            {"id": pupil.id, "batch": other},
        )

    at_work(people[0], deed)
    job_id = promised(people[0], other)
    perform(job_id, "w")
    assert (how(root, job_id).state, state(root, other)) == ("DONE", "PREVIEW")
    found = root.execute("SELECT code FROM import_problem WHERE batch_id = %s", (other,)).fetchall()
    assert [problem.code for problem in found] == ["W-MOVED"]


def test_a_writing_that_waits_is_called_off(root, people):
    batch_id = looked_at(people[0], fresh(1))
    job_id = promised(people[0], batch_id)
    at_work(people[0], lambda session: importing.call_off(session, batch_id))
    assert (how(root, job_id).state, state(root, batch_id)) == ("CANCELLED", "PREVIEW")
    perform(promised(people[0], batch_id), "w")
    assert state(root, batch_id) == "COMMITTED"


def test_a_writing_under_way_is_called_off(root, people, monkeypatch):
    batch_id = looked_at(people[0], fresh(1))
    written = committing.commit

    def slow(session, pk):
        at_work(people[0], lambda other: importing.call_off(other, pk))
        return written(session, pk)

    monkeypatch.setattr(committing, "commit", slow)
    job_id = promised(people[0], batch_id)
    perform(job_id, "w")
    assert (how(root, job_id).state, state(root, batch_id)) == ("CANCELLED", "PREVIEW")


@pytest.mark.parametrize("when", ["before", "during"])
def test_who_was_disabled_meanwhile_writes_nothing(root, people, monkeypatch, when):
    batch_id = looked_at(people[0], fresh(1))
    written = committing.commit
    job_id = promised(people[0], batch_id)

    def disable(to):
        root.execute("UPDATE account SET enabled = %s WHERE user_id = %s", (to, people[0]))

    def slow(session, pk):
        done = written(session, pk)
        disable(to=False)
        return done

    if when == "before":
        disable(to=False)
    else:
        monkeypatch.setattr(committing, "commit", slow)
    perform(job_id, "w")
    disable(to=True)
    end = how(root, job_id)
    assert end.state == "FAILED"
    assert end.error == ("Revoked" if when == "before" else "E-BATCH-RIGHT")
    assert state(root, batch_id) == "COMMITTING"
    counted = "SELECT count(*) AS n FROM student WHERE import_batch_id = %s"
    assert root.execute(counted, (batch_id,)).fetchone().n == 0
    monkeypatch.undo()
    perform(promised(people[0], batch_id), "w")  # a registrar presses again
    assert state(root, batch_id) == "COMMITTED"


def test_an_undo_under_way_is_called_off_and_goes_on(root, people, monkeypatch):
    monkeypatch.setattr(undoing, "CHUNK", 2)
    batch_id = looked_at(people[0], fresh(5))
    perform(promised(people[0], batch_id), "w")

    def press(session):
        batch = batches.held(session, batch_id)
        actor = Actor(people[0], Role.SR, batch.school_id, batch.owner_path)
        return importing.ask_undo(session, batch_id, actor, None)

    turned, turns = undoing.turn, []

    def interrupted(session, pk, today):
        turns.append(pk)
        if turns == [pk, pk]:
            at_work(people[0], lambda other: importing.call_off(other, pk))
        return turned(session, pk, today)

    monkeypatch.setattr(undoing, "turn", interrupted)
    job_id = at_work(people[0], press)
    perform(job_id, "w")
    assert (how(root, job_id).state, state(root, batch_id)) == ("CANCELLED", "COMMITTED")
    struck = "SELECT count(*) AS n FROM student WHERE import_batch_id = %s AND status = 'DELETED'"
    assert root.execute(struck, (batch_id,)).fetchone().n == 2
    perform(at_work(people[0], press), "w")
    assert state(root, batch_id) == "UNDONE"
    assert root.execute(struck, (batch_id,)).fetchone().n == 5
    with transaction() as session:
        assert session.query(Student).all() == []  # a job of the house sees no pupil


def test_a_look_whose_worker_died_at_the_very_end_is_not_made_anew(root, people):
    def deed(session):
        batch = batches.receive(session, people[0], "pupils.xlsx", a_book(fresh(1))).batch
        return batch.id, importing.ask_check(session, batch)

    batch_id, job_id = at_work(people[0], deed)
    perform(job_id, "w")
    root.execute("UPDATE job SET state = 'QUEUED', ended_at = NULL WHERE id = %s", (job_id,))
    perform(job_id, "w")
    assert how(root, job_id).state == "DONE"
    sql = "SELECT revision FROM import_batch WHERE id = %s"
    assert root.execute(sql, (batch_id,)).fetchone().revision == 1


def test_who_waits_is_told_how_many_are_before_and_about_how_long(root, people):
    root.execute("DELETE FROM job")
    done = (
        "INSERT INTO job (kind, state, sent_at, ended_at, result, organisation_id)"
        " SELECT 'import.commit', 'DONE', now() - interval '10 s', now(), %s, school_id"
        " FROM import_batch LIMIT 1"
    )
    for rows in (5, 10, 20):  # two, one and half a second a row
        root.execute(done, (f'{{"rows": {rows}}}',))
    made = [looked_at(user_id, fresh(4)) for user_id in (people[0], people[0])]
    jobs = [promised(people[0], batch_id) for batch_id in made]
    told = [
        at_work(people[0], lambda session, job=job: (ahead(session, job), until_done(session, job)))
        for job in jobs
    ]
    assert told == [(0, 4), (1, 8)]
    for job_id in jobs:
        perform(job_id, "w")
    assert at_work(people[0], lambda session: until_done(session, jobs[0])) is None
