"""Canaries: they go through everything people do with pupils, and are heard nowhere afterwards.

Names may stand where a person reads of a pupil (`NAMES_MAY_STAND_IN`), in pages and in what the
person typed; the sealed values nowhere at all: not in a log, in Valkey, a job, an address, a
cookie, a traceback, a temporary folder, nor in the files PostgreSQL keeps.
"""

import io
import logging
import os
import re
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy.orm import Session

from app.extensions import db
from app.factory import create_app
from app.jobs.queue import ask
from app.jobs.sessions import engine, transaction
from app.policies import scope
from app.policies.allowances import Allowance
from app.views.limits import Limit
from tests import canaries, make
from tests.canaries import NAMES_MAY_STAND_IN, flock, songs
from tests.conftest import sign_in
from tests.imports.books import a_book
from tests.imports.conftest import a_registrar

FEW, ALL, MOST_AT_ONCE = 60, 1000, 50
OFTEN = Allowance(("nothing",), 1, timedelta(1))
TYPED = re.compile(r'<input[^>]* value="[^"]*"')  # what a person typed is theirs to see
SPILLS = ("spill", "spill-sql")


@pytest.fixture(scope="module")
def temporary(tmp_path_factory):
    """The temporary folder of the web and of the crew, which both leave empty."""
    place = tmp_path_factory.mktemp("temporary")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(place))
        patch.setattr(tempfile, "tempdir", str(place))
        patch.setenv("XUEJI_FILES_URL", f"file://{tmp_path_factory.mktemp('files')}")
        yield place


@pytest.fixture(scope="module")
def people(root, temporary):
    """A school with its registrar and leader, the county, and a school that asks for transfers."""
    with scope.within(scope.NOBODY), Session(engine()) as session, session.begin():
        make.unwitnessed(session)
        found = {"registrar": a_registrar(session)}
        school = session.get(make.School, found["registrar"].organisation_id)
        found["leader"] = make.an_account(session, "SL", school)
        found["county"] = make.an_account(session, "CR", "411302")
        other = make.a_school(session, "411303")
        room = make.a_class(session, other)
        found["asker"] = make.an_account(session, "SR", other)
        return {
            "login": {key: account.login for key, account in found.items()},
            "id": {key: account.user_id for key, account in found.items()},
            "room": room.id,
        }


@pytest.fixture
def console(root, people, monkeypatch):
    """The console on the module's database; its limits would stop so many deeds."""
    made = create_app(WTF_CSRF_ENABLED=False, DEMO=True)
    made.test_client_class = canaries.Browser
    monkeypatch.setattr(canaries.Browser, "sent", [])
    monkeypatch.setattr(canaries.Browser, "pages", [])
    monkeypatch.setattr("app.views.revealing.REVEALS", (OFTEN,))
    monkeypatch.setattr("app.views.screens.national.LOOKUPS", OFTEN)
    monkeypatch.setattr("app.views.transferring.SEARCHES", OFTEN)
    monkeypatch.setattr("app.views.scraping.LOOKS", Limit("1000000 per minute", "canaries"))
    yield lambda who: sign_in(made, people["login"][who], make.PASSWORD)
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def listener():
    """Everything any logger of this process says."""
    heard, logger = canaries.Listener(), logging.getLogger()
    level = logger.level
    logger.addHandler(heard)
    logger.setLevel(logging.INFO)
    yield heard
    logger.setLevel(level)
    logger.removeHandler(heard)


# ── what people do ───────────────────────────────────────────────────────────────────────


def imported(browser, root, settled, birds):
    """A workbook is looked at and written; gives the pupils' ids in its order."""
    book = a_book([bird.row() for bird in birds])
    uploaded = browser.post("/import/upload", data={"file": (io.BytesIO(book), "pupils.xlsx")})
    batch = int(re.fullmatch(r"/import/(\d+)", uploaded.location)[1])
    assert settled(job_of(root, batch)).state == "DONE"
    preview = browser.get(f"/import/{batch}?show=new")
    assert preview.status_code == 200
    seen = re.search(r'name="seen" value="(\d+)"', preview.text)[1]
    assert browser.post(f"/import/{batch}/commit", data={"seen": seen}).status_code == 302
    assert settled(job_of(root, batch)).state == "DONE"
    sql = "SELECT target_id FROM import_line WHERE batch_id = %s ORDER BY row_no"
    return [row[0] for row in root.execute(sql, (batch,)).fetchall()]


