"""待办: whose desk shows what, the next case after a decision, and what becomes of a batch."""

import re
from contextlib import contextmanager

import pytest
from sqlalchemy import select, update

from app.jobs.deciding import decide_all, lines_of
from app.models.case import Case
from app.models.job import Job, JobRemark
from app.models.saved_filter import SavedFilter
from app.policies import scope
from app.views import inbox_tabs as tabs
from app.views.inbox import menu_counts
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
    assert listed(web(town.people["to.registrar"]), tab="sent") == shown
    assert listed(web(town.people["to.leader"]), tab="sent") == []
    for who in ("to.registrar", "from.leader", "from.authority"):
        assert listed(web(town.people[who]), tab="involved") == shown, who
    assert listed(web(town.people["to.leader"]), tab="involved") == []
    assert listed(web(town.people["to.registrar"]), tab="involved", mine=1) == shown
    assert listed(web(town.people["from.leader"]), tab="involved", mine=1) == []
    do(session, town.people["to.leader"], town.case(case_id), "agree")
    assert listed(web(town.people["to.leader"]), tab="involved", mine=1) == shown
    assert listed(web(town.people["to.authority"])) == shown
    do(session, town.people["to.authority"], town.case(case_id), "disagree", "不符合条件")
    assert listed(web(town.people["to.authority"]), tab="involved") == []
    for who in ("to.registrar", "to.authority", "from.leader"):
        assert listed(web(town.people[who]), tab="finished") == shown, who
    assert listed(web(town.people["ministry"]), tab="finished") == []


def test_what_was_sent_back_waits_first_and_is_reached_by_going_on(session, web, town):
    later = [town.transfer().id for _ in range(2)]
    for case_id in later:
        do(session, town.people["to.leader"], town.case(case_id), "send_back", "补充材料")
    registrar = web(town.people["to.registrar"])
    page = registrar.get("/inbox")
    shown = re.findall(r'data-id="(\d+)"', page.text)
    assert shown == [str(case_id) for case_id in later]
    assert "退回" in page.text or "Sent back" in page.text
    assert listed(registrar, step="returned") == listed(registrar, due="paused") == shown
    first = registrar.get(f"/case/{later[0]}").text
    second = registrar.get(f"/case/{later[1]}").text
    assert f"/case/{later[1]}" in first
    assert f"/case/{later[0]}" in second


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_beside_walks_over_paused_and_due_cases_alike(session, town, at):
    cases = [town.registration() for _ in range(4)]
    ids = [case.id for case in cases]
    scope.enter(make.WHOLE, session)
    for case_id, due in zip(ids, (None, None, "2026-11-24", "2026-11-25"), strict=True):
        session.execute(update(Case).where(Case.id == case_id).values(due_on=due))
    asked = tabs.waiting(become(session, town.people["from.leader"]))
    assert list(session.scalars(asked.with_only_columns(Case.id))) == ids
    case = session.get_one(Case, ids[at], populate_existing=True)
    place = (case.due_on, case.id)
    after = ids[at + 1] if at < 3 else None
    before = ids[at - 1] if at > 0 else None
    assert tabs.beside(session, asked, place, ahead=True) == after
    assert tabs.beside(session, asked, place, ahead=False) == before


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
    many = {f"seen-{n}": 1 for n in range(1, 2002)}
    for form in (
        {"case": queue, "trigger": "agree"},
        {"case": queue, "trigger": "pull", **seen},
        {"trigger": "agree"},
        {"case": list(range(1, 52)), "trigger": "agree"},
        {"case": list(range(1, 2002)), "trigger": "agree", **many},
    ):
        assert leader.post("/inbox/batch", data=form).status_code == 422, form
    assert {town.case(n).state for n in queue} == {r.SCHOOL_REVIEW}


def test_everything_under_a_filter_is_agreed_to_by_a_job(session, web, town, queue):
    leader = web(town.people["from.leader"])
    answer = leader.post("/inbox/all", data={"kind": "registration", "trigger": "agree"})
    become(session, town.people["from.leader"])
    job = session.scalars(select(Job)).one()
    assert answer.location == f"/inbox/job/{job.id}"
    assert (job.kind, job.args["cases"]) == ("case.decide", queue)
    assert leader.get(answer.location).status_code == 200
    assert web(town.people["from.registrar"]).get(answer.location).status_code == 404
    nothing = {"kind": "transfer", "trigger": "agree"}
    assert leader.post("/inbox/all", data=nothing).status_code == 404
    assert leader.post("/inbox/all", data={"trigger": "withdraw"}).status_code == 422
    assert leader.post("/inbox/all", data={"trigger": "disagree"}).status_code == 409


