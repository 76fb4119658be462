"""待办: whose desk shows what, the next case after a decision, and what becomes of a batch."""

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from app.jobs.deciding import agree_to_all, lines_of
from app.models.case import Case
from app.models.job import Job
from app.policies import scope
from app.workflows import registration as r
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import become, do


@pytest.fixture
def town(session):
    return Town(session)


@pytest.fixture
def queue(town):
    """Three cases on the desk of the sending school's leader, the oldest first."""
    return [town.registration().id for _ in range(3)]


def listed(browser, **args):
    page = browser.get("/inbox", query_string=args)
    assert page.status_code == 200, page.text
    return re.findall(r'data-id="(\d+)"', page.text)


def verdicts(page):
    """Return the marks of a result page: ok, warn, bad."""
    return re.findall(r'class="mark is-(\w+)"', page.text)


def test_a_case_waits_for_the_office_it_lies_on_and_for_nobody_else(session, web, town):
    case_id = town.transfer().id
    shown = [str(case_id)]
    for who, waits in (
        ("to.leader", True),
        ("to.registrar", False),
        ("to.authority", False),
        ("from.leader", False),
    ):
        assert listed(web(town.people[who])) == (shown if waits else []), who
    assert listed(web(town.people["to.registrar"]), tab="here") == shown
    assert listed(web(town.people["to.registrar"]), tab="done") == shown
    assert listed(web(town.people["from.leader"]), tab="moved") == shown
    do(session, town.people["to.leader"], town.case(case_id), "agree")
    assert listed(web(town.people["to.leader"]), tab="done") == shown
    assert listed(web(town.people["to.authority"])) == shown
    do(session, town.people["to.authority"], town.case(case_id), "agree")
    assert listed(web(town.people["to.authority"]), tab="moved") == shown


def test_filters_narrow_by_codes_and_ids_and_ignore_what_cannot_be_read(web, town, queue):
    leader = web(town.people["from.leader"])
    shown = [str(case_id) for case_id in queue]
    assert listed(leader, kind="registration") == shown
    assert listed(leader, kind="transfer") == []
    assert listed(leader, school=town.old_id) == shown
    assert listed(leader, school=town.new_id) == []
    assert listed(leader, due="late") == listed(leader, age="10") == listed(leader, batch=7) == []
    assert listed(leader, kind="'", due="x", age="-1", school="1e9", batch="9" * 30) == shown


def test_the_pane_opens_the_next_case_after_a_decision(web, town, queue):
    leader = web(town.people["from.leader"])
    answer = town.decide(leader, queue[0], "agree", live=True, next=queue[2])
    assert answer.status_code == 200
    assert f'data-case="{queue[2]}"' in answer.text
    assert answer.headers["HX-Trigger"] == f'{{"case:decided": {{"id": {queue[0]}}}}}'
    answer = town.decide(leader, queue[2], "agree", live=True, next=queue[0])  # no longer there
    assert f'data-case="{queue[1]}"' in answer.text
    answer = town.decide(leader, queue[1], "agree", live=True)
    assert "data-case" not in answer.text


def test_a_batch_has_a_line_for_each_case_also_for_a_foreign_one(session, web, town, queue):
    scope.enter(make.WHOLE, session)
    other = Town(session, county="450102").registration().id
    overtaken = queue[2]
    form = {"case": [*queue, other], "trigger": "agree", f"seen-{other}": 2}
    form |= {f"seen-{case_id}": town.case(case_id).version for case_id in queue}
    do(session, town.people["from.leader"], town.case(overtaken), "agree")
    page = web(town.people["from.leader"]).post("/inbox/batch", data=form)
    assert page.status_code == 200
    assert verdicts(page) == ["ok", "ok", "warn", "bad"]
    assert [town.case(n).state for n in queue] == [r.AUTHORITY_REVIEW] * 3
    assert town.case(other).state == r.SCHOOL_REVIEW


def test_a_batch_without_reason_versions_or_a_review_changes_nothing(web, town, queue):
    leader = web(town.people["from.leader"])
    seen = {f"seen-{case_id}": town.case(case_id).version for case_id in queue}
    page = leader.post("/inbox/batch", data={"case": queue, "trigger": "disagree", **seen})
    assert verdicts(page) == ["bad"] * 3
    for form in (
        {"case": queue, "trigger": "agree"},
        {"case": queue, "trigger": "pull", **seen},
        {"trigger": "agree"},
        {"case": list(range(1, 52)), "trigger": "agree"},
    ):
        assert leader.post("/inbox/batch", data=form).status_code == 422, form
    assert {town.case(n).state for n in queue} == {r.SCHOOL_REVIEW}


def test_everything_under_a_filter_is_agreed_to_by_a_job(session, web, town, queue):
    leader = web(town.people["from.leader"])
    answer = leader.post("/inbox/all", data={"kind": "registration"})
    become(session, town.people["from.leader"])
    job = session.scalars(select(Job)).one()
    assert answer.location == f"/inbox/job/{job.id}"
    assert (job.kind, job.args["cases"]) == ("case.decide", queue)
    assert leader.get(answer.location).status_code == 200
    assert web(town.people["from.registrar"]).get(answer.location).status_code == 404
    assert leader.post("/inbox/all", data={"kind": "transfer"}).status_code == 404


class Steps:
    """A job's run whose steps are savepoints of the test; ``kill`` is the step that is undone."""

    def __init__(self, session, account, kill=None, **args):
        self.session, self.asked_by, self.args, self.kill = session, account.user_id, args, kill
        self.checkpoint, self.progress, self.count = {}, 0, 0

    @contextmanager
    def step(self, *, progress=0, **checkpoint):
        self.count, self.progress = self.count + 1, progress
        with self.session.begin_nested():
            yield self.session
            if self.count == self.kill:
                raise KeyboardInterrupt
        self.checkpoint |= checkpoint


def test_a_killed_batch_goes_on_where_it_stopped(session, town, queue, monkeypatch):
    monkeypatch.setattr("app.jobs.deciding.CHUNK", 1)
    leader = town.people["from.leader"]
    versions = [town.case(case_id).version for case_id in queue]
    become(session, leader)
    run = Steps(session, leader, kill=2, cases=queue, versions=versions)
    with pytest.raises(KeyboardInterrupt):
        agree_to_all(run)
    assert [town.case(n).state for n in queue] == [r.AUTHORITY_REVIEW] + [r.SCHOOL_REVIEW] * 2
    become(session, leader)
    run.kill = None
    assert agree_to_all(run) == {"done": 3, "refused": 0}
    assert lines_of(run.checkpoint) == [[case_id, []] for case_id in queue]
    assert session.scalar(select(Case.state).where(Case.id == queue[2])) == r.AUTHORITY_REVIEW


def test_the_school_filter_finds_schools_below_only(web, town):
    authority = web(town.people["from.authority"])
    found = authority.get("/inbox/schools", query_string={"term": "第"}).json["results"]
    assert town.old_id in {one["id"] for one in found}
    assert town.new_id not in {one["id"] for one in found}