def job_of(root, batch):
    return root.execute("SELECT job_id FROM import_batch WHERE id = %s", (batch,)).fetchone()[0]


def mistaken(browser, root, settled, birds):
    """Workbooks nobody can write: wrong cells, a number twice, not a workbook at all."""
    wrong = [bird.row(性别="男", 联系电话=f"{bird.phone}9") for bird in birds]
    book = a_book([*wrong, birds[0].row(), birds[0].row()])
    answer = browser.post("/import/upload", data={"file": (io.BytesIO(book), "wrong.xlsx")})
    batch = int(re.fullmatch(r"/import/(\d+)", answer.location)[1])
    settled(job_of(root, batch))
    assert browser.get(f"/import/{batch}").status_code == 200
    assert browser.get(f"/import/{batch}/errors.xlsx").status_code == 200
    junk = "".join(bird.name + bird.id_number for bird in birds).encode()
    answer = browser.post("/import/upload", data={"file": (io.BytesIO(junk), "junk.xlsx")})
    assert answer.status_code == 422


def looked_at(browser, bird, pupil):
    """One pupil is searched, found, opened, seen whole; a form goes wrong."""
    for column, value in (("name", bird.name), ("id_number", bird.id_number)):
        found = browser.post("/students/search", data={f"_flt_0_{column}": value})
        assert f'data-id="{pupil}"' in browser.get(found.location).text
    for text in (bird.name, bird.id_number, f"{bird.id_number}X"):
        assert browser.post("/find", data={"q": text}).status_code == 200
    assert browser.get(f"/students/show/{pupil}").status_code == 200
    form = browser.get(f"/students/edit/{pupil}")
    assert form.status_code == 200
    version = re.search(r'name="row_version"[^>]*?value="(\d+)"', form.text)[1]
    for field, value in (("phone", bird.phone), ("address_now", bird.address)):
        shown = browser.post(f"/students/reveal/{pupil}/{field}", data={"reason": "exam"})
        assert shown.get_json() == {"value": value}
    typed = {"name": bird.name, "id_number": bird.id_number[::-1], "phone": f"{bird.phone}1"}
    assert browser.post("/students/add", data=typed).status_code == 422
    wrong = {"phone": f"{bird.phone}1", "address_now": bird.address, "row_version": version}
    assert browser.post(f"/students/edit/{pupil}", data=wrong).status_code == 422


def asked_for(asker, bird, room):
    """Another school looks the pupil up, and asks for the pupil."""
    for name, number in ((bird.name, bird.id_number), (bird.name[:2], bird.id_number)):
        answer = asker.post("/national", data={"name": name, "number": number})
        assert answer.status_code == 200
    sent = {"name": bird.name, "number": bird.id_number, "to_class": room, "reason": "2"}
    assert asker.post("/transfer/open", data={**sent, "step": "look"}).status_code in (200, 409)
    assert asker.post("/transfer/open", data={**sent, "step": "submit"}).status_code in (302, 409)


def registered(registrar, leader, root, pupils):
    """Registrations are submitted, opened and decided."""
    for at in range(0, len(pupils), MOST_AT_ONCE):
        registrar.post("/registration/submit", data={"rowid": pupils[at : at + MOST_AT_ONCE]})
    sql = "SELECT id, version FROM case_file WHERE student_id = ANY(%s)"
    cases = root.execute(sql, (pupils,)).fetchall()
    assert len(cases) == len(pupils)
    for case_id, version in cases:
        assert leader.get(f"/case/{case_id}").status_code == 200
        leader.post(f"/case/{case_id}/decide", data={"trigger": "agree", "seen": version})
        assert registrar.get(f"/case/{case_id}").status_code == 200


