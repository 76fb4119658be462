"""What people type is shown as they typed it: nowhere does it run, open a template or reach SQL."""

from __future__ import annotations

import io
import logging
import time
from pathlib import Path

import pytest
from sqlalchemy import String, Text, text

from app.extensions import db
from app.imports import batch as batches
from app.imports.preview import look
from app.jobs.importing import everywhere
from app.models.account import UserGroup
from app.models.sealed import Sealed
from app.models.student import Guardian, Status, Student
from app.policies import scope
from tests import make
from tests.house import doors
from tests.house.filled import fields_of
from tests.house.payloads import PAYLOADS, runs
from tests.imports.books import SCHOOL, a_book, a_row
from tests.imports.conftest import a_registrar
from tests.imports.test_batch import TODAY
from tests.workflows.cases import a_registration

ASKED = "pages looked at for what was typed into them"
PUPIL = (
    "name", "name_pinyin", "former_name", "native_place", "id_validity", "talent", "address_now",
    "address_mail", "address_home", "phone", "email", "homepage", "remark", "aux_number",
)  # fmt: skip
MEMBER = ("name", "relation_note", "address", "phone", "employer", "post")


def facts(model, names, payload):
    """The columns of a record that can hold a text, holding it."""
    columns = model.__table__.columns
    fits = [n for n in names if isinstance(columns[n].type, String | Text | Sealed)]
    room = {n: getattr(columns[n].type, "length", None) or 999 for n in fits}
    return {name: payload for name in fits if len(payload) <= room[name]}


class Typed:
    """A school in which everything that has a name is called by a payload."""

    def __init__(self, session, tmp_path, monkeypatch):
        monkeypatch.setenv("XUEJI_FILES_URL", f"file://{tmp_path}/files")
        scope.enter(make.WHOLE, session)
        self.session = session
        self.registrar = a_registrar(session)
        self.school = session.get_one(make.School, self.registrar.organisation_id)
        self.school.head_name = self.school.address = PAYLOADS[0]
        self.school.organisation.name = PAYLOADS[6]
        self.rooms, self.pupils, self.waiting = [], [], []
        for payload in PAYLOADS:
            room = make.a_class(session, self.school, name=payload[:30], head_teacher=payload[:30])
            self.rooms.append(room)
            pupil = make.a_pupil(session, room, guardians=0, **facts(Student, PUPIL, payload))
            make.a_guardian(session, pupil, **facts(Guardian, MEMBER, payload))
            self.pupils.append(pupil.id)
        for payload in PAYLOADS[:12]:
            told = facts(Student, PUPIL, payload) | {"aux_number": None}  # once in a province
            late = make.a_pupil(session, room, status=Status.PENDING_REGISTRATION, **told)
            self.waiting.append(a_registration(session, late, self.registrar).id)
            scope.enter(make.WHOLE, session)
            session.add(UserGroup(organisation_id=self.school.id, name=payload[:40]))
        self.batch = make.a_batch(session, self.registrar, file_name=PAYLOADS[8]).id
        self.leader = make.an_account(session, "SL", self.school, name=PAYLOADS[6][:40])
        session.flush()

    def imported(self):
        """A batch whose every text cell is a payload, looked at."""
        s = self.session
        scope.enter(scope.scope_of(s, self.registrar.user_id), s)
        heads = ("姓名", "曾用名", "特长", "籍贯", "现住址", "备注", "成员1姓名")
        rows = [a_row(**dict.fromkeys(heads, p), 学校标识码=SCHOOL) for p in PAYLOADS]
        batch = batches.receive(s, self.registrar.user_id, PAYLOADS[6], a_book(rows)).batch
        return look(s, batch.id, TODAY, everywhere).id


@pytest.fixture
def typed(session, tmp_path, monkeypatch):
    return Typed(session, tmp_path, monkeypatch)


def looked_at(client, tally, url, **more):
    answer = client.open(url, method="POST" if "data" in more else "GET", **more)
    tally[ASKED] += 1
    assert answer.status_code < 500, url
    if answer.mimetype == "text/html":
        assert runs(answer.text) == [], url
    return answer


def test_nothing_typed_runs_on_any_page(app, typed, web, tally):
    clerk, leader = web(typed.registrar), web(typed.leader)
    batch = typed.imported()
    for url in doors.pages(app):
        for client in (clerk, leader):
            looked_at(client, tally, url)
    looked_at(clerk, tally, "/students/list/?psize_StudentView=100")
    tabs = ("overview", "basic", "contact", "guardians", "history", "cases", "changes", "registry")
    for n, pk in enumerate(typed.pupils):
        page = looked_at(clerk, tally, f"/students/show/{pk}?tab={tabs[n % len(tabs)]}")
        assert page.status_code == 200
        if n % 5 == 0:
            looked_at(clerk, tally, f"/students/edit/{pk}")
    for room in typed.rooms[:10]:
        looked_at(clerk, tally, f"/classes/show/{room.id}")
        looked_at(clerk, tally, f"/students/list/?_flt_0_school_class={room.id}")
    for case in typed.waiting:
        looked_at(leader, tally, f"/case/{case}")
        looked_at(leader, tally, f"/inbox/case/{case}")
    for pk in (batch, typed.batch):
        looked_at(clerk, tally, f"/import/{pk}")
        looked_at(clerk, tally, f"/import/{pk}/live")
        looked_at(clerk, tally, f"/import/{pk}/errors.xlsx")


