"""待办业务查询、清理: what is under way, the preview, and what becomes of each case."""

import re

import pytest
from sqlalchemy import select

from app.jobs.deciding import decide_all
from app.models.case import Case
from app.models.job import Job, JobRemark
from app.policies import scope
from app.workflows.desk import Ending
from tests import make
from tests.views.approvals import Town
from tests.views.test_inbox import Steps, verdicts
from tests.workflows.cases import become


@pytest.fixture
def town(session):
    return Town(session)


@pytest.fixture
def queue(town):
    return [town.registration().id for _ in range(3)]


def listed(browser, **args):
    page = browser.get("/pending", query_string={"grades": "all", **args})
    assert page.status_code == 200, page.text
    return re.findall(r'data-id="(\d+)"', page.text)


def form_of(town, ids, **bends):
    seen = {f"seen-{case_id}": town.case(case_id).version for case_id in ids}
    return {"case": ids, "trigger": "clean", "remark": "毕业前清理", **seen, **bends}


def test_a_school_sees_its_business_with_who_has_it(web, town, queue):
    shown = [str(case_id) for case_id in queue]
    for who in ("from.registrar", "from.leader", "from.authority"):
        assert listed(web(town.people[who])) == shown, who
    for who in ("to.registrar", "to.authority", "ministry"):
        assert listed(web(town.people[who])) == [], who
    registrar = web(town.people["from.registrar"])
    page = registrar.get("/pending", query_string={"grades": "all"}).text
    assert town.people["from.leader"].name in page
    assert "/pending/preview" not in page
    assert re.findall(r'data-id="(\d+)"', registrar.get("/pending").text) == []  # no last grade
    assert "grades=all" in registrar.get("/pending").text


def test_filters_narrow_and_what_cannot_be_read_is_ignored(web, town, queue):
    browser, shown = web(town.people["from.authority"]), [str(case_id) for case_id in queue]
    assert listed(browser, kind="registration", school=town.old_id) == shown
    assert listed(browser, kind="transfer") == listed(browser, over="10") == []
    assert listed(browser, kind="'", over="-1", school="x") == shown


def test_a_preview_tells_what_would_happen_and_writes_nothing(web, town, queue):
    browser = web(town.people["from.authority"])
    for form in ({"case": queue}, {"grades": "all"}):
        page = browser.post("/pending/preview", data=form)
        assert page.status_code == 200
        assert verdicts(page) == ["ok"] * 3
        assert re.findall(r'name="case" value="(\d+)"', page.text) == [str(n) for n in queue]
    assert all(town.case(case_id).is_open for case_id in queue)


def test_a_clean_up_has_a_line_for_each_case_and_restores_the_pupils(session, web, town, queue):
    browser = web(town.people["from.authority"])
    ids = [*queue, 99_999_999]
    form = form_of(town, queue) | {"case": ids, "seen-99999999": 1, f"seen-{queue[2]}": 1}
    page = browser.post("/pending/clean", data=form)
    assert page.status_code == 200
    assert verdicts(page) == ["ok", "ok", "warn", "bad"]
    assert [town.case(n).state for n in queue[:2]] == [Ending.CLEANED] * 2
    assert town.case(queue[2]).is_open


def test_without_a_reason_the_preview_comes_back_with_the_picked_cases(web, town, queue):
    browser = web(town.people["from.authority"])
    page = browser.post("/pending/clean", data=form_of(town, queue[:2], remark=" "))
    assert page.status_code == 409
    assert re.findall(r'name="case" value="(\d+)"', page.text) == [str(n) for n in queue[:2]]
    assert all(town.case(case_id).is_open for case_id in queue)


def test_nobody_cleans_what_is_not_theirs(session, web, town, queue):
    form = form_of(town, queue)
    for who in ("from.registrar", "from.leader"):
        assert web(town.people[who]).post("/pending/clean", data=form).status_code == 403, who
        assert web(town.people[who]).post("/pending/preview", data=form).status_code == 403, who
    page = web(town.people["to.authority"]).post("/pending/clean", data=form)
    assert verdicts(page) == ["bad"] * 3
    page = web(town.people["to.authority"]).post("/pending/preview", data=form)
    assert verdicts(page) == []
    browser = web(town.people["from.authority"])
    for bad in (
        {"case": queue, "trigger": "clean"},
        form_of(town, queue, trigger="agree"),
        {"trigger": "clean", "remark": "清理"},
        form_of(town, queue) | {"case": list(range(1, 2002))},
    ):
        assert browser.post("/pending/clean", data=bad).status_code == 422, bad
    assert all(town.case(case_id).is_open for case_id in queue)


def test_more_than_a_page_is_cleaned_by_a_job_with_the_reason_in_every_case(session, web, town):
    authority, case_id = town.people["from.authority"], town.registration().id
    ids = [case_id, *range(10_000_001, 10_000_060)]
    seen = {f"seen-{n}": 1 for n in ids[1:]} | {f"seen-{case_id}": town.case(case_id).version}
    form = {"case": ids, "trigger": "clean", "remark": "毕业前清理", **seen}
    answer = web(authority).post("/pending/clean", data=form)
    become(session, authority)
    job = session.scalars(select(Job)).one()
    assert answer.location == f"/inbox/job/{job.id}"
    assert "清理" not in str(job.args)
    run = Steps(session, authority, **job.args)
    run.id = job.id
    assert decide_all(run) == {"done": 1, "refused": 59}
    assert session.get(JobRemark, job.id) is None
    scope.enter(make.WHOLE, session)
    case = session.get_one(Case, case_id, populate_existing=True)
    assert (case.state, case.events[-1].remark) == (Ending.CLEANED, "毕业前清理")
