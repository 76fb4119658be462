"""Beside a case's route: comments, the paper archive, the contact form; and who is shown what."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.codes.tables import table
from app.models.audit import AuditEvent
from app.models.case import CaseComment, Transfer
from app.models.notice import Notice, NoticeKind
from app.models.student import Student
from app.policies import scope
from app.views import actor as clock
from app.workflows.desk import Act, Trigger
from app.workflows.processes import TRANSFER
from tests import make
from tests.views.approvals import Town
from tests.workflows import cases as workdays
from tests.workflows.cases import become, do

CHAIN = ("to.leader", "to.authority", "from.leader", "from.authority")
TODAY = clock.today()


@pytest.fixture
def town(session):
    return Town(session)


def events(session, action):
    scope.enter(make.WHOLE, session)
    return session.scalar(select(func.count()).where(AuditEvent.action == action))


def completed(session, town):
    case = town.transfer()
    case_id = case.id
    for who in CHAIN:
        do(session, town.people[who], town.case(case_id), "agree")
    return case_id


# ── comments ────────────────────────────────────────────────────────────────────────────────


def test_a_comment_is_read_by_both_sides_moves_nothing_and_tells_the_others(session, web, town):
    case_id = town.transfer().id
    before = town.case(case_id).version
    url = f"/case/{case_id}/comment"
    words = "请补传居住证<script>alert(1)</script>"
    answer = web(town.people["from.leader"]).post(url, data={"words": words})
    assert answer.status_code == 302
    assert town.case(case_id).version == before
    assert events(session, "case.comment") == 1
    for who in ("to.registrar", "from.registrar", "to.authority", "from.authority"):
        page = web(town.people[who]).get(f"/case/{case_id}")
        assert "请补传居住证" in page.text, who
        assert "<script>alert" not in page.text
    scope.enter(make.WHOLE, session)
    asked = select(Notice.organisation_id).where(Notice.kind == NoticeKind.COMMENT)
    assert set(session.scalars(asked)) == {town.new_id}
    web(town.people["from.leader"]).post(url, data={"words": "再次提醒"})
    assert len(session.scalars(asked).all()) == 2  # every comment is told


@pytest.mark.parametrize("words", ["", "   ", "x" * 501, "a\x00b"])
def test_a_comment_that_cannot_be_is_refused_and_kept(session, web, town, words):
    case_id = town.transfer().id
    answer = web(town.people["to.leader"]).post(f"/case/{case_id}/comment", data={"words": words})
    assert answer.status_code == 422
    assert words.replace("\x00", "")[:40] in answer.text.replace("\x00", "")
    scope.enter(make.WHOLE, session)
    assert session.scalars(select(CaseComment)).all() == []


def test_five_hundred_characters_are_a_comment(session, web, town):
    case_id = town.transfer().id
    answer = web(town.people["to.leader"]).post(
        f"/case/{case_id}/comment", data={"words": "好" * 500}
    )
    assert answer.status_code == 302


def test_strangers_neither_comment_nor_note_nor_print(session, web, town):
    case_id = completed(session, town)
    scope.enter(make.WHOLE, session)
    stranger = make.an_account(session, "SR", make.a_school(session, "411305"))
    teacher = make.an_account(session, "CT", town.new, (make.a_class(session, town.new),))
    for account, status in ((stranger, 404), (teacher, 403)):
        client = web(account)
        assert client.post(f"/case/{case_id}/comment", data={"words": "x"}).status_code == status
        assert client.post(f"/case/{case_id}/paper", data={"mark": "sent"}).status_code == status
        assert client.get(f"/case/{case_id}/contact-form").status_code == status
        assert client.post(f"/case/{case_id}/contact-form/print").status_code == status


# ── the paper archive ───────────────────────────────────────────────────────────────────────


def test_the_paper_archive_is_noted_on_the_page_and_leaves_the_list(session, web, town):
    case_id = completed(session, town)
    url, seen = f"/case/{case_id}/paper", town.case(case_id).version
    sender, receiver = web(town.people["from.registrar"]), web(town.people["to.registrar"])
    assert f"/case/{case_id}" in receiver.get("/transfer?shown=paper").text
    assert "disabled" in receiver.get(f"/case/{case_id}").text.split('name="on"')[1][:200]
    early = receiver.post(url, data={"mark": "received", "on": TODAY.isoformat(), "seen": seen})
    assert early.status_code == 409
    late = sender.post(
        url, data={"mark": "sent", "on": (TODAY + timedelta(days=1)).isoformat(), "seen": seen}
    )
    assert late.status_code == 409
    assert (TODAY + timedelta(days=1)).isoformat() in late.text  # what was typed stays
    assert sender.post(url, data={"mark": "sent", "on": "x", "seen": seen}).status_code == 422
    done = sender.post(url, data={"mark": "sent", "on": TODAY.isoformat(), "seen": seen})
    assert done.status_code == 302
    stale = receiver.post(url, data={"mark": "received", "on": TODAY.isoformat(), "seen": seen})
    assert stale.status_code == 409
    seen = town.case(case_id).version
    done = receiver.post(url, data={"mark": "received", "on": TODAY.isoformat(), "seen": seen})
    assert done.status_code == 302
    assert f"/case/{case_id}" not in receiver.get("/transfer?shown=paper").text
    assert events(session, "transfer.paper_sent") == events(session, "transfer.paper_received") == 1


def test_a_registration_has_no_paper_and_no_contact_form(session, web, town):
    case_id = town.registration().id
    client = web(town.people["from.registrar"])
    assert client.get(f"/case/{case_id}/contact-form").status_code == 404
    assert client.post(f"/case/{case_id}/paper", data={"mark": "sent"}).status_code == 404


# ── the contact form ────────────────────────────────────────────────────────────────────────


def test_the_contact_form_masks_names_who_prints_and_is_written_down(session, web, town):
    case_id = town.transfer().id
    scope.enter(make.WHOLE, session)
    case = town.case(case_id)
    pupil = session.get_one(Student, case.student_id)
    number, name, no = pupil.number, pupil.name, case.no
    me = town.people["to.registrar"].name
    client = web(town.people["to.registrar"])
    page = client.get(f"/case/{case_id}/contact-form")
    assert page.status_code == 200
    assert number not in page.text
    assert name in page.text
    assert no in page.text
    assert "<svg" in page.text
    assert page.text.count(me) > 3  # the watermark
    assert events(session, "transfer.form") == 0
    assert client.post(f"/case/{case_id}/contact-form/print").status_code == 204
    assert events(session, "transfer.form") == 1


# ── the other side ──────────────────────────────────────────────────────────────────────────


def test_the_sending_school_sees_a_transfer_from_the_first_moment(session, web, town):
    case_id = town.transfer().id
    case = town.case(case_id)
    number = session.get_one(Student, case.student_id).number
    name, masked = case.snapshot["name"], case.snapshot["number"]
    student_id = case.student_id
    sender = web(town.people["from.registrar"])
    for path in ("/transfer", f"/case/{case_id}"):
        page = sender.get(path)
        assert page.status_code == 200
        assert name in page.text, path
        assert number not in page.text, path
    assert masked in page.text
    assert table("transfer_reason")["2"].name("zh") in page.text
    assert town.people["to.registrar"].name in page.text  # the trail: who asked
    receiver = web(town.people["to.registrar"])
    assert number not in receiver.get(f"/case/{case_id}").text
    assert f"/students/show/{student_id}" not in receiver.get(f"/case/{case_id}").text
    assert receiver.get(f"/students/show/{student_id}").status_code == 404
    assert receiver.get(f"/students/show/{student_id}/changes").status_code == 404


# ── asking the next tier, cleaning up ───────────────────────────────────────────────────────


def long_ago(session, case_id, days=30):
    scope.enter(make.WHOLE, session)
    make.unwitnessed(session)
    session.connection().exec_driver_sql(
        "UPDATE case_file SET step_since = now() - %s * interval '1 day' WHERE id = %s",
        (days, case_id),
    )
    session.expire_all()


def test_the_waiting_side_is_told_who_would_decide_and_from_when(session, web, town):
    case_id = town.transfer().id
    for who in CHAIN[:2]:
        do(session, town.people[who], town.case(case_id), "agree")
    registrar = web(town.people["to.registrar"])
    above = town.people["from.authority"].organisation.parent.name
    page = registrar.get(f"/case/{case_id}").text
    assert above in page
    assert 'value="escalate"' not in page  # greyed until then
    refused = town.decide(registrar, case_id, "escalate", remark="多次联系无人办理")
    assert refused.status_code == 409
    long_ago(session, case_id)
    assert 'value="escalate"' in registrar.get(f"/case/{case_id}").text
    assert town.decide(registrar, case_id, "escalate", remark=" ").status_code == 409
    done = town.decide(registrar, case_id, "escalate", remark="多次联系无人办理")
    assert done.status_code == 302
    case = town.case(case_id)
    assert case.silent_id == town.old_id
    assert case.awaiting.name == above
    city = make.an_account(session, "TR", case.awaiting)
    page = web(city).get(f"/case/{case_id}").text
    assert town.old.organisation.name in page
    assert 'value="agree"' in page
    silent = web(town.people["from.leader"]).get(f"/case/{case_id}").text
    assert 'value="agree"' not in silent
    assert above in silent


def test_an_authority_cleans_a_case_up_that_is_not_on_its_desk(session, web, town):
    case_id = town.transfer().id
    authority = web(town.people["from.authority"])
    assert 'value="clean"' in authority.get(f"/case/{case_id}").text
    for who in ("from.registrar", "from.leader", "to.registrar"):
        assert 'value="clean"' not in web(town.people[who]).get(f"/case/{case_id}").text, who
    assert town.decide(authority, case_id, "clean", remark="").status_code == 409
    assert town.decide(authority, case_id, "clean", remark="毕业前清理").status_code == 302
    page = web(town.people["to.registrar"]).get(f"/case/{case_id}")
    assert town.case(case_id).state == "CLEANED"
    assert "毕业前清理" in page.text
    assert re.search(r'<li class="stopped"', page.text)


def test_a_returned_case_says_that_the_clock_stands_still(session, web, town):
    case_id = town.transfer().id
    do(session, town.people["to.leader"], town.case(case_id), "send_back", "缺材料")
    registrar = web(town.people["to.registrar"])
    registrar.post("/frame/prefer", data={"locale": "en"})
    page = registrar.get(f"/case/{case_id}").text
    assert page.count("the clock stands still") >= 2
    assert "缺材料" in page
    assert 'id="add-file"' in page
    other = web(town.people["from.registrar"]).get(f"/case/{case_id}").text
    assert 'id="add-file"' not in other


# ── the story ───────────────────────────────────────────────────────────────────────────────


def test_the_story_names_for_whom_somebody_acted_and_how_long_an_office_was_silent(
    session, web, town
):
    case_id = town.transfer().id
    scope.enter(make.WHOLE, session)
    absent = make.an_account(session, "SL", town.new, name="缺席者")
    name, absent_id = absent.name, absent.user_id
    me = become(session, town.people["to.leader"])
    act = Act(Trigger.AGREE, replace(me, acting_for=absent_id), workdays.TODAY)
    TRANSFER.fire(session, session.get_one(Transfer, case_id), act)
    for who in ("to.authority", "from.leader"):
        do(session, town.people[who], town.case(case_id), "agree")
    long_ago(session, case_id)
    do(session, town.people["to.registrar"], town.case(case_id), "escalate", "无人办理")
    client = web(town.people["from.registrar"])
    client.post("/frame/prefer", data={"locale": "en"})
    page = client.get(f"/case/{case_id}").text
    assert f"(for {name})" in page
    assert "had been silent for" in page
    assert page.count("in place of") >= 2  # on the route, and where it waits


def test_what_changed_since_the_submission_is_said(session, web, town):
    case = town.transfer()
    case_id, student_id = case.id, case.student_id
    scope.enter(make.WHOLE, session)
    other = make.a_class(session, town.old)
    session.get_one(Student, student_id).sit_in(other)
    session.flush()
    sender = web(town.people["from.registrar"])
    sender.post("/frame/prefer", data={"locale": "en"})
    assert "The record changed since submission: Class." in sender.get(f"/case/{case_id}").text
    receiver = web(town.people["to.registrar"])
    receiver.post("/frame/prefer", data={"locale": "en"})
    assert "The record changed" not in receiver.get(f"/case/{case_id}").text
