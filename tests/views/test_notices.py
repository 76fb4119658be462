"""The bell and the page of notices: who did what in which case; read by each for themselves."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, select

from app.models.notice import Notice, NoticeKind, NoticeSeen
from app.models.school import School
from app.models.student import Status
from app.policies import scope
from app.views.notice_words import OTHER_SAID
from app.workflows import duplicates
from app.workflows.desk import Act, Trigger
from app.workflows.noticing import say, tell_of
from app.workflows.processes import flow_of
from app.workflows.reminding import OVER
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import TODAY, become, do


@pytest.fixture
def town(session):
    return Town(session)


@pytest.fixture
def moved(session, town):
    """A transfer its receiving leader has agreed to: the sending side was told twice."""
    case = town.transfer()
    do(session, town.people["to.leader"], case, "agree")
    return case.id


def notices(session, school_id=None):
    scope.enter(make.WHOLE, session)
    asked = select(Notice).order_by(Notice.id)
    if school_id is not None:
        asked = asked.where(Notice.organisation_id == school_id)
    return session.scalars(asked).all()


def unread(page):
    """The figure at the bell, or nothing."""
    part = page.text.split("fa-bell")[1].split("</li>")[0]
    return part.split('count-new">')[1].split("<")[0] if "count-new" in part else ""


def test_the_other_side_hears_who_did_what(session, web, town, moved):
    clerk = web(town.people["from.registrar"])
    page = clerk.get("/notices")
    assert page.status_code == 200
    assert unread(page) == "2"
    assert page.text.count("new-dot") == 2
    assert town.people["to.leader"].name in page.text
    assert f"/case/{moved}" in page.text
    assert clerk.get(f"/case/{moved}").status_code == 200


def test_who_did_it_is_not_told(session, web, town, moved):
    page = web(town.people["to.registrar"]).get("/notices")
    assert unread(page) == ""
    assert f"/case/{moved}" not in page.text
    assert not notices(session, town.new_id)


def test_marking_as_read_is_ones_own_and_leaves_what_came_since(session, web, town, moved):
    clerk, leader = web(town.people["from.registrar"]), web(town.people["from.leader"])
    shown = notices(session, town.old_id)[0].id
    assert clerk.post("/notices/read", data={"upto": shown}).status_code == 302
    assert unread(clerk.get("/notices")) == "1"
    assert unread(leader.get("/notices")) == "2"
    page = clerk.get("/notices")
    upto = page.text.split('name="upto" value="')[1].split('"')[0]
    clerk.post("/notices/read", data={"upto": upto})
    assert unread(clerk.get("/notices")) == ""
    clerk.post("/notices/read", data={"upto": 1})  # never backwards
    assert unread(clerk.get("/notices")) == ""


@pytest.mark.parametrize("upto", ["999999999", "x", "", "-3"])
def test_nobody_reads_ahead(session, web, town, moved, upto):
    clerk = web(town.people["from.registrar"])
    newest = notices(session, town.old_id)[-1].id
    clerk.post("/notices/read", data={"upto": upto})
    scope.enter(make.WHOLE, session)
    assert session.scalars(select(NoticeSeen.notice_id)).one() in (0, newest)


def test_filters_by_reading_and_by_kind(session, web, town, moved):
    scope.enter(make.WHOLE, session)
    case = town.case(moved)
    say(session, [(town.old_id, moved, case.version)], NoticeKind.OVERDUE)
    clerk = web(town.people["from.registrar"])
    assert clerk.get("/notices").text.count("new-dot") == 3
    assert clerk.get("/notices?kind=STEP").text.count("new-dot") == 2
    assert clerk.get("/notices?kind=OVERDUE").text.count("new-dot") == 1
    assert clerk.get("/notices?kind=nonsense&shown=x&page=zz").status_code == 200
    clerk.post("/notices/read", data={"upto": notices(session)[-1].id})
    assert f"/case/{moved}" not in clerk.get("/notices?shown=unread").text


PLACES = {  # what is no case, and where it is looked at
    NoticeKind.PROBLEM: "/problems",
    NoticeKind.IMPORT: "/import/71",
    NoticeKind.EXPORT: "/exports/71",
    NoticeKind.REQUEST: "/export-requests/71",
}


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind not in PLACES])
def test_every_kind_has_its_words(session, web, town, kind):
    case_id = town.registration().id
    scope.enter(make.WHOLE, session)
    for version in (1, OVER, 77):
        say(session, [(town.old_id, case_id, version)], kind)
    page = web(town.people["from.leader"]).get("/notices")
    assert page.status_code == 200
    assert f"/case/{case_id}" in page.text


@pytest.mark.parametrize(("kind", "word"), list(OTHER_SAID))
def test_what_is_no_case_has_its_words_and_its_page(session, web, town, kind, word):
    scope.enter(make.WHOLE, session)
    tell_of(session, kind, word, [(town.old_id, 71, 3)])
    page = web(town.people["from.leader"]).get("/notices")
    assert page.status_code == 200
    assert page.text.count("new-dot") == 1
    assert PLACES[kind] in page.text


def test_a_school_is_told_of_its_own_problems_once(session, web, town):
    scope.enter(make.WHOLE, session)
    number = make.an_id_number(date(2019, 9, 1), "2")
    ours, theirs = (
        make.a_pupil(session, make.a_class(session, session.get_one(School, school_id)),
                     id_number=number, status=Status.PENDING_REGISTRATION)
        for school_id in (town.old_id, town.new_id)
    )  # fmt: skip
    duplicates.check(session, [ours.id])
    duplicates.check(session, [theirs.id])
    told = [one for one in notices(session) if one.kind is NoticeKind.PROBLEM]
    assert sorted(one.organisation_id for one in told) == sorted((town.old_id, town.new_id))
    assert {one.many for one in told} == {1}


def test_a_notice_is_there_only_where_its_case_is_seen(session, web, town, moved):
    scope.enter(make.WHOLE, session)
    far = make.a_school(session, "410101")
    say(session, [(far.id, moved, 99)], NoticeKind.COMMENT)
    clerk = web(make.an_account(session, "SR", far))
    page = clerk.get("/notices")
    assert unread(page) == ""
    assert f"/case/{moved}" not in page.text
    assert clerk.get(f"/case/{moved}").status_code == 404


def test_a_county_is_told_its_own_and_not_its_schools(session, web, town, moved):
    told_school = {n.organisation_id for n in notices(session)}
    page = web(town.people["from.authority"]).get("/notices")
    assert town.old_id in told_school
    assert unread(page) == ""


@pytest.mark.parametrize("role", ["CT", "ADM", "AUD", "NU"])
def test_others_have_no_bell(session, web, town, role):
    scope.enter(make.WHOLE, session)
    mine = {"home": town.old, "classes": (town.home,)} if role == "CT" else {}
    browser = web(make.an_account(session, role, **mine))
    assert browser.get("/notices").status_code == 403
    assert "fa-bell" not in browser.get("/desk", follow_redirects=True).text


def test_the_bell_is_one_query_and_capped(session, web, town, outer):
    case_id = town.registration().id
    scope.enter(make.WHOLE, session)
    say(session, [(town.old_id, case_id, n) for n in range(1, 130)], NoticeKind.COMMENT)
    clerk = web(town.people["from.registrar"])
    asked = []
    event.listen(outer, "before_cursor_execute", lambda *told: asked.append(told[2]))
    page = clerk.get("/notices")
    assert unread(page) == "99+"
    assert len([sql for sql in asked if "count(*)" in sql and "FROM notice" in sql]) == 1
    assert len([sql for sql in asked if "FROM notice" in sql]) <= 4
    assert page.text.count("new-dot") == 50
    assert clerk.get("/notices?page=3").text.count("new-dot") == 29


def test_what_a_substitute_did_is_told_with_the_name_of_whom_they_covered(session, web, town):
    case = town.transfer()
    absent = town.people["to.leader"]
    scope.enter(make.WHOLE, session)
    second = make.an_account(session, "SL", town.new, login="second")
    mine = become(session, second)
    hat = replace(mine, acting_for=absent.user_id)
    flow_of(case).fire(session, case, Act(Trigger.AGREE, hat, TODAY, ""))
    page = web(town.people["from.registrar"]).get("/notices").text
    assert second.name in page
    assert absent.name in page
