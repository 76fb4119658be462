"""The page of leave covers, and the hat: every request asks anew whether it still fits."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.codes.workdays import BEIJING
from app.errors import Refused
from app.jobs.deciding import actor_of
from app.models.account import Account
from app.models.audit import AuditEvent
from app.models.case import CaseEvent
from app.models.substitution import Substitution
from app.policies import scope
from tests import make
from tests.views.approvals import Town

TODAY = datetime.now(BEIJING).date()


@pytest.fixture
def town(session):
    return Town(session)


def a_cover(town, absent, substitute, since=0, until=10):
    scope.enter(make.WHOLE, town.session)
    made = Substitution(
        organisation_id=absent.organisation_id,
        absent_id=absent.user_id,
        substitute_id=substitute.user_id,
        valid_from=TODAY + timedelta(since),
        valid_to=TODAY + timedelta(until),
        made_by=absent.user_id,
    )
    town.session.add(made)
    town.session.flush()
    return made.id


@pytest.fixture
def pair(town):
    """The leader is away, a second leader sits there: the cover's id, the substitute."""
    scope.enter(make.WHOLE, town.session)
    second = make.an_account(town.session, "SL", town.old, login="second")
    return a_cover(town, town.people["from.leader"], second), second


def events(session, action):
    scope.enter(scope.SYSTEM, session)
    asked = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id.desc())
    return session.scalars(asked).all()


# ── naming and ending ───────────────────────────────────────────────────────────────────────


def form(absent, substitute, until=10):
    return {
        "absent": absent.user_id,
        "substitute": substitute.user_id,
        "valid_from": TODAY.isoformat(),
        "valid_to": (TODAY + timedelta(until)).isoformat(),
        "note": "年假",
    }


def test_a_registrar_names_the_leader_and_ends_it(session, web, town):
    clerk, leader = town.people["from.registrar"], town.people["from.leader"]
    sent = form(clerk, leader)
    browser = web(clerk)
    assert "没有人休假" not in browser.get("/covers").text
    assert browser.post("/covers/name", data=sent).status_code == 302
    cover = session.scalars(select(Substitution)).one()
    assert cover.note == "年假"
    page = browser.get("/covers").text
    assert "年假" in page
    assert browser.post(f"/covers/{cover.id}/end").status_code == 302
    assert browser.post(f"/covers/{cover.id}/end").status_code == 409
    told = [events(session, action)[0].details for action in ("cover.named", "cover.ended")]
    assert all(set(one) == {"absent", "substitute", "until"} for one in told)


def test_a_refused_form_keeps_what_was_typed_and_names_every_reason(session, web, town):
    clerk, leader = town.people["from.registrar"], town.people["from.leader"]
    sent = form(clerk, leader, until=90)
    browser = web(clerk)
    answer = browser.post("/covers/name", data=sent)
    assert answer.status_code == 409
    assert "60" in answer.text
    assert 'value="年假"' in answer.text
    bad = browser.post("/covers/name", data={**sent, "valid_to": "soon", "absent": "x"})
    assert bad.status_code == 422
    assert "valid_to-e" in bad.text
    assert session.scalars(select(Substitution)).all() == []


def test_the_county_helps_a_school(session, web, town):
    clerk, leader = town.people["from.registrar"], town.people["from.leader"]
    sent = {**form(clerk, leader), "at": town.old_id}
    browser = web(town.people["from.authority"])
    assert leader.name in browser.get(f"/covers?at={town.old_id}").text
    assert browser.post("/covers/name", data=sent).status_code == 302
    assert session.scalars(select(Substitution)).one().absent_id == sent["absent"]


# ── the hat ─────────────────────────────────────────────────────────────────────────────────


def test_putting_the_hat_on_opens_the_others_desk(session, web, town):
    case_id = town.registration().id
    leader = town.people["from.leader"]
    other = make.an_account(session, "SL", town.old, login="second")
    cover_id = a_cover(town, leader, other)
    absent_id = leader.user_id
    browser = web(other)
    assert browser.post(f"/covers/{cover_id}/wear").status_code == 302
    page = browser.get("/inbox")
    assert "bar-hat" in page.text
    assert town.decide(browser, case_id, "agree").status_code == 302
    scope.enter(make.WHOLE, session)
    line = session.scalars(select(CaseEvent).order_by(CaseEvent.id.desc())).first()
    assert (line.user_id, line.for_user_id) == (other.user_id, absent_id)
    for action in ("cover.hat_on", "case.agree"):
        assert events(session, action)[0].details["for"] == absent_id, action
    assert browser.post("/covers/bare").status_code == 302
    assert "bar-hat" not in browser.get("/inbox").text
    browser.post("/logout/")
    assert "for" not in events(session, "account.logout")[0].details
    log = web(leader).get("/audit/list/").text
    assert f"代{leader.name}办理" in log


def test_the_desk_says_whom_one_covers_for(web, town, pair):
    _cover, second = pair
    name = town.people["from.leader"].name
    town.registration()
    page = web(second).get("/desk", follow_redirects=True)
    assert name in page.text
    assert page.text.count("/wear") >= 2  # the line and the mark in the top bar


def test_nobody_puts_on_another_ones_hat(session, web, town, pair):
    cover_id, _second = pair
    clerk = web(town.people["from.registrar"])
    assert clerk.post(f"/covers/{cover_id}/wear").status_code == 409
    assert clerk.post("/covers/2147483647/wear").status_code == 404
    assert "bar-hat" not in clerk.get("/inbox").text
    assert not events(session, "cover.hat_on")
    later = a_cover(town, town.people["to.registrar"], town.people["to.leader"], since=1)
    assert clerk.post(f"/covers/{later}/wear").status_code == 404
    assert web(town.people["to.leader"]).post(f"/covers/{later}/wear").status_code == 409


