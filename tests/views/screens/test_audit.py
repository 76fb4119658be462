"""审计: who reads which deeds, in what words; filters, and the file that is taken out."""

import csv
import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, text

from app.policies import scope
from app.policies.audit import record
from app.views.screens.audit_export import neutral
from tests import make
from tests.views.screens.town import deeds
from tests.workflows.cases import a_registration, become, do


@pytest.fixture
def log(town, session):
    """Deeds of a registrar, a teacher, a stranger of another county, and of the system."""
    people = {
        "registrar": town.account("SR"),
        "leader": town.account("SL"),
        "teacher": town.account("CT", classes=(town.room,)),
        "above": town.account("CR"),
        "auditor": town.account("AUD"),
        "far": make.an_account(session, "SR", make.a_school(session, "411303")),
    }
    pending = make.a_pupil(session, town.room, status="PENDING_REGISTRATION")
    case = a_registration(session, pending, people["registrar"])
    do(session, people["leader"], case, "agree")
    scope.enter(make.WHOLE, session)
    people["case"], people["case_id"], people["pupil"] = case.no, case.id, pending.name
    pupil_id, people["school_id"] = town.pupil.id, town.school.id
    for who, deed, details in (
        ("registrar", "student.reveal", {"field": "id_number", "reason": "duty"}),
        ("teacher", "student.view", {}),
        ("far", "denied", {"endpoint": "StudentView.show", "status": 404}),
    ):
        become(session, people[who])
        thing = {} if deed == "denied" else {"object_type": "student", "object_id": pupil_id}
        record(session, deed, **thing, **details)
    scope.enter(scope.SYSTEM, session)
    record(session, "audit.verified", events=12, chains=3, faults=0)
    record(session, "audit.anchor", lines=7, link="x")
    return people


def page(browser, **args):
    answer = browser.get("/audit/list/", query_string=args)
    assert answer.status_code == 200, answer.text
    return answer.text.partition("<tbody")[2].partition("</tbody")[0]


def test_an_event_is_a_sentence_with_the_cases_number(log, web):
    rows = page(web(log["leader"]))
    assert log["leader"].name in rows
    assert log["case"] in rows
    assert "其他履职需要" in rows
    assert log["pupil"] not in rows


def test_guessing_a_number_does_not_tell_whose_it_is(log, web):
    browser, far = web(log["registrar"]), log["far"]
    assert browser.get(f"/accounts/show/{far.user_id}").status_code == 404
    rows = page(browser, _flt_0_action="denied")
    assert f" {far.user_id} (" in rows
    assert far.name not in rows


def test_who_does_not_see_the_case_reads_its_id(log, web):
    rows = page(web(log["auditor"]))
    assert log["case"] not in rows
    assert f" {log['case_id']}" in rows


@pytest.mark.parametrize(
    ("who", "sees", "misses"),
    [
        ("teacher", {"teacher"}, {"registrar", "leader", "far"}),
        ("leader", {"teacher", "registrar", "leader"}, {"far", "above"}),
        ("above", {"teacher", "registrar"}, {"far", "auditor"}),
        ("auditor", {"teacher", "registrar", "far"}, set()),
    ],
)
def test_everybody_reads_the_deeds_of_the_own_subtree(log, web, who, sees, misses):
    rows = page(web(log[who]), psize_AuditEventView=100)
    assert {name for name in sees if log[name].name not in rows} == set()
    assert {name for name in misses if f"<b>{log[name].name}</b>" in rows} == set()


def test_filters_by_person_deed_thing_place_and_day(log, web):
    browser = web(log["auditor"])
    person = page(browser, _flt_0_actor=log["registrar"].user_id)
    assert log["registrar"].name in person
    assert log["leader"].name not in person
    denied = page(browser, _flt_0_action="denied")
    assert "StudentView.show" in denied
    assert denied.count("<tr") == 1
    place = page(browser, _flt_0_owner_path=log["school_id"])
    assert log["leader"].name in place
    assert log["far"].name not in place
    assert (
        page(browser, _flt_0_object_type="case", _flt_0_object_id=log["case_id"]).count("<tr") == 2
    )
    assert page(browser, _flt_0_at="2199-01-01") == ""
    assert page(browser, _flt_1_at="2000-01-01") == ""


def test_the_saved_filters_are_there(log, web):
    text_ = web(log["auditor"]).get("/audit/list/").text
    assert "_flt_0_action=denied" in text_
    assert "_flt_0_action=student.reveal" in text_


def test_the_auditor_is_told_how_sure_the_log_is(log, web, session):
    assert "alert-success" in web(log["auditor"]).get("/audit/list/").text
    assert "alert-success" not in web(log["above"]).get("/audit/list/").text
    scope.enter(scope.SYSTEM, session)
    record(session, "audit.verified", events=12, chains=3, faults=2)
    assert "alert-danger" in web(log["auditor"]).get("/audit/list/").text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_auditor_takes_the_filtered_log_out_and_that_is_a_deed(log, web, session, kind):
    log["far"].name = "=HYPERLINK(1)"
    session.flush()
    answer = web(log["auditor"]).post(f"/audit/export/{kind}?_flt_0_action=denied")
    assert answer.status_code == 200
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(answer.data)).active
        cells = [cell for row in sheet for cell in row]
        assert "f" not in {cell.data_type for cell in cells}
        rows = [[cell.value for cell in row] for row in sheet]
    assert len(rows) == 2
    assert rows[1][1] == "'=HYPERLINK(1)"
    assert rows[1][3] == "denied"
    (event,) = deeds(session, "audit.export")
    assert event.details == {"count": 1, "kind": kind}


@pytest.mark.parametrize("who", ["leader", "above", "teacher"])
def test_nobody_else_takes_it_out(log, web, session, who):
    assert web(log[who]).post("/audit/export/csv").status_code == 403
    assert deeds(session, "audit.export") == []
    assert "/audit/export" not in web(log[who]).get("/audit/list/").text


def test_a_file_has_an_end(log, web, session, monkeypatch):
    monkeypatch.setattr("app.views.screens.audit.MOST", 2)
    answer = web(log["auditor"]).post("/audit/export/csv")
    assert answer.status_code == 409
    assert deeds(session, "audit.export") == []
    assert web(log["auditor"]).post("/audit/export/pdf").status_code == 404
    assert web(log["auditor"]).get("/audit/export/csv").status_code == 405


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＠"])
def test_no_cell_begins_like_a_formula(start):
    assert neutral(f"{start}1+1").startswith("'")
    assert neutral("\x00=1").startswith("'")


def test_a_page_of_the_log_costs_a_handful_of_questions(log, web, session):
    """Names are asked for by table, not by row."""
    become(session, log["registrar"])
    for n in range(40):
        record(session, "student.view", object_type="case", object_id=log["case_id"] + n)
    browser = web(log["auditor"])
    asked = []
    connection = session.connection()

    def count(_conn, _cursor, statement, *_):
        asked.append(statement)

    event.listen(connection, "before_cursor_execute", count)
    page(browser, psize_AuditEventView=100)
    event.remove(connection, "before_cursor_execute", count)
    assert len([one for one in asked if "case_file" in one]) <= 2
    assert len([one for one in asked if "FROM account" in one]) <= 6


def test_one_event_shows_its_link_of_the_chain(log, web, session):
    scope.enter(make.WHOLE, session)
    newest = session.execute(
        text("SELECT id, encode(hash, 'hex') AS hash FROM audit_event WHERE action = 'denied'")
    ).one()
    card = web(log["auditor"]).get(f"/audit/show/{newest.id}").text
    assert newest.hash in card
