"""退回后修改转学: class and reason are mended in a form; looking writes nothing."""

import pytest

from app.policies import scope
from app.workflows.desk import Trigger
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import do


@pytest.fixture
def town(session):
    return Town(session)


@pytest.fixture
def case_id(session, town):
    """A transfer that the receiving school's leader has sent back."""
    case = town.transfer()
    do(session, town.people["to.leader"], case, Trigger.SEND_BACK, "请写明理由")
    return case.id


def form(session, town, case_id, **bends):
    scope.enter(make.WHOLE, session)
    room = make.a_class(session, town.new, make.a_grade(session, town.new, 2))
    sent = {"to_class": room.id, "reason": "9", "reason_text": "随父母迁居"}
    return {**sent, "seen": town.case(case_id).version, "step": "submit", **bends}


def test_a_transfer_sent_back_is_mended_and_submitted_again(session, web, town, case_id):
    registrar, address = web(town.people["to.registrar"]), f"/transfer/again/{case_id}"
    assert address in registrar.get(f"/case/{case_id}").text
    page = registrar.get(address)
    assert page.status_code == 200
    assert "请写明理由" in page.text
    sent = form(session, town, case_id)
    looked = registrar.post(address, data={**sent, "step": "look"})
    assert looked.status_code == 200
    assert "随父母迁居" in looked.text
    assert town.case(case_id).reason == "2"  # looking writes nothing
    answer = registrar.post(address, data=sent)
    assert (answer.status_code, answer.location) == (302, f"/case/{case_id}")
    case = town.case(case_id)
    assert (case.state, case.reason, case.reason_text) == ("IN_SCHOOL", "9", "随父母迁居")
    assert case.to_class_id == sent["to_class"]
    assert registrar.get(address).status_code == 409  # it lies elsewhere


def test_what_is_missing_is_told_by_field_and_what_moved_keeps_what_was_typed(
    session, web, town, case_id
):
    registrar, address = web(town.people["to.registrar"]), f"/transfer/again/{case_id}"
    sent = form(session, town, case_id)
    for bends in (
        {"reason_text": ""},
        {"reason": "zz"},
        {"to_class": town.home.id},
        {"reason": ""},
    ):
        assert registrar.post(address, data={**sent, **bends}).status_code == 422
    stale = registrar.post(address, data={**sent, "seen": 1})
    assert stale.status_code == 409
    assert "随父母迁居" in stale.text
    assert town.case(case_id).state == "RETURNED"


def test_the_sending_school_has_no_such_form(web, town, case_id):
    registrar = web(town.people["from.registrar"])
    assert registrar.get(f"/transfer/again/{case_id}").status_code == 404
    assert "/transfer/again/" not in registrar.get(f"/case/{case_id}").text
