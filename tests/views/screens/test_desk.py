"""工作台: every role begins the day on a page of its own, whose figures agree with the lists."""

import json
import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from sqlalchemy import event, update

from app.models.case import Case, CaseKind, Transfer
from app.models.organisation import Tier
from app.models.student import Status
from app.policies import scope
from app.policies.roles import Role
from app.views.screens.calendar import DEADLINES, coming
from app.views.screens.desk import WORDS
from app.views.screens.desk_panels import DESKS, PANELS
from tests import make
from tests.views.approvals import Town as Cases
from tests.workflows.cases import do


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_desk(town, web, role):
    classes = {"classes": (town.room,)} if role.is_teacher else {}
    answer = web(town.account(role, **classes)).get("/desk/")
    assert answer.status_code == 200, answer.text
    for name in set(DESKS[role]) - {"alarms", "requests"}:  # which are there only with one
        assert f'id="p-{name}"' in answer.text


def test_the_front_door_leads_to_the_desk_or_to_the_login(town, web):
    assert web(town.account("SR")).get("/").location == "/desk/"
    assert "/login" in web().get("/").location
    assert web().get("/desk/").status_code == 302


def test_every_panel_is_on_some_desk():
    assert {name for names in DESKS.values() for name in names} == set(PANELS)


def test_every_kind_of_case_has_its_word():
    assert {kind.name.lower() for kind in CaseKind} <= set(WORDS)


def test_the_figures_count_whom_the_list_shows(town, web, session):
    make.a_pupil(session, town.room, status=Status.SUSPENDED)
    make.a_pupil(session, town.room, status=Status.PENDING_REGISTRATION)
    make.a_pupil(session, town.room, status=Status.WITHDRAWN)
    browser = web(town.account("SR"))
    page = browser.get("/desk/").text
    link = f"/students/list/?_flt_0_school_class={town.room.id}"
    assert f'<a href="{link}"><b>2</b></a>' in page  # in school, and suspended
    waiting = f"{link}&amp;_flt_0_status=PENDING_REGISTRATION"
    assert f'<a href="{waiting}"><b>1</b></a>' in page
    listed = browser.get(link.replace("&amp;", "&")).text
    assert len(re.findall(r"<tr data-id=", listed)) == 4


def test_a_county_sees_its_schools_and_its_grades(town, web):
    page = web(town.account("CR")).get("/desk/").text
    assert str(town.school) in page
    assert f"/students/list/?_flt_0_school={town.school.id}" in page
    assert "data-pyramid=" in page


def test_the_ministry_and_the_technical_roles_are_shown_no_pupils_list(town, web):
    for role in ("MIN", "ADM", "SEC", "AUD"):
        assert "/students/list/" not in web(town.account(role)).get("/desk/").text


def test_what_waits_for_me_is_counted_by_kind_with_the_oldest(session, web):
    cases = Cases(session)
    case = cases.transfer()
    name = case.snapshot["name"]
    assert name in web(cases.people["to.leader"]).get("/desk/").text
    from_there = web(cases.people["from.leader"]).get("/desk/").text
    assert name not in panel(from_there, "next")
    assert name in panel(from_there, "news")  # the sending side sees it at once
    assert name in panel(web(cases.people["to.registrar"]).get("/desk/").text, "submitted")


def panel(page, name):
    """What a panel of a desk says."""
    pattern = rf'<section[^>]*aria-labelledby="p-{name}">(.*?)</section>'
    return re.search(pattern, page, re.DOTALL)[1]


def aged(cases, case, **columns):
    """Give a case another past."""
    scope.enter(make.WHOLE, cases.session)
    cases.session.execute(update(Case.__table__).where(Case.id == case.id).values(columns))
    cases.session.expire_all()


def test_what_came_back_stands_first_and_says_why(session, web):
    cases = Cases(session)
    case = cases.transfer()
    do(session, cases.people["to.leader"], case, "send_back", "缺居住证明")
    desk = web(cases.people["to.registrar"]).get("/desk/").text
    assert "缺居住证明" in panel(desk, "next")
    assert case.snapshot["name"] not in panel(desk, "submitted")


