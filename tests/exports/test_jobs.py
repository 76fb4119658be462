"""Exports as jobs: whoever is killed whenever, the end is that of an undisturbed run."""

import csv
import random
import time
from io import StringIO

import psutil
import pytest
from sqlalchemy.orm import Session

from app.exports import ending
from app.exports.asking import ask_export
from app.jobs.queue import ask, cancel
from app.jobs.sessions import engine
from app.policies import scope
from app.policies.audit import record
from app.policies.roles import Actor, Role
from app.storage.sealed_files import Folder, read
from tests import make

PUPILS, SEED = 240, 6
TAKEN = "SELECT 1 FROM job WHERE id = %s AND state <> 'QUEUED'"
PARTS = "SELECT part, rows, bytes, sha256 FROM export_part WHERE export_id = %s ORDER BY part"
LEDGER = "SELECT rows FROM export_share WHERE export_id = %s"
MADE = "SELECT count(*) AS n FROM audit_event WHERE action = 'export.made' AND object_id = %s"


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
def actor(root):
    """A registrar with a school of pupils who are really there."""
    with scope.within(scope.NOBODY), Session(engine()) as session, session.begin():
        make.unwitnessed(session)
        scope.enter(make.WHOLE, session)
        school = make.a_school(session)
        rooms = [make.a_class(session, school) for _ in range(4)]
        for n in range(PUPILS):
            make.a_pupil(session, rooms[n % 4], name=f"李小满{chr(0x4E00 + n)}", guardians=0)
        place = make.an_account(session, "SR", school)
        return Actor(place.user_id, Role.SR, school.id, school.owner_path)


def at_work(actor, deed):
    """Do something as the registrar, in a transaction of its own."""
    with Session(engine()) as session:
        held = scope.scope_of(session, actor.user_id)
    with scope.within(held), Session(engine()) as session, session.begin():
        return deed(session)


def promised(actor, kind="test.export"):
    """Ask for an export and the job that writes it in small parts."""

    def deed(session):
        export = ask_export(
            session,
            actor,
            source="pupils",
            columns=["name", "id_number", "class_number"],
            filters={},
            format="csv",
            language="zh",
            purpose="TEACHING",
        )
        export.job_id = ask(session, kind, asked_by=actor.user_id, export=export.id)
        return export.id, export.job_id

    return at_work(actor, deed)


def asked_again(actor, export_id):
    """Ask for the file once more, as the button of the page does after a job that died."""

    def deed(session):
        export = ending.own(session, export_id, actor.user_id)
        export.job_id = ask(session, "test.export", asked_by=actor.user_id, export=export_id)
        record(session, "export.again", object_type="export", object_id=export_id)
        return export.job_id

    return at_work(actor, deed)


def end_of(root, export_id):
    """What an export leaves behind, without its own number."""
    parts = root.execute(PARTS, (export_id,)).fetchall()
    told = [read(Folder.EXPORTS, part.sha256).decode("utf-8-sig") for part in parts]
    rows = [[row[:-1] for row in csv.reader(StringIO(text, newline=""))] for text in told]
    export = root.execute("SELECT * FROM export WHERE id = %s", (export_id,)).fetchone()
    return (
        rows,
        [(part.part, part.rows) for part in parts],
        (export.state, export.rows, export.bytes == sum(part.bytes for part in parts)),
        [line.rows for line in root.execute(LEDGER, (export_id,))],
        root.execute(MADE, (export_id,)).fetchone().n,
    )


