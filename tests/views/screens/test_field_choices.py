"""受控字段与开放字段: leaders tick, those above are locked, a school opens the rest to teachers."""

import re

import pytest
from sqlalchemy import select

from app.models.field_choice import FieldChoice, FieldUse
from app.models.switch import SwitchValue
from app.policies import scope
from app.workflows.controlled import SUGGESTED, controlled, opened
from tests import make
from tests.views.screens.town import deeds
from tests.workflows.cases import TODAY


def seen(browser, url="/fields"):
    return re.search(r'name="seen" value="(\d+)"', browser.get(url).text)[1]


def ticked(browser, *fields, **bends):
    sent = {"seen": seen(browser), "field": list(fields), **bends}
    return browser.post("/fields/control", data=sent)


def said(session):
    scope.enter(make.WHOLE, session)
    asked = select(FieldChoice).order_by(FieldChoice.id)
    return [sorted(word.fields) for word in session.scalars(asked)]


def path(town):
    return town.school.organisation.path


def box(page, field):
    """The tick of a field, with the words beside it."""
    return re.search(
        rf'<label class="tick-line[^>]*>(?:(?!</label>).)*value="{field}".*?</label>', page
    )


def test_a_leader_sets_what_a_case_alone_changes(town, web, session):
    browser = web(town.account("CL"))
    assert ticked(browser, "name", "ethnic").status_code == 302
    assert said(session) == [["ethnic", "name"]]
    assert controlled(session, path(town), TODAY) == {"name", "ethnic"}
    (row,) = deeds(session, "fields.controlled")
    assert (row.object_type, row.details) == ("field_choice", {})
    page = browser.get("/fields").text
    assert town.account("CL").name in page  # who decided, in the history
    assert " checked" in box(page, "name")[0]
    assert " checked" not in box(page, "health")[0]


def test_the_suggested_fields_are_set_by_one_click(town, web, session):
    browser = web(town.account("PL"))
    assert ticked(browser, "health", step="suggested").status_code == 302
    assert said(session) == [sorted(SUGGESTED)]


def test_what_stands_above_is_locked_and_named(town, web, session):
    ticked(web(town.account("PL")), "name")
    browser = web(town.account("CL"))
    page = browser.get("/fields").text
    assert box(page, "name") is None  # nothing to tick
    locked = re.search(r'<label class="tick-line is-locked">.*?</label>', page)[0]
    assert town.account("PL").organisation.name in locked
    assert "disabled" in locked
    ticked(browser, "ethnic")
    assert controlled(session, path(town), TODAY) == {"name", "ethnic"}


def test_a_silent_province_is_pointed_at(town, web):
    browser = web(town.account("CL"))
    assert "alert-warning" in browser.get("/fields").text
    ticked(browser, "name")
    name = make.an_authority(town.session, "41").name
    assert name in browser.get("/fields").text
    ticked(web(town.account("PL")), "name")
    assert "alert-warning" not in browser.get("/fields").text


def test_the_way_words_add_up_is_said(town, web, session):
    leader = town.account("PL")
    session.add(
        SwitchValue(
            organisation_id=leader.organisation_id,
            key="controlled_fields_mode",
            value="lowest",
            valid_from=TODAY.replace(day=1),
            set_by=leader.user_id,
        )
    )
    session.flush()
    page = web(town.account("CL")).get("/fields").text
    assert "就近" in page


def test_who_was_overtaken_is_told_and_keeps_the_ticks(town, web, session):
    browser = web(town.account("CL"))
    before = seen(browser)
    ticked(browser, "name")
    answer = browser.post("/fields/control", data={"seen": before, "field": ["health"]})
    assert answer.status_code == 409
    assert " checked" in box(answer.text, "health")[0]
    assert said(session) == [["name"]]


@pytest.mark.parametrize("fields", [["status"], ["number", "name"], ["id_digest"], ["x" * 500]])
def test_no_field_but_those_of_the_catalogue(town, web, session, fields):
    assert ticked(web(town.account("CL")), *fields).status_code == 409
    assert said(session) == []
    assert deeds(session, "fields.controlled") == []


@pytest.mark.parametrize(
    ("role", "reads"), [("CR", True), ("SR", True), ("SL", False), ("CT", False)]
)
def test_registrars_read_and_nobody_else_sets(town, web, session, role, reads):
    bends = {"classes": (town.room,)} if role == "CT" else {}
    browser = web(town.account(role, **bends))
    page = browser.get("/fields")
    assert page.status_code == (200 if reads else 403)
    assert 'value="suggested"' not in page.text
    assert browser.post("/fields/control", data={"field": ["name"], "seen": 0}).status_code == 403
    assert said(session) == []


# ── what is open to class teachers ───────────────────────────────────────────────────────


def opens(browser, **grades):
    sent = {f"grade-{grade[1:]}": fields for grade, fields in grades.items()}
    return browser.post("/fields/opened", data={"seen": seen(browser, "/fields/opened"), **sent})


def test_a_registrar_opens_fields_grade_by_grade(town, web, session):
    make.a_class(session, town.school, make.a_grade(session, town.school, 2))
    browser = web(town.account("SR"))
    answer = opens(browser, g11=["talent", "phone"], g12=["talent"])
    assert answer.status_code == 302
    scope.enter(make.WHOLE, session)
    assert opened(session, path(town), "11", TODAY) == {"talent", "phone"}
    assert opened(session, path(town), "12", TODAY) == {"talent"}
    (row,) = deeds(session, "fields.opened")
    assert row.details == {"grades": ["11", "12"]}
    opens(browser, g11=["talent", "phone"], g12=[])  # what stays as it is, is not said again
    assert deeds(session, "fields.opened")[-1].details == {"grades": ["12"]}
    page = browser.get("/fields/opened").text
    assert re.search(r'name="grade-11" value="talent" checked', page)
    assert not re.search(r'name="grade-12" value="talent" checked', page)
    uses = session.scalars(select(FieldChoice.use)).all()
    assert set(uses) == {FieldUse.OPENED}


def test_a_controlled_field_is_not_opened_and_is_named(town, web, session):
    ticked(web(town.account("PL")), "talent")
    browser = web(town.account("SR"))
    assert 'value="talent"' not in browser.get("/fields/opened").text
    answer = opens(browser, g11=["talent", "phone"])
    assert answer.status_code == 409
    assert "特长" in answer.text
    assert re.search(r'name="grade-11" value="phone" checked', answer.text)  # the form is kept
    assert deeds(session, "fields.opened") == []


@pytest.mark.parametrize("role", ["SL", "CT", "CR", "CL", "PL"])
def test_nobody_but_the_schools_registrar_opens(town, web, role):
    bends = {"classes": (town.room,)} if role == "CT" else {}
    browser = web(town.account(role, **bends))
    assert browser.get("/fields/opened").status_code == 403
    assert browser.post("/fields/opened", data={"grade-11": "talent"}).status_code == 403
