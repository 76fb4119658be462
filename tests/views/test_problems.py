"""问题学籍处理: found, looked at side by side, answered; nobody sees more of the other school."""

import re

import pytest
from sqlalchemy import select

from app.errors import Refusal
from app.messages.catalogue import say
from app.models.case import Case
from app.models.problem import ItemState, ProblemAction, ProblemCase, ProblemItem
from app.models.student import ProblemFlag, Status, Student
from app.policies import scope
from app.workflows.comparing_sides import sides
from tests import make
from tests.house.filled import fields_of
from tests.views.colliding_schools import BORN, Place, answered, compare, paper, two_places
from tests.views.screens.town import deeds
from tests.workflows.cases import become, do

CANARIES = {
    "native_place": "金丝雀籍贯",
    "name_pinyin": "jinsique pinyin",
    "former_name": "金丝雀曾用名",
    "id_validity": "2099.12.31",
    "talent": "金丝雀特长",
    "aux_number": "QUEAUX7781",
    "address_now": "河南省金丝雀市现住址路1号",
    "address_mail": "河南省金丝雀市通信路2号",
    "address_home": "河南省金丝雀市家庭路3号",
    "phone": "13977665544",
    "postcode": "473999",
    "email": "canary@example.cn",
    "homepage": "https://canary.example.cn",
    "remark": "金丝雀备注",
    "hukou_division": "450102000000",
    "birthplace": "450103000000",
    "ethnic": "08",
    "health": "6",
    "disability": "2",
}


@pytest.fixture
def places(session):
    return two_places(session)


def url(place, way=""):
    return f"/problems/{place.pupil.id}{way}"


def flag(session, place):
    scope.enter(make.WHOLE, session)
    session.expire_all()
    return session.get_one(Student, place.pupil.id).problem_flag


def sent(session, browser, place, action, **bends):
    """Fill the form of an answer in and send it."""
    way = url(place, "/answer")
    page = browser.get(f"{way}?action={action}")
    assert page.status_code == 200, page.text
    typed = {**fields_of(page, way), "action": action, "reason": "核对过户口簿", **bends}
    if action != "delete":
        typed["paper"] = paper(session, place.account("SR"))
    return browser.post(way, data={"step": "submit", **typed})


# ── the list and the page ────────────────────────────────────────────────────────────────


def test_each_school_lists_its_own_record_alone(places, web):
    for mine, other in (places, places[::-1]):
        page = web(mine.account("SR")).get("/problems")
        assert page.status_code == 200
        assert f'href="{url(mine)}"' in page.text
        assert str(other.school) not in page.text
        assert f'href="{url(other)}"' not in page.text


@pytest.mark.parametrize("role", ["SR", "SL", "CR", "CL"])
def test_the_other_side_is_shown_as_far_as_the_law_says(places, web, role):
    here, there = places
    page = web(here.account(role)).get(url(here))
    assert page.status_code == 200
    assert str(there.school) in page.text
    assert web(here.account(role)).get(url(there)).status_code == 404


def test_nothing_more_of_the_other_record_is_on_the_page_or_in_any_answer(session, web):
    here, there = two_places(session, **CANARIES)
    scope.enter(make.WHOLE, session)
    family = make.a_guardian(session, there.pupil, name="金丝雀监护人", phone="13911223399")
    there.pupil.take_number("L411303202005017781")
    session.flush()
    secrets = {*CANARIES.values(), family.name, family.phone, there.pupil.id_number}
    secrets |= {there.pupil.number, "广西", "南宁"}
    secrets -= {here.pupil.ethnic, here.pupil.health, "08", "6", "2"}
    for role in ("SR", "SL", "CR", "CL"):
        browser = web(here.account(role))
        told = [browser.get(url(here)), browser.get("/problems")]
        told += [browser.get(url(here), headers={"Accept": "application/json"})]
        told += [browser.get(url(here, f"/answer?action={one}")) for one in ("change", "delete")]
        for answer in told:
            heard = {secret for secret in secrets if secret in answer.text}
            assert heard == set(), (role, heard)
            assert f"/{there.pupil.id}" not in answer.text


def test_of_other_fields_is_said_only_whether_they_differ(session):
    here, there = two_places(session, ethnic="08", phone="13977665544")
    number = there.pupil.id_number
    found = sides(session, become(session, here.account("SR")), here.pupil)
    (other,) = found.others
    assert other.student_id is None
    assert other.values == {}
    assert other.id_number == "4113**********" + number[-4:]
    assert (other.same["ethnic"], other.same["phone"], other.same["id_number"]) == (
        False, False, True,
    )  # fmt: skip
    assert not {"health", "disability", "orphan", "needs_aid", "gets_subsidy"} & set(other.same)


