"""A refusal of access leaves one line and changes nothing; a mistake in a form leaves none."""

import pytest
from sqlalchemy import select, text

from app.models.audit import AuditEvent
from app.policies import scope
from app.views.denials import MOST
from tests import make


@pytest.fixture
def people(session):
    """Two schools, the registrar of the first, a pupil of each."""
    scope.enter(make.WHOLE, session)
    mine, other = make.a_pupil(session), make.a_pupil(session)
    return make.an_account(session, "SR", mine.school), mine, other


@pytest.fixture
def told(session, people):
    """The refusals written down for the registrar, as rows."""
    account = people[0]

    def events():
        scope.enter(make.WHOLE, session)
        asked = select(AuditEvent).where(
            AuditEvent.actor == account.user_id, AuditEvent.action == "denied"
        )
        return session.scalars(asked.order_by(AuditEvent.id)).all()

    return events


def test_a_function_of_another_role_is_written_down(web, people, told):
    browser = web(people[0])
    assert browser.get("/promotion/").status_code == 403
    (event,) = told()
    assert event.details == {"endpoint": "PromotionView.list", "status": 403} | {
        "endpoint": event.details["endpoint"]
    }
    assert event.details["endpoint"].startswith("PromotionView.")
    assert (event.object_type, event.object_id) == (None, None)
    assert event.owner_path == people[1].school.organisation.path


def test_a_foreign_row_is_written_down_with_its_id(web, people, told):
    account, _, other = people
    foreign, school_id = other.id, other.school_id
    browser = web(account)
    assert browser.get(f"/students/show/{foreign}?name=张三").status_code == 404
    assert browser.get(f"/students/edit/{foreign}").status_code == 404
    assert browser.get(f"/schools/show/{school_id}").status_code in (403, 404)
    assert browser.get("/case/999999999").status_code == 404
    events = told()
    assert [(e.object_type, e.object_id) for e in events[:2]] == [("student", foreign)] * 2
    assert events[3].object_id == 999_999_999
    assert len(events) == 4
    assert "张三" not in str([event.details for event in events])


@pytest.mark.parametrize(
    ("verb", "path"), [("post", "/"), ("put", "/students/list/"), ("get", "/logout/")]
)
def test_another_verb_is_written_down_once(web, people, told, verb, path):
    browser = web(people[0])
    assert getattr(browser, verb)(path).status_code == 405
    (event,) = told()
    assert event.details["status"] == 405
    assert "." in event.details["endpoint"]


def test_a_form_without_its_token_is_written_down(app, web, people, told, monkeypatch):
    browser = web(people[0])
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)  # noqa: FBT003
    answer = browser.post(f"/students/edit/{people[1].id}", data={"name": "张三"})
    assert answer.status_code == 400
    (event,) = told()
    assert (event.details["status"], event.object_id) == (400, people[1].id)
    assert "张三" not in str(event.details)


def test_what_is_no_attempt_at_anything_is_not_written_down(web, people, told):
    browser = web(people[0])
    assert browser.get("/nowhere/12").status_code == 404
    page = browser.post("/transfer/open", data={"name": "", "number": ""})
    assert page.status_code == 422
    assert browser.get("/students/list/?page_StudentView=abc").status_code < 500
    assert told() == []


def test_who_is_not_signed_in_leaves_no_line(web, session, people):
    browser = web()
    for path in ("/nowhere", "/students/show/1", "/logout/"):
        browser.get(path)
    browser.post("/students/edit/1")
    scope.enter(make.WHOLE, session)
    assert session.scalar(text("SELECT count(*) FROM audit_event WHERE action = 'denied'")) == 0


def test_nobody_fills_the_log_with_refusals(web, people, told):
    browser = web(people[0])
    for n in range(MOST + 5):
        assert browser.get(f"/case/{9_000_000 + n}").status_code == 404
    events = told()
    assert len(events) == MOST + 1
    assert events[-1].details == {"more": MOST}


def test_a_refused_request_changes_nothing_else(web, session, people, told):
    account, _, other = people
    before = (other.row_version, other.name)
    browser = web(account)
    data = {"row_version": "1", "name": "改名"}
    assert browser.post(f"/students/edit/{other.id}", data=data).status_code == 404
    scope.enter(make.WHOLE, session)
    session.refresh(other)
    assert (other.row_version, other.name) == before
    assert len(told()) == 1
