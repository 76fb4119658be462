"""学籍异动的页面: what is offered, what would happen, every refusal in words; nothing lost."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.errors import Refusal
from app.messages.catalogue import say
from app.models.attachment import Attachment
from app.models.audit import AuditEvent
from app.models.case import Case
from app.models.change import Movement, MovementType
from app.models.school import ClassState, Stage
from app.models.student import ProblemFlag, Status, Student
from app.policies import scope
from app.policies.allowances import Allowance
from app.workflows.desk import Act, Trigger
from app.workflows.opening_changes import Plan, open_movement
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import become, do

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture
def town(session, monkeypatch):
    monkeypatch.setattr("app.views.actor.now", lambda: NOW)
    return Town(session)


def paper(town, who="from.registrar"):
    """A file on somebody's tray."""
    account = town.people[who]
    become(town.session, account)
    row = Attachment(
        organisation_id=account.organisation_id,
        name="证明.pdf",
        kind="pdf",
        size=3,
        digest="0" * 64,
        uploaded_by=account.user_id,
    )
    town.session.add(row)
    town.session.flush()
    return row.id


def form(town, kind="SUSPEND", **bends):
    facts = {"type": kind, "happened_on": "2026-11-20", "reason": "99", "reason_text": "家长申请"}
    if kind == "SUSPEND":
        facts |= {"until_on": "2027-11-20", "reason": "10", "paper": paper(town)}
    return {**facts, "step": "submit", **bends}


def movements(session):
    scope.enter(make.WHOLE, session)
    return session.scalars(select(Movement)).all()


def moved(town, pupil, plan, papers=()):
    """A movement of a pupil of the old school, submitted."""
    act = Act(Trigger.SUBMIT, become(town.session, town.people["from.registrar"]), TODAY)
    return open_movement(town.session, pupil.id, plan, act, papers)


def through(town, case):
    for who in ("from.leader", "from.authority"):
        do(town.session, town.people[who], case, Trigger.AGREE)


def suspended(town, until):
    pupil = town.pupil()
    plan = Plan(MovementType.SUSPEND, date(2026, 10, 1), "10", until_on=until)
    case = moved(town, pupil, plan, [paper(town)])
    through(town, case)
    scope.enter(make.WHOLE, town.session)
    return town.session.get_one(Student, pupil.id)


def test_the_preview_comes_first_and_the_case_then(session, web, town):
    pupil, registrar = town.pupil(), web(town.people["from.registrar"])
    address, sent = f"/movement/open/{pupil.id}", form(town)
    begun = registrar.get(f"{address}?type=SUSPEND")
    assert begun.status_code == 200
    assert 'value="2027-11-23"' in begun.text  # a year from today
    looked = registrar.post(address, data={**sent, "step": "look"})
    assert looked.status_code == 200
    assert 'value="submit"' in looked.text
    assert 'class="why"' in looked.text
    assert movements(session) == []
    answer = registrar.post(address, data=sent)
    (case,) = movements(session)
    assert answer.status_code == 302
    assert answer.location == f"/case/{case.id}"
    assert (case.state, case.until_on) == ("SCHOOL_REVIEW", date(2027, 11, 20))
    listed = [registrar.get("/movement").text, web(town.people["from.authority"]).get("/movement")]
    assert pupil.name in listed[0]
    assert pupil.name in listed[1].text
    assert pupil.name not in registrar.get("/movement?type=DEATH").text
    assert pupil.name not in web(town.people["to.authority"]).get("/movement").text


def test_what_stage_and_status_forbid_is_greyed_with_the_reason(web, town):
    pupil = town.pupil()
    page = web(town.people["from.registrar"]).get(f"/movement/open/{pupil.id}").text
    for code in ("WITHDRAW", "EXPEL", "REPEAT", "RESUME", "RESTORE", "DROPOUT"):
        assert f'value="{code}" disabled' in page, code
    for code in ("SUSPEND", "SKIP", "DEATH", "ABROAD", "MISSING", "OTHER_LEAVE"):
        assert f'value="{code}"><' in page, code
    for code in ("E-STAGE", "E-STATUS"):
        assert any(say(Refusal(code), lang) in page for lang in ("zh", "en"))