def test_one_hat_at_a_time(web, town, pair):
    cover_id, second = pair
    browser = web(second)
    browser.post(f"/covers/{cover_id}/wear")
    assert browser.post(f"/covers/{cover_id}/wear").status_code == 409


@pytest.fixture
def hatted(session, web, town, pair):
    """A browser with the hat on, a case on the desk, and what takes the cover from under it."""
    cover_id, second = pair
    case_id = town.registration().id
    leader_id, second_id = town.people["from.leader"].user_id, second.user_id
    browser = web(second)
    assert browser.post(f"/covers/{cover_id}/wear").status_code == 302

    def over(how):
        scope.enter(make.WHOLE, session)
        cover = session.get_one(Substitution, cover_id)
        if how == "ended":
            cover.ended_at, cover.ended_by = datetime.now(UTC), leader_id
        elif how == "past":
            cover.valid_from = cover.valid_to = TODAY - timedelta(1)
        elif how == "moved":
            session.get_one(Account, leader_id).organisation_id = town.new_id
        else:
            closed = leader_id if how == "absent closed" else second_id
            session.get_one(Account, closed).enabled = False
        session.flush()

    return browser, case_id, over


@pytest.mark.parametrize("how", ["ended", "past", "absent closed", "moved"])
def test_a_hat_whose_cover_is_over_is_refused_at_the_next_request(session, town, hatted, how):
    browser, case_id, over = hatted
    state = town.case(case_id).state
    over(how)
    answer = town.decide(browser, case_id, "agree")
    assert answer.status_code == 409
    assert town.case(case_id).state == state
    page = browser.get("/inbox")  # said once; then the person is themselves again
    assert page.status_code == 200
    assert "bar-hat" not in page.text
    assert not events(session, "case.agree")


def test_a_page_that_asks_by_itself_does_not_use_the_answer_up(town, hatted):
    browser, case_id, over = hatted
    over("ended")
    assert browser.get("/session/left").status_code == 200
    assert town.decide(browser, case_id, "agree").status_code == 409


def test_a_closed_account_is_out_with_whatever_hat(town, hatted):
    browser, case_id, over = hatted
    state = town.case(case_id).state
    over("substitute closed")
    answer = town.decide(browser, case_id, "agree")
    assert answer.status_code == 302
    assert "/login" in answer.location
    assert town.case(case_id).state == state


def test_who_submitted_is_refused_with_the_hat_on(session, web, town):
    case_id = town.registration().id
    clerk, leader = town.people["from.registrar"], town.people["from.leader"]
    cover_id = a_cover(town, leader, clerk)
    browser = web(clerk)
    assert browser.post(f"/covers/{cover_id}/wear").status_code == 302
    assert town.decide(browser, case_id, "agree").status_code == 409
    assert not events(session, "case.agree")


def test_a_hat_keeps_some_doors_shut(web, town):
    clerk, leader = town.people["from.registrar"], town.people["from.leader"]
    cover_id = a_cover(town, clerk, leader)
    browser = web(leader)
    assert browser.get("/accounts/list/").status_code == 200
    browser.post(f"/covers/{cover_id}/wear")
    assert browser.get("/students/add").status_code == 200  # a registrar's daily work
    for url in ("/accounts/list/", "/accounts/add", "/groups/list/", "/own/password/"):
        assert browser.get(url).status_code == 403, url
    assert browser.post("/covers/name", data=form(clerk, leader)).status_code == 403
    assert browser.post(f"/covers/{cover_id}/end").status_code == 403
    assert browser.post("/session/stay").status_code == 200
    page = browser.get("/inbox").text
    assert "/accounts/list/" not in page
    assert "/own/password/" not in page
    assert "/registration" in page


def test_signing_in_again_begins_without_a_hat(web, town, pair):
    cover_id, second = pair
    browser = web(second)
    browser.post(f"/covers/{cover_id}/wear")
    browser.post("/logout/")
    sent = {"username": "second", "password": make.PASSWORD}
    assert browser.post("/login/", data=sent).status_code == 302
    assert "bar-hat" not in browser.get("/inbox").text


def test_the_cookie_holds_an_id_and_nothing_else_fits(web, town, pair):
    cover_id, second = pair
    browser = web(second)
    browser.post(f"/covers/{cover_id}/wear")
    with browser.session_transaction() as kept:
        assert kept["hat"] == cover_id
        kept["hat"] = "1 OR 1=1"
    assert browser.get("/inbox").status_code == 409
    assert "bar-hat" not in browser.get("/inbox").text


def test_a_batch_asked_for_with_the_hat_on_is_done_with_it_or_not_at_all(session, town):
    leader = town.people["from.leader"]
    other = make.an_account(session, "SL", town.old, login="second")
    cover_id = a_cover(town, leader, other)
    job = SimpleNamespace(args={"cover": cover_id}, asked_by=other.user_id)
    scope.enter(scope.scope_of(session, other.user_id), session)
    actor = actor_of(session, job)
    assert (actor.user_id, actor.acting_for) == (other.user_id, leader.user_id)
    scope.enter(make.WHOLE, session)
    session.get_one(Substitution, cover_id).ended_at = datetime.now(UTC)
    session.flush()
    with pytest.raises(Refused, match="E-COVER-OVER"):
        actor_of(session, job)