def struck(root, crew, job_id, after, *, whole):
    """Kill the child, or the worker with it, some time after the job was taken."""
    until = time.monotonic() + 120
    while root.execute(TAKEN, (job_id,)).fetchone() is None:
        assert time.monotonic() < until
        crew.keep_up()
        time.sleep(0.002)
    time.sleep(after)
    worker = crew.process("worker")
    for process in [*worker.children(), *([worker] if whole else [])]:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def strike_often(root, crew, settled, actor, points):
    """Let exports be killed at points of an undisturbed run's time; every end is the same."""
    export_id, job_id = promised(actor)
    assert settled(job_id).state == "DONE"
    (taken,) = root.execute(
        "SELECT extract(epoch FROM ended_at - sent_at)::float AS s FROM job WHERE id = %s",
        (job_id,),
    ).fetchone()
    wanted = end_of(root, export_id)
    assert (sum(rows for _, rows in wanted[1]), wanted[4]) == (PUPILS, 1)
    assert wanted[2] == ("READY", PUPILS, True)
    chance = random.Random(SEED)  # noqa: S311  chance, not secrecy
    for point in range(points):
        export_id, job_id = promised(actor)
        after = taken * (point + chance.random()) / points
        struck(root, crew, job_id, after, whole=point % 5 == 4)
        done = settled(job_id)
        while done.state == "FAILED" and done.error == "the lease ran out":  # a starved machine
            done = settled(asked_again(actor, export_id))
        assert done.state == "DONE", (point, after, done.error)
        assert end_of(root, export_id) == wanted, (point, after)


def test_whoever_is_killed_the_end_is_the_same(root, crew, settled, actor):
    strike_often(root, crew, settled, actor, 3)


def test_an_export_whose_job_died_for_good_is_written_anew(root, crew, settled, actor):
    export_id, job_id = promised(actor)
    wanted = end_of(root, promised_and_made(actor, settled))
    assert settled(job_id).state == "DONE"
    root.execute("UPDATE export SET state = 'QUEUED' WHERE id = %s", (export_id,))
    root.execute("DELETE FROM export_share WHERE export_id = %s", (export_id,))
    assert settled(asked_again(actor, export_id)).state == "DONE"
    assert end_of(root, export_id)[:4] == wanted[:4]


def promised_and_made(actor, settled):
    export_id, job_id = promised(actor)
    assert settled(job_id).state == "DONE"
    return export_id


@pytest.mark.soak
def test_fifty_kill_points_lose_and_double_nothing(root, crew, settled, actor):
    strike_often(root, crew, settled, actor, 50)


def test_the_real_job_writes_one_part(root, crew, settled, actor):
    export_id, job_id = promised(actor, "export.write")
    assert settled(job_id).state == "DONE"
    assert end_of(root, export_id)[1] == [(1, PUPILS)]


def test_an_export_called_off_on_the_way_has_no_file(root, crew, settled, actor):
    export_id, job_id = promised(actor)

    def deed(session):
        ending.call_off(session, ending.own(session, export_id, actor.user_id))
        cancel(session, job_id)

    at_work(actor, deed)
    assert settled(job_id).state in {"CANCELLED", "DONE"}
    row = root.execute("SELECT state, rows FROM export WHERE id = %s", (export_id,)).fetchone()
    assert tuple(row) == ("CANCELLED", 0)
    assert root.execute(LEDGER, (export_id,)).fetchall() == []


def test_the_clock_ends_what_was_not_fetched(root, crew, settled, actor):
    export_id, job_id = promised(actor)
    assert settled(job_id).state == "DONE"
    part = root.execute(PARTS, (export_id,)).fetchone()
    root.execute("UPDATE export SET expires_at = now() WHERE id = %s", (export_id,))
    with scope.within(scope.SYSTEM), Session(engine()) as session, session.begin():
        over = ask(session, "export.expire")
    assert settled(over).result == {"files": part_count(root, export_id)}
    state = root.execute("SELECT state FROM export WHERE id = %s", (export_id,)).fetchone().state
    assert state == "EXPIRED"
    with pytest.raises(Exception, match="E-FILE-LOST"):
        read(Folder.EXPORTS, part.sha256)


def part_count(root, export_id):
    return len(root.execute(PARTS, (export_id,)).fetchall())