def test_the_questions_of_a_kind_come_by_themselves(web, town):
    pupil, registrar = town.pupil(), web(town.people["from.registrar"])
    sent = {"step": "kind", "reason_text": "已经写好", "type": "SKIP", "paper": [paper(town)]}
    answer = registrar.post(f"/movement/open/{pupil.id}", data=sent)
    assert answer.status_code == 200
    assert "已经写好" in answer.text  # nothing typed is lost by another choice
    assert 'name="to_class"' in answer.text
    assert 'name="until_on"' not in answer.text
    assert "证明.pdf" in answer.text
    assert 'aria-invalid="true"' not in answer.text


def test_a_foreign_pupil_and_a_foreign_case_are_not_there(web, town):
    pupil = town.pupil()
    case = moved(town, pupil, Plan(MovementType.MISSING, TODAY, reason_text="失联"))
    stranger = web(town.people["to.registrar"])
    for address in (f"/movement/open/{pupil.id}", f"/movement/again/{case.id}"):
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, data=form(town)).status_code == 404


def test_what_is_missing_is_said_field_by_field_and_kept(session, web, town):
    pupil, registrar = town.pupil(), web(town.people["from.registrar"])
    for bend in (
        {"type": ""},
        {"type": "TRANSFER_OUT"},
        {"reason": ""},
        {"reason": "40"},  # a reason of death
        {"reason": "99", "reason_text": " "},
        {"happened_on": ""},
        {"happened_on": "2026-11-24"},
        {"happened_on": "0026-11-20"},
        {"until_on": ""},
        {"until_on": "2026-11-20"},
        {"reason_text": "a\x00"},
        {"reason_text": "字" * 501},
        {"type": "SKIP", "reason": "1"},  # and no class
        {"type": "SKIP", "reason": "1", "to_class": town.room.id},  # of another school
    ):
        answer = registrar.post(f"/movement/open/{pupil.id}", data=form(town, **bend))
        assert answer.status_code == 422, bend
        assert 'class="err-list"' in answer.text
    assert movements(session) == []


@pytest.mark.parametrize(
    ("kind", "bend", "code"),
    [
        ("WITHDRAW", {}, "E-STAGE"),
        ("DROPOUT", {}, "E-STATUS"),
        ("RESUME", {}, "E-STATUS"),
        ("RESTORE", {"status": Status.SUSPENDED}, "E-RETURNTYPE"),
        ("SUSPEND", {"problem_flag": ProblemFlag.OPEN}, "E-PROBLEM"),
        ("SUSPEND", {"paper": ""}, "E-EVIDENCE"),
        ("SUSPEND", {"paper": "999999"}, "E-FILE-GONE"),
        ("SUSPEND", {"happened_on": "2026-08-01"}, "E-EARLY"),
        ("SKIP", {"to": "first"}, "E-TARGET"),
        ("SKIP", {"to": "second", "size_limit": 1}, "E-SIZE"),
        ("SUSPEND", {"busy": True}, "E-LOCK"),
    ],
)
def test_every_refusal_is_said_and_changes_nothing(session, web, town, kind, bend, code):
    pupil = town.pupil(**{k: bend.pop(k) for k in ("status", "problem_flag") if k in bend})
    before = (pupil.status, pupil.class_id)
    extra = {"paper": paper(town)}
    scope.enter(make.WHOLE, session)
    if kind in ("RESUME", "RESTORE"):
        extra["to_class"] = town.home.id
    if to := bend.pop("to", None):
        level = {"first": 1, "second": 2}[to]
        limit = bend.pop("size_limit", None)
        grade = make.a_grade(session, town.old, level)
        room = make.a_class(session, town.old, grade, size_limit=limit)
        if limit:
            make.a_pupil(session, room)
        extra["to_class"] = room.id
    if bend.pop("busy", False):
        moved(town, pupil, Plan(MovementType.MISSING, TODAY, reason_text="失联"))
    had = len(movements(session))
    sent = form(town, kind) | extra | bend
    answer = web(town.people["from.registrar"]).post(f"/movement/open/{pupil.id}", data=sent)
    assert answer.status_code in (409, 422)
    told = [say(Refusal(code, {"since": "2026-09-01"}), lang) for lang in ("zh", "en")]
    assert any(text in answer.text for text in told), code
    assert "家长申请" in answer.text or kind == "SUSPEND"
    assert len(movements(session)) == had
    pupil = session.get_one(Student, pupil.id)
    assert (pupil.status, pupil.class_id) == before