def broken(browser, bird, pupil, monkeypatch):
    """Pages break with the pupil in the error's words, the database's among them."""

    def spill(*_):
        raise ValueError(f"{bird.name} {bird.id_number}")

    def spill_sql(*_):
        with db.session.begin_nested():
            db.session.connection().exec_driver_sql(
                "SELECT CAST(%s AS int)", (f"{bird.name} {bird.id_number}",)
            )

    for how in (spill, spill_sql):
        with monkeypatch.context() as patch:
            patch.setattr("app.views.screens.archive.cases_of", how)
            answer = browser.get(f"/students/show/{pupil}")
        assert answer.status_code in (422, 500)
        assert not songs(answer.text, [bird])


def spilled(people, pupil):
    """Jobs fail with the pupil in the error's words; gives their ids."""
    with transaction() as session:
        scope.enter(scope.scope_of(session, people["id"]["registrar"]), session)
        asked_by = people["id"]["registrar"]
        return [ask(session, kind, asked_by=asked_by, pupil=pupil) for kind in SPILLS]


# ── and what is heard of it ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize("size", [FEW, pytest.param(ALL, marks=pytest.mark.soak)])
def test_nobody_is_heard_of_outside_the_registry(
    size, root, people, crew, settled, console, listener, temporary, house, monkeypatch
):
    flown = ALL if size == FEW else 0  # the two runs share a database, not a canary
    birds = flock(flown + size)[flown:]
    registrar, leader, asker = (console(who) for who in ("registrar", "leader", "asker"))
    pupils = imported(registrar, root, settled, birds)
    assert len(pupils) == size
    mistaken(registrar, root, settled, birds[:20])
    some = size if size == ALL else 12
    for bird, pupil in zip(birds[:some], pupils, strict=False):
        looked_at(registrar, bird, pupil)
    registered(registrar, leader, root, pupils[:some])
    for bird in birds[:some]:
        asked_for(asker, bird, people["room"])
    broken(registrar, birds[0], pupils[0], monkeypatch)
    jobs = spilled(people, pupils[1])
    assert [settled(job).state for job in jobs] == ["FAILED", "FAILED"]
    for page in ("/jobs/list/", "/desk/", f"/students/access/{pupils[0]}"):
        assert registrar.get(page).status_code == 200

    heard, named = {}, set()
    for place, what, names in heard_in(root, crew, listener, temporary, house):
        named |= {place.partition(" ")[0]} if songs(what, birds) else set()
        if found := songs(what, birds, names=names):
            heard[place] = sorted(found)[:3]
    assert heard == {}
    assert named == {"table", "page", "PostgreSQL's"}  # else nobody listened


def test_a_canary_is_heard_however_it_is_written():
    one, other = flock(2)
    for word in (one.name, *one.sealed):
        for text in (f"x{word}!", f"x{word}y".encode(), f'{{"a": "{word}"}}'):
            assert songs(text, [one]) == {word}, word
            assert songs(text, [other]) == set()
    for word in (one.id_number, one.phone):
        assert songs(f"\\x00{word.encode().hex()}", [one]) == {word}
    assert songs(one.name, [one], names=False) == set()


def heard_in(root, crew, listener, temporary, house):
    """Every place, what is there, and whether names count."""
    for table, rows in canaries.tables(root):
        yield f"table {table}", rows, table not in NAMES_MAY_STAND_IN
    with Redis.from_url(house.redis_url) as store:
        for key, value in canaries.valkey(store):
            yield f"valkey {key}", value, True
    crew.log.flush()
    yield "the crew's log", Path(crew.log.name).read_bytes(), True
    yield "the web's log", "\n".join(listener.heard), True
    yield "addresses and cookies", "\n".join(canaries.Browser.sent), True
    for path, page in canaries.Browser.pages:
        yield f"page {path}", TYPED.sub("", page), False
    for path, data in canaries.folder(temporary):
        yield f"temporary {path}", data, True
    for path, data in canaries.folder(Path(os.environ["XUEJI_FILES_URL"].removeprefix("file://"))):
        yield f"stored {path}", data, True
    for path, data in canaries.folder(house.var):
        yield f"var {path}", data, "base" not in path.parts and "pg_wal" not in path.parts
    root.execute("CHECKPOINT")
    for path, data in canaries.folder((house.var / "pg").resolve().parent):
        yield f"PostgreSQL's {path}", data, False
