"""业务: who sees a case, who may take which step, and what an overtaken person is told."""

import pytest

from app.models.case import Decision
from app.models.student import Student
from app.policies import scope
from app.workflows import registration as r
from app.workflows import transfer as t
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import become, do


@pytest.fixture
def town(session):
    return Town(session)


def test_both_sides_read_the_case_and_a_stranger_finds_nothing(session, web, town):
    url = f"/case/{town.transfer().id}"
    for who in ("to.registrar", "to.authority", "from.leader", "from.authority"):
        assert web(town.people[who]).get(url).status_code == 200, who
    scope.enter(make.WHOLE, session)
    stranger = make.an_account(session, "SR", make.a_school(session, "411303"))
    teacher = make.an_account(session, "CT", town.new, (make.a_class(session, town.new),))
    assert web(stranger).get(url).status_code == 404
    assert web(stranger).post(f"{url}/decide", data={"trigger": "agree"}).status_code == 404
    assert web(town.people["ministry"]).get(url).status_code == 404
    assert web(teacher).get(url).status_code == 403
    assert "/login" in web().get(url).location


def test_looking_never_decides(web, town):
    case_id = town.transfer().id
    leader = web(town.people["to.leader"])
    for verb in ("get", "head"):
        for path in (f"/case/{case_id}/decide?trigger=agree&seen=2", "/inbox/batch", "/inbox/all"):
            assert getattr(leader, verb)(path).status_code == 405, path
        getattr(leader, verb)(f"/case/{case_id}?trigger=agree")
    assert town.case(case_id).state == t.IN_SCHOOL


def test_deciding_on_the_page_opens_the_next_case(web, town):
    first, second = town.registration().id, town.registration().id
    leader = web(town.people["from.leader"])
    answer = town.decide(leader, first, "agree")
    assert (answer.status_code, answer.location) == (302, f"/case/{second}")
    assert town.decide(leader, second, "agree").location == f"/case/{second}"
    assert town.case(second).state == r.AUTHORITY_REVIEW


def test_one_of_two_wins_and_the_other_keeps_the_remark(web, town):
    case_id = town.registration().id
    seen = town.case(case_id).version
    leader = web(town.people["from.leader"])
    assert town.decide(leader, case_id, "agree", seen=seen).status_code == 302
    for live in (False, True):
        late = town.decide(leader, case_id, "disagree", live=live, seen=seen, remark="材料不全")
        assert late.status_code == 409
        assert "2/3" in late.text  # then
        assert "3/3" in late.text  # now
        assert "材料不全" in late.text
    assert [event.decision for event in town.case(case_id).events] == [
        Decision.SUBMIT,
        Decision.AGREE,
    ]


def test_a_step_without_its_reason_is_refused_and_keeps_the_form(web, town):
    case_id = town.registration().id
    leader = web(town.people["from.leader"])
    answer = town.decide(leader, case_id, "send_back", remark="  ")
    assert answer.status_code == 409
    assert 'name="remark"' in answer.text
    assert town.case(case_id).state == r.SCHOOL_REVIEW


@pytest.mark.parametrize(
    "form",
    [
        {"trigger": "burn"},
        {"trigger": ""},
        {"seen": ""},
        {"seen": "x"},
        {"remark": "x" * 501},
        {"remark": "a\x00b"},
    ],
)
def test_a_bent_form_is_refused(web, town, form):
    case_id = town.registration().id
    answer = town.decide(web(town.people["from.leader"]), case_id, **{"trigger": "agree", **form})
    assert answer.status_code == 422
    assert town.case(case_id).state == r.SCHOOL_REVIEW


def test_nobody_decides_from_another_desk_nor_twice(session, web, town):
    case_id = town.registration().id
    for who in ("from.registrar", "from.authority"):
        answer = town.decide(web(town.people[who]), case_id, "agree")
        assert answer.status_code == 409, who
    leader = town.people["from.leader"]
    do(session, leader, town.case(case_id), "agree")
    assert town.decide(web(leader), case_id, "agree").status_code == 409


def test_closed_buttons_say_why(session, web, town):
    case = town.registration()
    case_id = case.id
    scope.enter(make.WHOLE, session)
    session.get_one(Student, case.student_id).problem_flag = "OPEN"
    session.flush()
    page = web(town.people["from.leader"]).get(
        f"/case/{case_id}", headers={"Accept-Language": "zh"}
    )
    agree = page.text.split('value="agree"')[1].split(">")[0]
    assert "disabled" in agree
    assert "title=" in agree
    disagree = page.text.split('value="disagree"')[1].split(">")[0]
    assert "disabled" not in disagree


def test_the_archive_is_pulled_after_the_arrival_is_marked(session, web):
    town = Town(session, county="450102")
    case_id = town.transfer().id
    for who in ("to.leader", "to.authority", "ministry", "from.leader", "from.authority"):
        assert town.decide(web(town.people[who]), case_id, "agree").status_code == 302, who
    registrar = web(town.people["to.registrar"])
    assert town.decide(registrar, case_id, "pull").status_code == 409
    assert town.decide(registrar, case_id, "report").location == f"/case/{case_id}"
    assert town.decide(registrar, case_id, "pull").status_code == 302
    case = town.case(case_id)
    assert case.state == t.COMPLETED
    assert session.get_one(Student, case.student_id).school_id == town.new.id
    page = registrar.get(f"/case/{case_id}")
    assert f"/students/show/{case.student_id}" in page.text  # now the archive is in scope


def test_the_originator_withdraws_and_nobody_else(session, web, town):
    case_id = town.transfer().id
    assert town.decide(web(town.people["to.leader"]), case_id, "withdraw").status_code == 409
    registrar = web(town.people["to.registrar"])
    assert 'value="withdraw"' in registrar.get(f"/case/{case_id}").text
    assert town.decide(registrar, case_id, "withdraw").status_code == 302
    assert town.case(case_id).state == "WITHDRAWN"
    become(session, town.people["to.registrar"])
