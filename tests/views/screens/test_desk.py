"""工作台: every role begins the day on a page of its own, whose figures agree with the lists."""

import re
from datetime import date

import pytest
from sqlalchemy import event

from app.models.organisation import Tier
from app.models.student import Status
from app.policies.roles import Role
from app.views.screens.calendar import DEADLINES, coming
from app.views.screens.desk_panels import DESKS, PANELS
from tests import make
from tests.views.approvals import Town as Cases


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_desk(town, web, role):
    classes = {"classes": (town.room,)} if role.is_teacher else {}
    answer = web(town.account(role, **classes)).get("/desk/")
    assert answer.status_code == 200, answer.text
    for name in set(DESKS[role]) - {"alarms"}:  # which is there only with one
        assert f'id="p-{name}"' in answer.text


def test_the_front_door_leads_to_the_desk_or_to_the_login(town, web):
    assert web(town.account("SR")).get("/").location == "/desk/"
    assert "/login" in web().get("/").location
    assert web().get("/desk/").status_code == 302


def test_every_panel_is_on_some_desk():
    assert {name for names in DESKS.values() for name in names} == set(PANELS)


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
    assert name not in web(cases.people["from.leader"]).get("/desk/").text
    assert name in web(cases.people["to.registrar"]).get("/desk/").text  # submitted by me


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
    assert few < 30


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
