"""查找: one box, in scope, and nothing of what was typed is kept."""

import pytest

from tests import make
from tests.views.approvals import Town as Cases
from tests.views.screens.town import deeds


def found(browser, text):
    answer = browser.post("/find", data={"q": text})
    assert answer.status_code == 200, answer.text
    return answer.text


def show(pupil):
    return f"/students/show/{pupil.id}"


@pytest.mark.parametrize("which", ["number", "id_number"])
def test_an_exact_number_finds_its_pupil_and_is_recorded(town, web, session, which):
    browser = web(town.account("CR"))
    assert show(town.pupil) in found(browser, f" {getattr(town.pupil, which).lower()} ")
    (row,) = deeds(session, "student.find")
    assert row.details == {"hits": 1}


def test_the_beginning_of_a_name_finds_pupils_in_scope_only(town, web):
    page = found(web(town.account("SR")), town.pupil.name[:3])
    assert show(town.pupil) in page
    assert show(town.stranger) not in page
    assert show(town.stranger) in found(web(town.account("CR")), town.stranger.name[:3])


def test_nobody_else_finds_pupils(town, web):
    for role in ("MIN", "ADM", "SEC", "AUD"):
        page = found(web(town.account(role)), town.pupil.number)
        assert "/students/" not in page


@pytest.mark.parametrize("text", ["classes", "ZX261121-000123", "李小满", "G4113"])
def test_what_is_no_number_is_not_looked_up_as_one(town, web, session, text):
    found(web(town.account("SR")), text)
    assert deeds(session, "student.find") == []


def test_a_case_is_found_by_its_printed_number(session, web):
    cases = Cases(session)
    number = cases.transfer().no
    assert "/case/" in found(web(cases.people["to.leader"]), number)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    assert "/case/" not in found(web(cases.people["to.leader"]), wrong)


def test_a_function_is_found_by_its_word_and_only_ones_own(town, web):
    assert 'href="/classes/list/"' in found(web(town.account("SR")), "班级")
    assert 'href="/promotion/"' in found(web(town.account("PR")), "升级")
    assert 'href="/promotion/"' not in found(web(town.account("SR")), "升级")


def test_a_school_is_found_by_name_or_code_below_ones_own(town, web, session):
    far = make.a_school(session, "411303")
    page = found(web(town.account("CR")), town.school.organisation.code[:6])
    assert f"/schools/show/{town.school.id}" in page
    assert f"/schools/show/{far.id}" not in page


@pytest.mark.parametrize("text", ["", " ", "\x00", "%", "_", "'", "李" * 500, "\ud800", "G" * 19])
def test_whatever_is_typed_is_answered(town, web, text):
    data = text.encode("utf-8", "surrogatepass")
    answer = web(town.account("SR")).post("/find", data={"q": data.decode("utf-8", "replace")})
    assert answer.status_code == 200


def test_what_was_typed_is_in_no_address_and_in_no_cookie(town, web):
    browser = web(town.account("SR"))
    browser.get("/students/list/")
    browser.post("/find", data={"q": town.pupil.id_number})
    with browser.session_transaction() as kept:
        assert town.pupil.id_number not in str(dict(kept))
        assert "/find" not in str(kept.get("page_history"))
    assert browser.get("/find").location == "/desk/"