def test_nothing_typed_runs_in_an_answer_to_it(typed, web, tally):
    clerk = web(typed.registrar)
    edit = f"/students/edit/{typed.pupils[0]}"
    sent = fields_of(clerk.get(edit), edit)
    ways = (
        lambda p: looked_at(clerk, tally, "/transfer/open", data={"name": p, "reason_text": p}),
        lambda p: looked_at(clerk, tally, f"/students/add?_flt_0_name={p}", data={"name": p}),
        lambda p: looked_at(clerk, tally, f"/nowhere/{p}"),
        lambda p: looked_at(clerk, tally, "/classes/list/", query_string={"_flt_0_name": p}),
        lambda p: looked_at(clerk, tally, edit, data={**sent, "talent": p}),
        lambda p: looked_at(
            clerk, tally, "/import/upload", data={"file": (io.BytesIO(b"no workbook"), p)}
        ),
    )
    for n, payload in enumerate(PAYLOADS):
        looked_at(clerk, tally, "/find", data={"q": payload})
        found = looked_at(clerk, tally, "/students/search", data={"_flt_0_name": payload})
        looked_at(clerk, tally, found.location)
        ways[n % len(ways)](payload)


def test_a_flash_and_a_struck_pupil_are_escaped(typed, web, session, tally):
    clerk = web(typed.registrar)
    for payload in (PAYLOADS[6], PAYLOADS[40], PAYLOADS[46]):
        scope.enter(make.WHOLE, session)
        pupil = make.a_pupil(
            session, typed.rooms[0], status=Status.PENDING_REGISTRATION, name=payload
        ).id
        answer = clerk.post(f"/registration/strike/{pupil}", follow_redirects=True)
        assert runs(answer.text) == []
        batch = make.a_batch(session, typed.registrar, file_name=payload).id
        answer = clerk.post(f"/import/{batch}/discard", follow_redirects=True)
        assert runs(answer.text) == []


def test_a_look_up_answers_data_and_no_page(typed, web):
    for url in ("/students/lookup/school_class", "/classes/lookup/grade"):
        answer = web(typed.registrar).get(url, query_string={"term": "<"})
        assert answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_error_page_says_nothing_of_the_error(app, web, session, caplog):
    scope.enter(make.WHOLE, session)
    clerk = web(make.an_account(session, "SR"))
    secret = "<script>SELECT 411302199001010011"

    def breaks(**_values):
        raise RuntimeError(secret)

    for endpoint in ("DeskView.desk", "StudentView.list"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(app.view_functions, endpoint, breaks)
            url = {"DeskView.desk": "/desk/", "StudentView.list": "/students/list/"}[endpoint]
            answer = clerk.get(url)
        assert answer.status_code == 500
        assert "411302199001010011" not in answer.text
        assert "SELECT" not in answer.text
        assert "411302199001010011" not in caplog.text


def test_a_broken_rule_of_the_database_is_told_without_sql_or_value(web, session, typed):
    clerk, pk = web(typed.registrar), typed.pupils[0]
    sent = fields_of(clerk.get(f"/students/edit/{pk}"), f"/students/edit/{pk}")
    answer = clerk.post(f"/students/edit/{pk}", data={**sent, "seat_no": "9" * 9})
    assert answer.status_code < 500
    for word in ("psycopg", "INSERT", "UPDATE student", "sqlalchemy", "DETAIL"):
        assert word not in answer.text


# ── SQL, logs ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("term", ["%", "_", "%_%_%_%_%_%_%_%_%_%", "\\", "%%", "'; DROP TABLE x"])
def test_a_wildcard_is_a_letter(typed, web, term):
    clerk = web(typed.registrar)
    began = time.monotonic()
    page = clerk.post("/students/search", data={"_flt_0_name": term}, follow_redirects=True)
    assert "/students/show/" not in page.text
    assert "/students/show/" not in clerk.post("/find", data={"q": term}).text
    found = clerk.get("/students/lookup/school_class", query_string={"term": term}).json
    assert found["results"] == []
    assert time.monotonic() - began < 5


def test_no_page_waits_for_the_database_for_ever(app):
    with app.app_context(), db.engine.begin() as connection:
        patience = connection.scalar(text("SHOW statement_timeout"))
    assert patience == "30s"


@pytest.mark.parametrize("name", ["a\r\nFORGED line", "a\nFORGED", "a\x00b", "a\u2028FORGED"])
def test_a_name_at_the_door_writes_no_line_of_its_own(web, name, caplog):
    caplog.set_level(logging.DEBUG)
    answer = web(None).post("/login/", data={"username": name, "password": "x"})
    assert answer.status_code < 500
    lines = [line for record in caplog.records for line in record.getMessage().splitlines()]
    assert not [line for line in lines if line.startswith("FORGED")]


def test_a_template_is_never_made_of_data():
    """The payloads show it from outside; that no code calls it, from inside."""
    sources = "\n".join(path.read_text() for path in Path("app").rglob("*.py"))
    assert "render_template_string" not in sources
    assert "from_string(" not in sources
