"""登记: what is said of a form while it is filled in, and what a new record collides with."""

import pytest
from sqlalchemy import select

from app.models.student import ProblemFlag, Student
from app.policies import scope
from tests import make
from tests.views.screens.town import Town, deeds


@pytest.fixture
def town(session):
    return Town(session)


def said(browser, **typed):
    page = browser.post("/students/check", data=typed)
    assert page.status_code == 200, page.text
    return page.text


def test_a_form_half_filled_in_is_told_what_is_wrong_of_what_is_there(town, web):
    browser = web(town.account("SR"))
    text = said(browser, name="陈嘉树", id_type="1", id_number="41130220200501001")
    assert 'href="#id_number"' in text
    assert 'href="#name"' not in text
    assert "必填" in text
    assert 'data-live="/students/check"' not in text
    whole = said(browser, **town.form())
    assert 'class="is-bad"' not in whole
    assert browser.get("/students/add").text.count("/students/check") == 1


def test_the_tab_and_the_scan_are_foretold(town, web):
    browser = web(town.account("SR"))
    new = said(browser, class_number=town.room.number)
    foreign = said(browser, class_number=town.room.number, nationality="KOR", id_type="A")
    assert "新生" in new
    assert "新生" not in foreign
    assert "fa-paperclip" not in new
    assert "fa-paperclip" in foreign


def test_looking_tells_nothing_of_numbers_that_are_registered(town, web, session):
    browser = web(town.account("SR"))
    typed = town.form(id_number=town.pupil.id_number, birth_date=str(town.pupil.birth_date))
    assert 'class="is-bad"' not in said(browser, **typed)
    assert deeds(session, "pupil.duplicate") == []


def test_who_may_not_register_is_not_answered(town, web):
    assert web(town.account("SL")).post("/students/check", data={}).status_code == 403
    assert web(town.account("CR")).post("/students/check", data={}).status_code == 403


def test_a_child_of_another_school_is_a_problem_at_once(town, web, session):
    other = town.stranger
    sent = town.form(id_number=other.id_number, birth_date=str(other.birth_date))
    answer = web(town.account("SR")).post("/students/add", data=sent)
    scope.enter(make.WHOLE, session)
    pupil = session.scalars(select(Student).where(Student.name == "陈嘉树")).one()
    assert answer.location == f"/problems/{pupil.id}"
    assert pupil.problem_flag is ProblemFlag.OPEN
    assert len(deeds(session, "pupil.duplicate")) == 1
    assert deeds(session, "duplicates.check")[0].details == {"compared": 1, "moved": 2}
