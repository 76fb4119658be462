"""全国查询: who knows both learns status and school; who guesses learns nothing at all."""

import re
from datetime import date

import pytest
from sqlalchemy import event, text

from app.models.sealed import KEYS
from app.models.student import NumberHistory, Status
from app.models.switch import SwitchValue
from app.policies import scope
from tests import make
from tests.views.screens.town import deeds, past

NATIONAL = "/national"


@pytest.fixture
def far(town, session):
    """A pupil of another province, whom nobody of the town sees."""
    scope.enter(make.WHOLE, session)
    room = make.a_class(session, make.a_school(session, "459701"))
    return make.a_pupil(session, room, status=Status.SUSPENDED, name="韦远方")


def asked(browser, pupil, **bends):
    return browser.post(NATIONAL, data={"name": pupil.name, "number": pupil.number, **bends})


def told(answer):
    """What stands in the answer's panel."""
    return re.sub(r"<[^>]+>|\s+", " ", answer.text.partition('aria-live="polite"')[2])


@pytest.mark.parametrize("which", ["number", "id_number"])
def test_who_knows_name_and_number_learns_status_and_school_only(town, web, session, far, which):
    answer = asked(web(town.account("SR")), far, number=getattr(far, which))
    assert answer.status_code == 200
    assert far.school.organisation.name in told(answer)
    for hidden in (f"/students/show/{far.id}", far.school_class.name, far.phone, far.number[:9]):
        assert hidden not in told(answer)
    (row,) = deeds(session, "pupil.lookup")
    assert (row.object_type, row.object_id, row.details) == ("student", far.id, {"hit": True})


def test_a_former_number_and_another_way_of_writing_find_as_well(town, web, session, far):
    former = "L411302202005010042"
    digest = KEYS.digest(former)
    session.add(NumberHistory(student_id=far.id, number=former, number_digest=digest, kind="L"))
    session.flush()
    browser = web(town.account("CR"))
    for number in (former, f" {former.lower()} ", "Ｌ４１１３０２２０２００５０１００４２"):
        assert far.school.organisation.name in told(asked(browser, far, number=number)), number


def test_no_such_number_and_another_name_are_one_answer(town, web, session, far):
    browser = web(town.account("SR"))
    answers = [
        asked(browser, far, name="韦远"),
        asked(browser, far, name="韦远%"),
        asked(browser, far, number="G459701202001010014"),
        asked(browser, far, number=far.number[:-1]),
        asked(browser, far, number="%"),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({told(answer) for answer in answers}) == 1
    rows = deeds(session, "pupil.lookup")
    assert [(row.object_id, row.details) for row in rows] == [(None, {"hit": False})] * 5


def test_both_wrong_answers_ask_the_database_the_same_questions(town, web, engine, far):
    browser = web(town.account("SR"))

    def questions(**bends):
        seen = []
        tell = lambda *args: seen.append(re.sub(r"savepoint_\d+", "", args[2]))  # noqa: E731
        event.listen(engine, "before_cursor_execute", tell)
        asked(browser, far, **bends)
        event.remove(engine, "before_cursor_execute", tell)
        return seen

    questions(name="别人")
    assert questions(name="别人") == questions(number="G459701202001010014")


def test_an_own_pupil_is_linked(town, web):
    answer = asked(web(town.account("SR")), town.pupil)
    assert f"/students/show/{town.pupil.id}" in told(answer) or (
        f'href="/students/show/{town.pupil.id}"' in answer.text
    )


def test_what_was_typed_stands_in_no_address_and_no_cookie(town, web, far):
    browser = web(town.account("SR"))
    answer = asked(browser, far)
    assert answer.location is None
    assert far.number not in str(answer.headers)
    assert (
        browser.get(NATIONAL, query_string={"name": far.name, "number": far.number}).text.count(
            far.name
        )
        == 0
    )


@pytest.mark.parametrize("bends", [{"name": ""}, {"number": " "}, {"name": "a\x00"}])
def test_what_is_missing_is_said_and_does_not_count(town, web, session, far, bends):
    answer = asked(web(town.account("SR")), far, **bends)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert deeds(session, "pupil.lookup") == []


def test_twenty_an_hour_are_the_most(town, web, session, far):
    registrar = town.account("SR")
    browser = web(registrar)
    past(session, registrar.user_id, "pupil.lookup", 19)
    assert asked(browser, far).status_code == 200
    refused = asked(browser, far)
    assert refused.status_code == 429
    assert far.school.organisation.name not in refused.text
    assert len(deeds(session, "pupil.lookup")) == 20


@pytest.mark.parametrize("role", ["SL", "CT", "CL", "MIN", "ADM", "AUD"])
def test_who_lacks_the_right_has_no_such_door(town, web, far, role):
    bends = {"classes": (town.room,)} if role == "CT" else {}
    assert asked(web(town.account(role, **bends)), far).status_code == 403


def test_a_switch_closes_it_and_says_whose(town, web, session, far):
    browser = web(town.account("SR"))
    leader = make.an_account(session, "CL")
    session.execute(text("SELECT set_config('app.actor', :w, true)"), {"w": str(leader.user_id)})
    facts = {"key": "national_lookup", "value": "off", "valid_from": date(2026, 1, 1)}
    authority = make.an_authority(session, "411302")
    session.add(SwitchValue(organisation_id=authority.id, set_by=leader.user_id, **facts))
    session.flush()
    answer = asked(browser, far)
    assert answer.status_code == 409
    assert authority.name in answer.text
    assert deeds(session, "pupil.lookup") == []
