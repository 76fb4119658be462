"""Every deed has exactly one event, whatever it sets in motion; deciding forty cases has forty."""

import pytest
from sqlalchemy import func, select

from app.imports import batch as batches
from app.imports import commit as committing
from app.imports import preview
from app.jobs.importing import everywhere, today
from app.models.audit import AuditEvent
from app.models.student import Student
from app.policies import scope
from app.policies.audit import record
from app.views.labels import code_name
from app.views.screens.row_changes import changes_of_row
from app.workflows import promotion, turning
from tests import make
from tests.imports.books import a_book, a_row
from tests.imports.conftest import a_registrar
from tests.views.approvals import Town
from tests.views.screens.test_schools import version
from tests.views.screens.town import Town as School
from tests.views.test_transferring import form
from tests.workflows.cases import become

YEAR = make.SCHOOL_YEAR + 1


@pytest.fixture
def told(session):
    """The deeds written down since the last time one asked, in order."""
    last = [0]

    def actions():
        held = scope.current()
        scope.enter(scope.SYSTEM, session)
        asked = select(AuditEvent.id, AuditEvent.action).where(AuditEvent.id > last[0])
        rows = session.execute(asked.order_by(AuditEvent.id)).all()
        last[0] = max((row.id for row in rows), default=last[0])
        scope.enter(held, session)
        return [row.action for row in rows]

    actions()
    return actions


@pytest.fixture
def town(session):
    return Town(session)


def test_signing_in_and_out(web, town, told):
    browser = web(town.people["from.registrar"])
    assert told() == ["account.login"]
    browser.post("/logout/")
    assert told() == ["account.logout"]


def test_deciding_a_case_to_its_end(session, web, town, told):
    case_id = town.transfer().id
    told()
    steps = ["to.leader", "to.authority", "from.leader", "from.authority"]
    for who in steps:
        browser = web(town.people[who])
        told()
        assert town.decide(browser, case_id, "agree").status_code == 302, who
        assert told() == ["case.agree"], who
    scope.enter(scope.SYSTEM, session)
    wide = select(AuditEvent.details["elevated"].as_boolean()).where(
        AuditEvent.object_id == case_id, AuditEvent.action == "case.agree"
    )
    assert True in set(session.scalars(wide))  # the last step moves a pupil nobody there sees


def test_deciding_forty_cases_is_forty_deeds(web, town, told):
    cases = [town.registration() for _ in range(40)]
    sent = {f"seen-{case.id}": town.case(case.id).version for case in cases}
    browser = web(town.people["from.leader"])
    told()
    ids = [case.id for case in cases]
    answer = browser.post("/inbox/batch", data={"case": ids, "trigger": "agree", **sent})
    assert answer.status_code == 200
    assert told() == ["case.agree"] * 40


def test_printing_a_case_is_a_deed(web, town, told):
    case_id = town.transfer().id
    browser = web(town.people["to.leader"])
    told()
    assert f"/case/{case_id}/print" in browser.get(f"/case/{case_id}").text
    assert told() == []
    assert browser.post(f"/case/{case_id}/print").status_code == 204
    assert told() == ["case.print"]


def test_a_refused_decision_is_no_deed(web, town, told):
    case = town.registration()
    browser = web(town.people["from.leader"])
    told()
    assert town.decide(browser, case.id, "agree", seen=77).status_code == 409
    assert told() == []


def test_opening_a_transfer(web, town, told):
    pupil = town.pupil()
    sent = form(town, pupil)
    browser = web(town.people["to.registrar"])
    told()
    browser.post("/transfer/open", data=sent)
    assert told() == ["pupil.search"]
    assert browser.post("/transfer/open", data={**sent, "step": "submit"}).status_code == 302
    assert told() == ["case.submit"]


def test_submitting_registrations(web, town, told):
    ids = [town.pending().id for _ in range(3)]
    browser = web(town.people["from.registrar"])
    told()
    browser.post("/registration/submit", data={"rowid": ids})
    assert told() == ["case.submit"] * 3


def test_an_import_is_one_deed_whatever_its_size(session, told, tmp_path, monkeypatch):
    monkeypatch.setenv("XUEJI_FILES_URL", f"file://{tmp_path}/files")
    registrar = a_registrar(session)
    become(session, registrar)
    book = a_book([a_row(姓名=f"李小满{chr(0x4E00 + n)}") for n in range(20)])
    batch = batches.receive(session, registrar.user_id, "pupils.xlsx", book).batch
    batches.begin_check(session, batch.id)
    preview.look(session, batch.id, today(), everywhere)
    told()
    batches.begin_commit(session, batch.id)
    committing.commit(session, batch.id)
    assert told() == ["import.commit"]
    made = select(func.count(Student.id)).where(Student.import_batch_id == batch.id)
    assert session.scalar(made) == 20