def test_hidden_digits_of_another_number_are_not_told_by_their_marks(session):
    other = make.an_id_number(BORN, "2", area="411303", serial=77)
    here, there = two_places(session, id_number=other)
    assert there.pupil.id_number != here.pupil.id_number
    found = sides(session, become(session, here.account("SR")), here.pupil)
    assert found.others[0].id_marks <= {0, 1, 2, 3, 14, 15, 16, 17}


def test_who_holds_both_sees_both_whole(session, web):
    scope.enter(make.WHOLE, session)
    number = make.an_id_number(BORN, "2")
    here = Place(session, "411302", "欧阳小满", id_number=number)
    there = Place(session, "411302", "欧阳小满", id_number=number, native_place="金丝雀籍贯")
    compare(session)
    page = web(here.account("CR")).get(url(here))
    assert "金丝雀籍贯" in page.text
    assert f"/students/show/{there.pupil.id}" in page.text
    assert "金丝雀籍贯" not in web(here.account("SR")).get(url(here)).text


def test_every_look_is_written_down_once(places, web, session):
    here, _there = places
    browser = web(here.account("SR"))
    for _time in range(2):
        browser.get(url(here))
    events = deeds(session, "problem.compare")
    assert [(row.object_id, row.details) for row in events] == [
        (here.pupil.id, {"n": 1, "elevated": True})
    ] * 2


def test_a_teacher_sees_the_own_record_and_how_many_others(places, web):
    here, there = places
    teacher = here.account("CT", classes=(here.room,))
    page = web(teacher).get(url(here))
    assert page.status_code == 200
    assert str(there.school) not in page.text
    assert "欧阳小满" in page.text


def test_a_record_that_was_changed_is_not_shown_any_more(places, session):
    here, there = places
    other = make.an_id_number(BORN, "2", area="411303")
    case = answered(
        session, there, ProblemAction.CHANGE, wanted={"id_number": other, "name": "欧阳金丝"}
    )
    for role in ("SL", "CR"):
        do(session, there.account(role), case, "agree")
    found = sides(session, become(session, here.account("SR")), here.pupil)
    assert [(one.is_shown, one.name) for one in found.others] == [(False, "")]


def test_a_record_without_a_problem_has_no_page(places, web, session):
    here, _there = places
    scope.enter(make.WHOLE, session)
    plain = make.a_pupil(session, here.room)
    assert web(here.account("SR")).get(f"/problems/{plain.id}").status_code == 404


# ── answers ──────────────────────────────────────────────────────────────────────────────


def test_evidence_goes_to_two_desks_and_proves_the_record(places, web, session):
    here, _there = places
    answer = sent(session, web(here.account("SR")), here, "evidence")
    assert answer.status_code == 302, wrong(answer)
    case = the_case(session)
    assert (case.action, case.state) == (ProblemAction.EVIDENCE, "SCHOOL_REVIEW")
    assert flag(session, here) is ProblemFlag.IN_PROCESS
    for role in ("SL", "CR"):
        browser = web(here.account(role))
        page = browser.get(f"/case/{case.id}")
        assert page.status_code == 200
        told = browser.post(f"/case/{case.id}/decide", data=decision(page, case))
        assert told.status_code == 302, told.text
    assert flag(session, here) is ProblemFlag.RESOLVED


def test_a_change_is_looked_at_and_carried_out(places, web, session):
    here, _there = places
    browser, new = web(here.account("SR")), make.an_id_number(BORN, "2", area="411303")
    looked = sent(session, browser, here, "change", id_number=new, name="欧阳小雪", step="look")
    assert looked.status_code == 200, wrong(looked)
    assert 'value="submit"' in looked.text
    assert session.scalar(select(ProblemCase.id)) is None
    answer = sent(session, browser, here, "change", id_number=new, name="欧阳小雪")
    assert answer.status_code == 302, wrong(answer)
    case = the_case(session)
    assert {line.field: line.after for line in case.lines} == {"name": "欧阳小雪", "id_number": new}
    page = web(here.account("SL")).get(f"/case/{case.id}")
    assert "欧阳小雪" in page.text
    assert new not in page.text
    for role in ("SL", "CR"):
        do(session, here.account(role), case, "agree")
    scope.enter(make.WHOLE, session)
    assert session.get_one(Student, here.pupil.id).name == "欧阳小雪"


