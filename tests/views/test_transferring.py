"""转学: who guesses learns nothing; who knows sees the route before anything is sent."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.models.audit import AuditEvent
from app.models.case import Transfer
from app.policies import scope
from app.policies.allowances import Allowance
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import become


@pytest.fixture
def town(session):
    return Town(session)


def form(town, pupil, **bends):
    facts = {"name": pupil.name, "number": pupil.number, "to_class": town.room.id, "reason": "2"}
    return {**facts, "step": "look", **bends}


def looked_up(session, town):
    become(session, town.people["to.registrar"])
    mine = select(func.count()).where(AuditEvent.action == "pupil.search")
    return session.scalar(mine)


def words(answer):
    """Return a page without what the person typed."""
    return answer.text.partition('role="alert"')[2].partition("</div></div>")[0]


def test_the_route_is_shown_first_and_the_case_opened_then(session, web, town):
    pupil = town.pupil()
    sent = form(town, pupil)
    registrar = web(town.people["to.registrar"])
    assert registrar.get("/transfer/open").status_code == 200
    shown = registrar.post("/transfer/open", data=sent)
    assert shown.status_code == 200
    assert town.old.organisation.name in shown.text
    assert 'value="submit"' in shown.text
    scope.enter(make.WHOLE, session)
    assert session.scalars(select(Transfer)).all() == []
    answer = registrar.post("/transfer/open", data={**sent, "step": "submit"})
    assert answer.status_code == 302
    scope.enter(make.WHOLE, session)
    case = session.scalars(select(Transfer)).one()
    assert answer.location == f"/case/{case.id}"
    assert case.state == "IN_SCHOOL"
    assert case.snapshot["to"]["class_number"] == town.room.number
    assert pupil.name in registrar.get("/transfer").text
    assert pupil.name in web(town.people["from.leader"]).get("/transfer").text


def test_wrong_name_and_wrong_number_are_answered_alike_and_both_recorded(session, web, town):
    pupil = town.pupil()
    registrar = web(town.people["to.registrar"])
    sent = form(town, pupil)
    answers = [
        registrar.post("/transfer/open", data={**sent, "name": "查无此人"}),
        registrar.post("/transfer/open", data={**sent, "number": "G110101201901010011"}),
        registrar.post("/transfer/open", data={**sent, "step": "submit", "name": "查无此人"}),
    ]
    assert {answer.status_code for answer in answers} == {409}
    assert len({words(answer) for answer in answers}) == 1
    assert looked_up(session, town) == 3


def test_the_hour_has_an_end_of_look_ups(session, web, town, monkeypatch):
    few = Allowance(("pupil.search",), 2, timedelta(hours=1))
    monkeypatch.setattr("app.views.transferring.SEARCHES", few)
    pupil = town.pupil()
    sent = form(town, pupil)
    registrar = web(town.people["to.registrar"])
    for status in (409, 409, 429, 429):
        answer = registrar.post("/transfer/open", data={**sent, "name": "查无此人"})
        assert answer.status_code == status
    assert registrar.post("/transfer/open", data={**sent, "step": "submit"}).status_code == 429
    assert looked_up(session, town) == 2


def test_what_is_missing_is_said_field_by_field_and_kept(web, town):
    pupil = town.pupil()
    registrar = web(town.people["to.registrar"])
    for bend in (
        {"name": ""},
        {"number": " "},
        {"to_class": town.home.id},  # a class of the other school
        {"to_class": "9" * 40},
        {"reason": "77"},
        {"reason": "9"},  # other, without words
        {"name": "a\x00"},
    ):
        answer = registrar.post("/transfer/open", data=form(town, pupil, **bend))
        assert answer.status_code == 422, bend
        assert 'aria-invalid="true"' in answer.text


def test_an_own_pupil_and_a_locked_one_are_refused(session, web, town):
    scope.enter(make.WHOLE, session)
    own = make.a_pupil(session, town.room)
    registrar = web(town.people["to.registrar"])
    assert registrar.post("/transfer/open", data=form(town, own)).status_code == 409
    case = town.transfer()
    locked = {"name": case.snapshot["name"]}
    scope.enter(make.WHOLE, session)
    pupil = town.session.get_one(type(own), case.student_id)
    sent = form(town, pupil, step="submit", **locked)
    assert registrar.post("/transfer/open", data=sent).status_code == 409


def test_only_a_school_registrar_opens_transfers(web, town):
    assert web(town.people["to.leader"]).get("/transfer/open").status_code == 403
    assert web(town.people["to.authority"]).get("/transfer").status_code == 403