def test_turning_a_year_is_one_deed_a_step(session, told):
    scope.enter(make.WHOLE, session)
    for county in ("419901", "419902"):
        make.a_grade(session, make.a_school(session, county))
    place = make.an_authority(session, "41")
    first, second = (make.an_account(session, role, place) for role in ("PR", "PL"))
    actor = become(session, first)
    told()
    run = promotion.rehearse(session, place, YEAR, actor.user_id)
    assert told() == ["promotion.rehearse"]
    promotion.ask(session, run, actor, run.rehearsed_at)
    assert told() == ["promotion.ask"]
    promotion.confirm(session, run, become(session, second), run.rehearsed_at)
    assert told() == ["promotion.confirm"]
    for managing in turning.chunks(session, run):
        turning.turn(session, run, managing)
        assert told() == ["promotion.turned"]
        turning.turn(session, run, managing)  # the second time nothing is left
        assert told() == []
    turning.finish(session, run)
    assert told() == ["promotion.done"]
    turning.undo(session, run)
    assert told() == ["promotion.undo"]


@pytest.mark.parametrize(
    ("verb", "path", "data", "deed"),
    [
        ("post", "/students/reveal/{pupil}/id_number", {"reason": "duty"}, "student.reveal"),
        ("get", "/students/show/{pupil}", {}, "student.view"),
        ("post", "/accounts/disable/{teacher}", {}, "account.disabled"),
        ("post", "/accounts/reset/{teacher}", {}, "account.reset"),
        ("post", "/accounts/classes/{teacher}", {"classes": "{room}"}, "account.classes"),
    ],
)
def test_a_page_that_acts_leaves_one_line(session, web, told, verb, path, data, deed):
    town = School(session)
    teacher = town.account("CT")
    known = {
        "pupil": town.pupil.id,
        "teacher": teacher.user_id,
        "room": town.room.id,
    }
    browser = web(town.account("SR"))
    told()
    sent = {name: value.format(**known) for name, value in data.items()}
    answer = getattr(browser, verb)(path.format(**known), data=sent)
    assert answer.status_code in (200, 302), answer.text
    assert told() == [deed]


def test_a_form_that_is_kept_leaves_one_line(session, web, told):
    town = School(session)
    browser = web(town.account("SR"))
    url = f"/schools/edit/{town.school.id}"
    sent = {
        "division": "411302000000",
        "urban_rural": "111",
        "organizer": "831",
        "years_primary": "6",
        "phone": "0377-63000000",
        "row_version": version(browser, url),
    }
    told()
    assert browser.post(url, data=sent).status_code == 302
    assert told() == ["school.changed"]
    assert browser.post(url, data=sent).status_code == 409  # it has another version now
    assert told() == []


# ── what became of a row ─────────────────────────────────────────────────────────────────


def test_a_pupil_tells_through_which_import_the_record_was_made(session, web):
    town = School(session)
    registrar = town.account("SR")
    batch = make.a_batch(session, registrar)
    pupil = make.a_pupil(session, town.room, import_batch_id=batch.id)
    page = web(registrar).get(f"/students/show/{pupil.id}?tab=changes").text
    assert batch.number in page


def test_a_school_tells_who_changed_what_and_who_made_it(session, web):
    town = School(session)
    registrar, above = town.account("SR"), town.account("CR")
    become(session, registrar)
    school = town.school
    school.phone, school.urban_rural = "0377-63000001", "112"
    session.flush()
    page = web(above).get(f"/schools/show/{school.id}?tab=changes")
    assert page.status_code == 200
    assert "0377-63000001" in page.text
    assert registrar.name in page.text
    assert code_name("urban_rural_class", "112") in page.text
    assert "row_version" not in page.text


def test_a_class_and_an_account_tell_it_too(session, web):
    town = School(session)
    teacher, registrar = town.account("CT"), town.account("SR")
    become(session, registrar)
    town.room.head_teacher, town.room.state = "王小明", "CLOSED"
    teacher.phone = "13700000001"
    session.flush()
    record(session, "account.reset", object_type="account", object_id=teacher.user_id)
    browser = web(registrar)
    told = browser.get(f"/classes/show/{town.room.id}?tab=changes").text
    assert "王小明" in told
    told = browser.get(f"/accounts/show/{teacher.user_id}").text
    assert "13700000001" not in told.partition('class="table diff"')[2]
    for change in changes_in_words(session, web, teacher):
        assert "13700000001" not in str(change)


def changes_in_words(session, web, account):
    with web().application.test_request_context():
        return changes_of_row(session, "account", account.user_id)