def test_a_deletion_is_looked_at_twice_and_takes_effect_at_once(places, web, session):
    here, there = places
    browser = web(here.account("SR"))
    looked = sent(session, browser, here, "delete", step="look")
    assert looked.status_code == 200, wrong(looked)
    assert str(there.school) in looked.text
    assert flag(session, here) is ProblemFlag.OPEN
    answer = sent(session, browser, here, "delete")
    assert answer.status_code == 302, wrong(answer)
    assert flag(session, there) is ProblemFlag.RESOLVED
    assert session.get_one(Student, here.pupil.id).status is Status.DELETED
    for role in ("SR", "SL", "CR", "CL"):
        page = web(here.account(role)).get("/deleted")
        assert f"/students/show/{here.pupil.id}" in page.text
        assert "核对过户口簿" in page.text
        assert web(there.account(role)).get("/deleted").text.count("欧阳小满") == 0


def test_the_last_record_left_is_not_deleted(places, web, session):
    here, there = places
    answered(session, there, ProblemAction.DELETE)
    scope.enter(make.WHOLE, session)
    item = session.scalars(select(ProblemItem).where(ProblemItem.student_id == here.pupil.id))
    for one in item:
        one.state, one.auto = ItemState.OPEN, False
    session.flush()
    browser = web(here.account("SR"))
    answer = sent(session, browser, here, "delete")
    assert answer.status_code == 409
    assert say_zh("E-PROBLEM-LAST") in answer.text


@pytest.mark.parametrize(
    ("bends", "status"),
    [({"reason": ""}, 422), ({"paper": ""}, 409), ({"seen": "0"}, 409)],
)
def test_a_refused_form_keeps_what_was_typed(places, web, session, bends, status):
    here, _there = places
    browser = web(here.account("SR"))
    way = url(here, "/answer")
    typed = fields_of(browser.get(f"{way}?action=change"), way)
    typed |= {"action": "change", "name": "欧阳小雪", "reason": "户口簿更正", "step": "submit"}
    typed["paper"] = paper(session, here.account("SR"))
    answer = browser.post(way, data={**typed, **bends})
    assert answer.status_code == status
    assert 'value="欧阳小雪"' in answer.text
    assert session.scalar(select(ProblemCase.id)) is None


def test_what_was_sent_back_is_mended_and_submitted_again(places, web, session):
    here, _there = places
    case = answered(session, here, ProblemAction.EVIDENCE)
    do(session, here.account("SL"), case, "send_back", "看不清")
    scope.enter(make.WHOLE, session)
    case_id = case.id
    browser = web(here.account("SR"))
    assert f"/problems/again/{case_id}" in browser.get(f"/case/{case_id}").text
    way = f"/problems/again/{case_id}"
    page = browser.get(f"{way}?action=change")
    typed = fields_of(page, way) | {"action": "change", "name": "欧阳小雪", "reason": "改为变更"}
    stale = browser.post(way, data={**typed, "seen": "1", "step": "submit"})
    assert stale.status_code == 409
    answer = browser.post(way, data={**typed, "step": "submit"})
    assert answer.status_code == 302, wrong(answer)
    case = the_case(session)
    assert (case.action, case.variant, case.state) == (
        ProblemAction.CHANGE, "CHANGE", "SCHOOL_REVIEW",
    )  # fmt: skip
    assert [line.field for line in case.lines] == ["name"]


def test_nobody_else_answers_for_a_school(places, web):
    here, there = places
    assert web(there.account("SR")).get(url(here, "/answer")).status_code == 404
    assert web(here.account("SL")).get(url(here, "/answer")).status_code == 403
    assert web(here.account("CR")).get(url(here, "/answer")).status_code == 403


def test_desk_menu_and_archive_lead_to_the_problem(places, web):
    here, _there = places
    browser = web(here.account("SR"))
    desk = browser.get("/desk/")
    assert 'href="/problems"' in desk.text
    archive = browser.get(f"/students/show/{here.pupil.id}")
    assert url(here) in archive.text


# ── inside ───────────────────────────────────────────────────────────────────────────────


def wrong(answer):
    return re.findall(r'err-list">(.*?)</ul>|is-bad">.*?<span>(.*?)</span>', answer.text, re.DOTALL)


def the_case(session):
    scope.enter(make.WHOLE, session)
    session.expire_all()
    return session.scalars(select(ProblemCase).order_by(Case.id.desc())).first()


def decision(page, case):
    way = f"/case/{case.id}/decide"
    return fields_of(page, way) | {"seen": str(case.version), "trigger": "agree"}


def say_zh(code):
    return say(Refusal(code), "zh")