def test_a_class_that_closed_meanwhile_is_refused(session, web, town):
    scope.enter(make.WHOLE, session)
    room = make.a_class(session, town.old, make.a_grade(session, town.old, 2))
    pupil, room_id = town.pupil(), room.id
    sent = form(town, "SKIP", reason="1", to_class=room_id, paper=paper(town))
    scope.enter(make.WHOLE, session)
    room.state = ClassState.CLOSED
    session.flush()
    answer = web(town.people["from.registrar"]).post(f"/movement/open/{pupil.id}", data=sent)
    assert answer.status_code == 422
    assert movements(session) == []


def test_the_frozen_weeks_are_told(session, web, town, monkeypatch):
    scope.enter(make.WHOLE, session)
    last = make.a_class(session, town.old, make.a_grade(session, town.old, 6))
    pupil = make.a_pupil(session, last)
    monkeypatch.setattr("app.views.actor.now", lambda: datetime(2027, 7, 1, 3, tzinfo=UTC))
    sent = form(town, happened_on="2027-06-30", until_on="2028-06-30")
    answer = web(town.people["from.registrar"]).post(f"/movement/open/{pupil.id}", data=sent)
    assert answer.status_code == 409
    assert "2027-08-14" in answer.text
    assert movements(session) == []


def test_own_pupils_are_found_by_the_beginning_of_the_name(web, town):
    pupil = town.pupil(name="欧阳小满")
    registrar = web(town.people["from.registrar"])
    assert registrar.get("/movement/open").status_code == 200
    found = registrar.post("/movement/open", data={"q": "欧阳"})
    assert f"/movement/open/{pupil.id}" in found.text
    for who, typed in (
        ("from.registrar", "小满"),
        ("to.registrar", "欧阳"),
        ("to.registrar", "a\x00"),
    ):
        answer = web(town.people[who]).post("/movement/open", data={"q": typed})
        assert answer.status_code == 200
        assert f"/movement/open/{pupil.id}" not in answer.text


def test_reviewers_see_the_list_and_open_nothing(web, town):
    pupil = town.pupil()
    for who in ("from.leader", "from.authority"):
        browser = web(town.people[who])
        assert browser.get("/movement").status_code == 200
        assert browser.get("/movement/terms").status_code == 200
        for address in ("/movement/open", f"/movement/open/{pupil.id}", "/movement/return"):
            assert browser.get(address).status_code == 403
    assert web(town.people["ministry"]).get("/movement").status_code in (200, 403)


# ── who comes back from elsewhere ───────────────────────────────────────────────────────────


def asked_back(town, pupil, **bends):
    facts = {
        "type": "RESTORE",
        "name": pupil.name,
        "number": pupil.number,
        "happened_on": "2026-11-23",
        "reason": "99",
        "reason_text": "要求复学",
        "to_class": town.room.id,
    }
    return {**facts, "step": "look", **bends}


def test_a_pupil_of_another_school_is_asked_back(session, web, town):
    pupil = town.pupil(status=Status.OTHER_LEAVE)
    registrar = web(town.people["to.registrar"])
    assert registrar.get("/movement/return?type=RESTORE").status_code == 200
    looked = registrar.post("/movement/return", data=asked_back(town, pupil))
    assert looked.status_code == 200
    assert town.old.organisation.name in looked.text
    assert movements(session) == []
    sent = asked_back(town, pupil, step="submit")
    assert registrar.post("/movement/return", data=sent).status_code == 302
    (case,) = movements(session)
    assert (case.owner_id, case.receiving_id) == (town.old_id, town.new_id)


def test_wrong_name_and_unknown_number_are_answered_alike_and_counted(
    session, web, town, monkeypatch
):
    few = Allowance(("pupil.search",), 3, timedelta(hours=1))
    monkeypatch.setattr("app.views.moving_form.SEARCHES", few)
    pupil = town.pupil(status=Status.OTHER_LEAVE)
    registrar = web(town.people["to.registrar"])
    answers = [
        registrar.post("/movement/return", data=asked_back(town, pupil, **bend))
        for bend in (
            {"name": "查无此人"},
            {"number": "G110101201901010011"},
            {"name": "查无此人", "step": "submit"},
        )
    ]
    told = {
        answer.text.partition('role="alert"')[2].partition("</div></div>")[0] for answer in answers
    }
    assert {answer.status_code for answer in answers} == {409}
    assert len(told) == 1
    assert registrar.post("/movement/return", data=asked_back(town, pupil)).status_code == 429
    become(session, town.people["to.registrar"])
    found = select(AuditEvent).where(AuditEvent.action == "pupil.search")
    assert len(session.scalars(found).all()) == 3