def test_two_thousand_picked_cases_are_taken_by_a_job_whose_arguments_are_ids(session, web, town):
    """W15: four thousand fields in one form, as a browser sends them."""
    leader, case = town.people["from.leader"], town.registration()
    ids = [case.id, *range(10_000_001, 10_002_000)]
    form = {"case": ids, "trigger": "send_back", "remark": "请补充材料"}
    form |= {f"seen-{case_id}": 2 for case_id in ids}
    answer = web(leader).post("/inbox/batch", data=form)
    assert answer.status_code == 302, answer.text
    become(session, leader)
    job = session.scalars(select(Job).order_by(Job.id.desc())).first()
    assert len(job.args["cases"]) == len(job.args["versions"]) == 2000
    assert "补充" not in str(job.args)
    job_id = job.id
    assert session.get_one(JobRemark, job_id).words == "请补充材料"
    become(session, town.people["to.leader"])
    assert session.get(JobRemark, job_id) is None


def test_a_job_carries_the_remark_into_every_case_and_forgets_it(session, web, town, queue):
    leader = town.people["from.leader"]
    form = {"trigger": "send_back", "remark": "请补充材料"}
    answer = web(leader).post("/inbox/all", data=form)
    become(session, leader)
    job = session.scalars(select(Job)).one()
    run = Steps(session, leader, **job.args)
    run.id = job.id
    assert decide_all(run) == {"done": 3, "refused": 0}
    assert session.get(JobRemark, job.id) is None
    for case_id in queue:
        assert town.case(case_id).state == "RETURNED"
        assert town.case(case_id).events[-1].remark == "请补充材料"
    assert web(leader).get(answer.location).status_code == 200


class Steps:
    """A job's run whose steps are savepoints of the test; ``kill`` is the step that is undone."""

    def __init__(self, session, account, kill=None, **args):
        self.session, self.asked_by, self.args, self.kill = session, account.user_id, args, kill
        self.checkpoint, self.progress, self.count, self.id = {}, 0, 0, 0

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
        decide_all(run)
    assert [town.case(n).state for n in queue] == [r.AUTHORITY_REVIEW] + [r.SCHOOL_REVIEW] * 2
    become(session, leader)
    run.kill = None
    assert decide_all(run) == {"done": 3, "refused": 0}
    assert lines_of(run.checkpoint) == [[case_id, []] for case_id in queue]
    assert session.scalar(select(Case.state).where(Case.id == queue[2])) == r.AUTHORITY_REVIEW


def test_the_school_filter_finds_schools_below_only(web, town):
    authority = web(town.people["from.authority"])
    found = authority.get("/inbox/schools", query_string={"term": "第"}).json["results"]
    assert town.old_id in {one["id"] for one in found}
    assert town.new_id not in {one["id"] for one in found}


def test_filters_are_saved_applied_and_dropped_by_their_owner_alone(session, web, town, queue):
    leader, other = town.people["from.leader"], town.people["from.registrar"]
    browser, shown = web(leader), [str(case_id) for case_id in queue]
    form = {"tab": "waiting", "kind": "registration", "due": "week", "name": " 本周  注册 "}
    answer = browser.post("/inbox/filters", data={**form, "secret": "李小满"})
    assert answer.status_code == 302
    become(session, leader)
    kept = session.scalars(select(SavedFilter)).one()
    assert (kept.name, kept.user_id) == ("本周 注册", leader.user_id)
    assert kept.asked == {"tab": "waiting", "kind": "registration", "due": "week"}
    page = browser.get("/inbox", query_string=kept.asked)
    assert "aria-current=true>本周 注册" in page.text
    browser.post("/inbox/filters", data={**form, "due": "late"})  # the same name: the new meaning
    assert session.scalars(select(SavedFilter)).one().asked["due"] == "late"
    assert listed(browser) == shown
    assert "本周 注册" not in web(other).get("/inbox", query_string={"kind": "transfer"}).text
    assert web(other).post(f"/inbox/filters/{kept.id}/drop").status_code == 404
    assert browser.post("/inbox/filters/99999999/drop").status_code == 404
    assert browser.post(f"/inbox/filters/{kept.id}/drop").status_code == 302
    assert session.scalars(select(SavedFilter)).all() == []


@pytest.mark.parametrize(
    "bad", [{"name": ""}, {"name": "字" * 21}, {"name": "a\x07"}, {"kind": ""}, {"kind": "'"}]
)
def test_a_filter_without_name_or_meaning_is_not_saved(session, web, town, bad):
    leader = town.people["from.leader"]
    form = {"kind": "registration", "name": "注册", **bad}
    assert web(leader).post("/inbox/filters", data=form).status_code == 302
    become(session, leader)
    assert session.scalars(select(SavedFilter)).all() == []


def test_nobody_keeps_more_than_a_dozen_filters(session, web, town):
    browser = web(town.people["from.leader"])
    for n in range(13):
        browser.post("/inbox/filters", data={"kind": "transfer", "name": f"第{n}个"})
    become(session, town.people["from.leader"])
    assert len(session.scalars(select(SavedFilter)).all()) == 12


def test_the_badge_and_the_menu_count_by_kind(web, town, queue):
    leader = web(town.people["from.leader"])
    with leader:
        leader.get("/inbox")
        assert menu_counts() == {"Inbox": 3, "Registration": 3, "RegistrationReview": 3}
    registrar = web(town.people["from.registrar"])
    with registrar:
        registrar.get("/inbox")
        assert menu_counts() == {}