def test_late_cases_are_counted_where_they_lie(session, web):
    cases = Cases(session)
    late, in_time = cases.transfer(), cases.transfer()
    aged(cases, late, due_on=date(2026, 11, 2), step_since=datetime(2026, 10, 16, 9, tzinfo=UTC))
    desk = web(cases.people["to.authority"]).get("/desk/").text
    row = re.search(rf"<tr><td[^>]*><a[^>]*>{cases.new}</a>.*?</tr>", panel(desk, "lying"))[0]
    assert re.findall(r"<b[^>]*>(\d+)</b>", row) == ["2", "1"]
    chart = json.loads(unescape(re.search(r"data-bars='(.*?)'", desk)[1]))
    assert (chart["first"], chart["second"]) == ([1], [1])
    mine = web(cases.people["to.leader"]).get("/desk/").text
    assert panel(mine, "next").index(f"/case/{late.id}") < panel(mine, "next").index(
        f"/case/{in_time.id}"
    )


def test_who_was_silent_is_named_where_somebody_stepped_in(session, web):
    cases = Cases(session)
    city = make.an_account(session, "TR", cases.new.organisation.parent.parent)
    case = cases.transfer()
    for who in ("to.leader", "to.authority", "from.leader"):
        do(session, cases.people[who], case, "agree")
    aged(cases, case, step_since=datetime(2026, 10, 16, 9, tzinfo=UTC))
    do(session, cases.people["to.registrar"], case, "escalate", "无人接听")
    said = panel(web(city).get("/desk/").text, "silent")
    assert "411302" in said or cases.old.organisation.parent.name in said
    assert case.snapshot["name"] in said


def test_what_i_decided_this_week_stands_beside_what_waits(session, web):
    cases = Cases(session)
    case = cases.transfer()
    do(session, cases.people["to.leader"], case, "agree")
    do(session, cases.people["to.authority"], case, "agree")
    said = panel(web(cases.people["to.authority"]).get("/desk/").text, "waiting")
    assert re.search(r'<td class="r quiet wide-only">1</td></tr>', said)


def test_paper_archives_are_outstanding_until_they_came(session, web):
    cases = Cases(session)
    case = cases.transfer()
    for who in ("to.leader", "to.authority", "from.leader", "from.authority"):
        do(session, cases.people[who], case, "agree")
    name, number = case.snapshot["name"], case.id
    for who in ("from.registrar", "to.registrar"):
        assert name in panel(web(cases.people[who]).get("/desk/").text, "papers")
    scope.enter(make.WHOLE, session)
    session.get_one(Transfer, number).paper_sent_on = date(2026, 11, 20)
    session.flush()
    assert name not in panel(web(cases.people["from.registrar"]).get("/desk/").text, "papers")
    session.get_one(Transfer, number).paper_received_on = date(2026, 11, 21)
    session.flush()
    assert name not in panel(web(cases.people["to.registrar"]).get("/desk/").text, "papers")


def test_a_desk_costs_the_same_however_many_schools_there_are(town, web, session, engine):
    def statements(browser):
        seen = []
        tell = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", tell)
        browser.get("/desk/")
        event.remove(engine, "before_cursor_execute", tell)
        return len(seen)

    browser = web(town.account("CR"))
    browser.get("/desk/")
    few = statements(browser)
    for _ in range(6):
        make.a_pupil(session, make.a_class(session, make.a_school(session, "411302")), guardians=0)
    assert statements(browser) == few
    assert few < 37


# ── dates (P37) ──────────────────────────────────────────────────────────────────────────


def test_the_next_dates_come_first_and_return_every_year():
    found = coming(date(2026, 6, 28), Tier.COUNTY)
    assert [one.on for one in found][:2] == [date(2026, 6, 30), date(2026, 7, 15)]
    assert [one.is_near for one in found][:2] == [True, False]
    assert coming(date(2026, 12, 20), Tier.COUNTY)[0].on == date(2027, 6, 30)
    assert coming(date(2026, 8, 10), Tier.SCHOOL)[0].left == 0


def test_every_date_exists_and_concerns_somebody():
    for deadline in DEADLINES:
        assert date(2027, deadline.month, deadline.day)
        assert deadline.tiers