def test_who_is_here_goes_on_in_the_ordinary_form(web, town):
    pupil = town.pupil(status=Status.OTHER_LEAVE)
    registrar = web(town.people["from.registrar"])
    answer = registrar.post("/movement/return", data=asked_back(town, pupil, to_class=town.home.id))
    assert answer.location == f"/movement/open/{pupil.id}?type=RESTORE"


def test_only_returns_are_asked_for_elsewhere(session, web, town):
    pupil = town.pupil()
    registrar = web(town.people["to.registrar"])
    sent = asked_back(town, pupil, type="MISSING", step="submit", to_class="")
    answer = registrar.post("/movement/return", data=sent)
    assert answer.status_code == 409
    assert movements(session) == []


# ── sent back, ending ───────────────────────────────────────────────────────────────────────


def test_a_movement_sent_back_is_mended_and_submitted_again(session, web, town):
    pupil = town.pupil()
    case = moved(town, pupil, Plan(MovementType.MISSING, TODAY, reason_text="失联"))
    registrar = web(town.people["from.registrar"])
    assert registrar.get(f"/movement/again/{case.id}").status_code == 409  # it lies elsewhere
    do(session, town.people["from.leader"], case, Trigger.SEND_BACK, "写清楚何时")
    version = town.case(case.id).version
    page = registrar.get(f"/movement/again/{case.id}")
    assert page.status_code == 200
    assert "失联" in page.text
    sent = form(town, "MISSING", reason_text="十一月二十日起失联", seen=version)
    stale = registrar.post(f"/movement/again/{case.id}", data={**sent, "seen": version - 1})
    assert stale.status_code == 409
    assert "十一月二十日起失联" in stale.text
    looked = registrar.post(f"/movement/again/{case.id}", data={**sent, "step": "look"})
    assert looked.status_code == 200
    assert town.case(case.id).reason_text == "失联"  # looking writes nothing
    assert registrar.post(f"/movement/again/{case.id}", data=sent).status_code == 302
    case = town.case(case.id)
    assert (case.state, case.reason_text) == ("SCHOOL_REVIEW", "十一月二十日起失联")


def test_suspensions_that_end_are_listed_with_a_way_to_resume(session, web, town):
    soon = suspended(town, TODAY + timedelta(days=30))
    over = suspended(town, TODAY - timedelta(days=5))
    later = suspended(town, TODAY + timedelta(days=31))
    names = soon.id, over.id, later.id
    page = web(town.people["from.registrar"]).get("/movement/terms").text
    assert [f"/movement/open/{key}?type=RESUME" in page for key in names] == [True, True, False]
    county = web(town.people["from.authority"]).get("/movement/terms").text
    assert f'data-id="{over.id}"' in county
    assert "/movement/open/" not in county
    assert (
        f'data-id="{over.id}"' not in web(town.people["to.registrar"]).get("/movement/terms").text
    )


def test_the_level_at_which_the_pupil_left_is_suggested(session, web, town):
    scope.enter(make.WHOLE, session)
    make.a_class(session, town.old, make.a_grade(session, town.old, 2))
    pupil = suspended(town, TODAY)
    page = web(town.people["from.registrar"]).get(f"/movement/open/{pupil.id}?type=RESUME").text
    rooms = page.partition('name="to_class"')[2].partition("</select>")[0]
    first = rooms.partition("<optgroup")[2].partition("</optgroup>")[0]
    assert f'value="{town.home.id}" selected' in first


def test_a_senior_pupil_may_be_let_go(session, web, town):
    scope.enter(make.WHOLE, session)
    school = make.a_school(session, "411302", (Stage.SENIOR,))
    pupil = make.a_pupil(session, make.a_class(session, school))
    registrar = make.an_account(session, "SR", school)
    page = web(registrar).get(f"/movement/open/{pupil.id}").text
    assert 'value="WITHDRAW"><' in page
    assert session.scalar(select(Case.id).where(Case.student_id == pupil.id)) is None
