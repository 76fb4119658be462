"""学籍注册: pupils of an import on the way to the roll, and wrong records struck."""

import re

import pytest
from sqlalchemy import select

from app.jobs.deciding import lines_of, submit_batch
from app.models.audit import AuditEvent
from app.models.case import Case
from app.models.job import Job
from app.models.student import Status, Student
from app.policies import scope
from app.views import registering
from tests import make
from tests.views.approvals import Town
from tests.views.test_inbox import Steps, verdicts
from tests.workflows.cases import become, do


@pytest.fixture
def town(session):
    return Town(session)


@pytest.fixture
def batch(session, town):
    """An import of three pupils who are not submitted yet."""
    made = make.a_batch(session, town.people["from.registrar"])
    made.pupils = [town.pending(import_batch_id=made.id).id for _ in range(3)]
    return made


def listed(browser, **args):
    page = browser.get("/registration", query_string=args)
    assert page.status_code == 200, page.text
    return [int(n) for n in re.findall(r'data-id="(\d+)"', page.text)]


def cases_of(session, batch):
    mine = select(Case).where(Case.student_id.in_(batch.pupils)).order_by(Case.id)
    return session.scalars(mine).all()


def test_a_batch_goes_to_the_leader_with_a_line_for_each(session, web, town, batch):
    registrar = web(town.people["from.registrar"])
    assert listed(registrar) == batch.pupils
    page = registrar.post("/registration/submit", data={"rowid": batch.pupils[:2]})
    assert verdicts(page) == ["ok", "ok"]
    assert listed(registrar, standing="review") == batch.pupils[:2]
    assert listed(registrar, standing="comparing") == batch.pupils[2:]
    page = registrar.post("/registration/submit", data={"rowid": batch.pupils})
    assert verdicts(page) == ["bad", "bad", "ok"]  # two are in a case
    scope.enter(make.WHOLE, session)
    cases = cases_of(session, batch)
    assert [case.batch_id for case in cases] == [batch.id] * 3


def test_those_sent_back_or_rejected_say_why_and_can_be_submitted_again(session, web, town, batch):
    registrar = web(town.people["from.registrar"])
    registrar.post("/registration/submit", data={"rowid": batch.pupils[:2]})
    scope.enter(make.WHOLE, session)
    back, no = cases_of(session, batch)
    do(session, town.people["from.leader"], back, "send_back", "请核对出生日期")
    do(session, town.people["from.leader"], no, "disagree", "非本学区")
    page = registrar.get("/registration").text
    assert "请核对出生日期" in page
    assert "非本学区" in page
    assert listed(registrar, standing="returned") == batch.pupils[:1]
    assert listed(registrar, standing="rejected") == batch.pupils[1:2]
    page = registrar.post("/registration/submit", data={"rowid": batch.pupils[:2]})
    assert verdicts(page) == ["ok", "ok"]


def test_a_foreign_pupil_is_a_line_that_says_no_such_record(session, web, town, batch):
    other = Town(session, county="450102").pending().id
    registrar = web(town.people["from.registrar"])
    page = registrar.post("/registration/submit", data={"rowid": [other, batch.pupils[0]]})
    assert verdicts(page) == ["bad", "ok"]
    assert registrar.post(f"/registration/strike/{other}").status_code == 404
    assert registrar.post("/registration/submit").status_code == 422
    for who in ("from.leader", "from.authority"):
        assert web(town.people[who]).get("/registration").status_code == 403


def test_a_large_import_is_submitted_by_a_job_that_resumes(session, web, town, batch, monkeypatch):
    monkeypatch.setattr(registering, "PAGE", 2)
    account = town.people["from.registrar"]
    registrar = web(account)
    answer = registrar.post(f"/registration/batch/{batch.id}")
    become(session, account)
    job = session.scalars(select(Job)).one()
    assert answer.location == f"/registration/job/{job.id}"
    assert job.args == {"batch": batch.id, "cover": 0}
    assert registrar.get(answer.location).status_code == 200
    pupils = list(batch.pupils)
    run = Steps(session, account, kill=1, batch=batch.id)
    with pytest.raises(KeyboardInterrupt):
        submit_batch(run)
    run.kill = None
    become(session, account)
    assert submit_batch(run) == {"done": 3, "refused": 0}
    assert [line[0] for line in lines_of(run.checkpoint)] == pupils
    run.checkpoint = {}
    assert submit_batch(run) == {"done": 0, "refused": 0}
    gone = registrar.post(f"/registration/batch/{batch.id}")
    assert gone.location == f"/registration?batch={batch.id}"


def test_a_wrong_record_is_struck_and_stays_readable(session, web, town, batch):
    registrar = web(town.people["from.registrar"])
    wrong, kept = batch.pupils[0], batch.pupils[1]
    registrar.post("/registration/submit", data={"rowid": [kept]})
    assert registrar.post(f"/registration/strike/{kept}").status_code == 409  # in a case
    assert registrar.get(f"/registration/strike/{wrong}").status_code == 405
    assert registrar.post(f"/registration/strike/{wrong}").status_code == 302
    assert wrong not in listed(registrar)
    assert registrar.post(f"/registration/strike/{wrong}").status_code == 409
    become(session, town.people["from.registrar"])
    assert session.get_one(Student, wrong).status is Status.DELETED
    struck = select(AuditEvent.object_id).where(AuditEvent.action == "pupil.struck")
    assert session.scalars(struck).all() == [wrong]
