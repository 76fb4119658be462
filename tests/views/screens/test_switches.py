"""业务控制开关: each tier's page, the form to decide, and doors that say who shut them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from app.models.switch import SwitchValue
from app.policies import scope
from app.policies.matrix import holders
from app.policies.roles import Role
from app.policies.switches import SWITCHES, Group
from app.views.actor import today
from tests import make
from tests.views.screens.town import deeds

SAFETY = {key for key, switch in SWITCHES.items() if switch.group is Group.SAFETY}
SEEING = {*holders("switches", "R"), *holders("guards", "R")}


def form(key="freeze_transfer", value="on", **bends):
    return {"key": key, "value": value, "valid_from": f"{today()}", "valid_to": "", **bends}


def person(town, role):
    """Somebody of a role; a teacher has a class, or stays outside."""
    return town.account(role, **({"classes": (town.room,)} if Role(role).is_teacher else {}))


def rows(page):
    return set(re.findall(r'id="sw-(\w+)"', page))


def count(session):
    scope.enter(make.WHOLE, session)
    return session.scalar(select(func.count(SwitchValue.id)))


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_the_switches_of_its_rows(town, web, role):
    answer = web(person(town, role)).get("/switches")
    if role not in SEEING:
        assert answer.status_code == 403
        return
    assert answer.status_code == 200, answer.text
    expected = SAFETY if role in (Role.ADM, Role.SEC, Role.AUD) else set(SWITCHES) - SAFETY
    assert rows(answer.text) == expected
    settable = {key for key in expected if role in SWITCHES[key].setters}
    assert set(re.findall(r'name="key" value="(\w+)"', answer.text)) == settable


def test_a_decision_is_shown_below_with_who_when_and_on_what_grounds(town, web, session):
    leader = town.account("PL")
    until = today() + timedelta(days=30)
    sent = form(valid_to=f"{until}", note="豫教基〔2026〕12号", is_binding="1")
    answer = web(leader).post("/switches/set", data=sent)
    assert answer.status_code == 302
    assert answer.location.endswith("/switches#sw-freeze_transfer")
    page = web(town.account("SR")).get("/switches").text
    for said in (leader.name, leader.organisation.name, sent["note"], f"{until}"):
        assert said in page
    assert f"{until + timedelta(days=1)}" in page  # the next change
    (row,) = deeds(session, "switch.set")
    assert row.details == {"key": "freeze_transfer", "value": "on", "binding": True}


def test_a_bound_authority_is_told_and_offered_no_form(town, web):
    web(town.account("PL")).post("/switches/set", data=form(is_binding="1"))
    page = web(town.account("CL")).get("/switches").text
    assert 'name="key" value="freeze_transfer"' not in page
    assert 'name="key" value="national_lookup"' in page
    answer = web(town.account("CL")).post("/switches/set", data=form(value="off"))
    assert answer.status_code == 409


def test_a_leader_reads_who_decides_what_is_not_theirs(town, web):
    page = web(town.account("PL")).get("/switches").text
    part = page.partition('id="sw-province_may_promote"')[2].partition('id="sw-')[0]
    assert "部级学籍管理员" in part
    assert "部级学籍管理员" not in web(town.account("SR")).get("/switches").text


def test_the_own_word_is_taken_back(town, web, session):
    browser = web(town.account("PL"))
    assert 'value="back"' not in browser.get("/switches").text
    browser.post("/switches/set", data=form())
    assert 'value="back"' in browser.get("/switches").text
    answer = browser.post("/switches/set", data=form(step="back", value="on", valid_from="x"))
    assert answer.status_code == 302
    assert 'value="back"' not in browser.get("/switches").text
    assert count(session) == 2


@pytest.mark.parametrize(
    ("bends", "status"),
    [
        ({"valid_from": "gestern"}, 422),
        ({"valid_from": ""}, 422),
        ({"valid_to": "9999-99-99"}, 422),
        ({"note": "\x00"}, 422),
        ({"note": "文" * 201}, 422),
        ({"value": "perhaps"}, 409),
        ({"valid_to": "2020-01-01"}, 409),
        ({"valid_from": "2020-01-01"}, 409),
        ({"key": "province_may_promote", "value": "off"}, 409),
        ({"key": "second_factor", "value": "off"}, 403),  # not on this page
        ({"key": "nothing"}, 404),
        ({"key": ""}, 404),
    ],
)
def test_what_cannot_be_set_changes_nothing(town, web, session, bends, status):
    answer = web(town.account("PL")).post("/switches/set", data=form(**bends))
    assert answer.status_code == status
    assert count(session) == 0
    assert deeds(session, "switch.set") == []


def test_what_was_typed_is_kept_beside_the_reason(town, web):
    sent = form(valid_to="2020-01-01", note="豫教〔2026〕3号", is_binding="1")
    page = web(town.account("PL")).post("/switches/set", data=sent).text
    assert sent["note"] in page
    assert 'value="2020-01-01"' in page
    assert re.search(r'id="freeze_transfer-is_binding"[^>]* checked', page)
    assert '<option value="on" selected>' in page
    assert 'role="alert"' in page
    bad = web(town.account("PL")).post("/switches/set", data=form(valid_to="x")).text
    assert 'aria-describedby="freeze_transfer-valid_to-e"' in bad


@pytest.mark.parametrize("role", [r for r in Role if r not in holders("switches", "S")])
def test_nobody_else_sets_a_business_switch(town, web, session, role):
    answer = web(person(town, role)).post("/switches/set", data=form())
    assert answer.status_code == 403
    assert count(session) == 0


def test_the_page_costs_the_same_however_much_was_said(town, web, session, engine):
    def statements(browser):
        seen = []
        tell = lambda *given: seen.append(given[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", tell)
        browser.get("/switches")
        event.remove(engine, "before_cursor_execute", tell)
        return len(seen)

    browser, leader = web(town.account("SR")), web(town.account("PL"))
    leader.post("/switches/set", data=form())
    browser.get("/switches")
    few = statements(browser)
    for value in ("off", "on") * 4:
        leader.post("/switches/set", data=form(value=value))
    web(town.account("CL")).post("/switches/set", data=form("national_lookup", "off"))
    assert statements(browser) == few


def test_a_page_asks_for_the_switches_once(town, web, engine):
    browser, seen = web(town.account("SR")), []
    browser.get("/transfer")
    tell = lambda *given: seen.append(given[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", tell)
    browser.get("/transfer")
    event.remove(engine, "before_cursor_execute", tell)
    assert sum("FROM switch_value" in statement for statement in seen) == 1


# ── a closed function says who closed it ────────────────────────────────────────────────────


def test_frozen_transfers_are_not_opened_and_the_page_says_who_froze_them(town, web):
    leader = town.account("PL")
    registrar = web(town.account("SR"))
    assert 'href="/transfer/open"' in registrar.get("/transfer").text
    assert 'href="/transfer/open"' in registrar.get("/desk/").text
    web(leader).post("/switches/set", data=form())
    for ask in (registrar.get, registrar.post):
        answer = ask("/transfer/open")
        assert answer.status_code == 409
        assert leader.organisation.name in answer.text
    page = registrar.get("/transfer").text
    assert leader.organisation.name in page
    assert 'href="/transfer/open"' not in page
    assert 'href="/transfer/open"' not in registrar.get("/desk/").text
    away = make.a_school(town.session, "459701")
    assert web(town.account("SR", away)).get("/transfer/open").status_code == 200


def test_the_national_look_up_is_closed_by_name(town, web):
    registrar = web(town.account("SR"))
    assert registrar.get("/national").status_code == 200
    web(town.account("CL")).post("/switches/set", data=form("national_lookup", "off"))
    answer = registrar.get("/national")
    assert answer.status_code == 409
    assert town.account("CL").organisation.name in answer.text


def test_a_switch_of_today_does_not_close_tomorrow(town, web):
    tomorrow = f"{today() + timedelta(days=1)}"
    web(town.account("PL")).post("/switches/set", data=form(valid_from=tomorrow))
    assert web(town.account("SR")).get("/transfer/open").status_code == 200
