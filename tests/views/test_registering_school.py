"""学籍注册: how far everybody is, the whole school reported, one pupil with papers, reviewers."""

import re

import pytest
from sqlalchemy import func, select

from app.jobs.deciding import lines_of, submit_batch
from app.models.account import AccountRight
from app.models.case import Case
from app.models.job import Job
from app.models.problem import CheckWaiting
from app.models.student import ProblemFlag, StartKind, Status, Student
from app.policies import scope
from app.workflows import duplicates
from app.workflows.attaching import receive
from tests import make
from tests.storage.papers import PNG
from tests.views.approvals import Town
from tests.views.test_inbox import Steps
from tests.views.test_registering import listed
from tests.workflows.cases import TODAY, become, do


@pytest.fixture
def town(session):
    return Town(session)


def compared(session):
    """Let everybody be compared, as the job does within a minute."""
    scope.enter(make.WHOLE, session)
    window = duplicates.waiting(session, 5000)
    duplicates.check(session, [student_id for student_id, _at in window])
    duplicates.checked(session, window)
    session.flush()


def buckets(page):
    """The figures above the list, in their order: not registered yet, then each standing."""
    found = re.search(r'<ul class="buckets">(.*?)</ul>', page.text, re.DOTALL)
    return [int(n.replace(",", "")) for n in re.findall(r"<b>([\d,]+)</b>", found[1])]


def test_everybody_has_one_standing_and_a_class_its_share(session, web, town):
    ready, passport, problem = (
        town.pending().id,
        town.pending(id_type="A", id_number="E1234567").id,
        town.pending(problem_flag=ProblemFlag.OPEN).id,
    )
    back, no, review = (town.registration() for _ in range(3))
    do(session, town.people["from.leader"], back, "send_back", "请核对")
    do(session, town.people["from.leader"], no, "disagree", "非本学区")
    newcomer = town.pending()
    newcomer.take_number(f"G{newcomer.id_number}")
    newcomer.join(StartKind.ADMITTED, TODAY, None)
    compared(session)
    late = town.pending().id  # not compared yet
    ids = [review.student_id, back.student_id, no.student_id, newcomer.id]
    registrar = web(town.people["from.registrar"])
    page = registrar.get("/registration")
    assert buckets(page) == [7, 1, 1, 1, 1, 1, 1, 1, 1]
    standings = ("comparing", "problem", "papers", "ready", "review", "returned", "rejected")
    found = {key: listed(registrar, standing=key) for key in (*standings, "registered")}
    assert found == {
        "comparing": [late],
        "problem": [problem],
        "papers": [passport],
        "ready": [ready],
        "review": ids[:1],
        "returned": ids[1:2],
        "rejected": ids[2:3],
        "registered": ids[3:],
    }
    assert "1 / 8" in page.text
    assert "12%" in page.text
    assert f"/registration/one/{passport}" in page.text


def test_tabs_keep_new_in_school_and_foreign_pupils_apart(session, web, town):
    new = town.pending().id
    foreign = town.pending(nationality="KOR", overseas_status="51").id
    upper = make.a_class(session, town.old, make.a_grade(session, town.old, level=4))
    older = make.a_pupil(session, upper, status=Status.PENDING_REGISTRATION).id
    registrar = web(town.people["from.registrar"])
    assert set(listed(registrar)) == {new, foreign, older}
    assert listed(registrar, sort="NEW") == [new]
    assert listed(registrar, sort="IN_SCHOOL") == [older]
    assert listed(registrar, sort="FOREIGN") == [foreign]
    assert len(listed(registrar, sort="x")) == 3


def test_the_whole_school_is_reported_by_a_job(session, web, town):
    account = town.people["from.registrar"]
    ready = [town.pending().id for _ in range(2)]
    town.pending(id_type="A", id_number="E1234567")
    town.pending(problem_flag=ProblemFlag.OPEN)
    other = Town(session, county="450102").pending().id
    registrar = web(account)
    answer = registrar.post("/registration/report")
    become(session, account)
    job = session.scalars(select(Job)).one()
    assert (answer.location, job.args) == (
        f"/registration/job/{job.id}",
        {"batch": 0, "cover": 0},
    )
    run = Steps(session, account, batch=0)
    become(session, account)
    assert submit_batch(run) == {"done": 2, "refused": 0}
    assert [line[0] for line in lines_of(run.checkpoint)] == ready
    assert registrar.post("/registration/report").location == "/registration"
    scope.enter(make.WHOLE, session)
    gone = select(func.count()).select_from(Case).where(Case.student_id == other)
    assert session.scalar(gone) == 0


def test_one_pupil_is_submitted_with_the_scan_of_a_passport(session, web, town):
    account = town.people["from.registrar"]
    pupil = town.pending(id_type="A", id_number="E12345678")
    seen, address = pupil.row_version, f"/registration/one/{pupil.id}"
    registrar = web(account)
    page = registrar.get(address)
    assert "E123*1234" not in page.text
    assert "E12345678" not in page.text
    refused = registrar.post(address, data={"seen": seen})
    assert refused.status_code == 409
    assert "佐证" in refused.text or "vidence" in refused.text
    scan = receive(session, become(session, account), "护照.png", PNG).id
    make.unwitnessed(session)
    session.commit()
    stale = registrar.post(address, data={"seen": seen + 7, "paper": scan})
    assert stale.status_code == 409
    answer = registrar.post(address, data={"seen": seen, "paper": scan})
    scope.enter(make.WHOLE, session)
    case = session.scalars(select(Case).where(Case.student_id == pupil.id)).one()
    assert answer.location == f"/case/{case.id}"
    assert case.state == "SCHOOL_REVIEW"


def test_who_is_compared_while_being_submitted_stays_a_problem(session, web, town):
    account = town.people["from.registrar"]
    first = town.pending()
    twin = Town(session, county="450102").pending(
        name=first.name, birth_date=first.birth_date, id_number=first.id_number
    )
    assert session.get(CheckWaiting, first.id)
    answer = web(account).post(f"/registration/one/{first.id}", data={"seen": first.row_version})
    assert answer.status_code == 409
    scope.enter(make.WHOLE, session)
    flags = select(Student.problem_flag).where(Student.id.in_((first.id, twin.id)))
    assert session.scalars(flags).all() == [ProblemFlag.OPEN] * 2


def test_a_teacher_sees_how_far_the_own_class_is_and_submits_nothing(session, web, town):
    mine = town.pending().id
    scope.enter(make.WHOLE, session)
    room = make.a_class(session, town.old)
    make.a_pupil(session, room, status=Status.PENDING_REGISTRATION)
    teacher = make.an_account(session, "CT", town.old, classes=(town.home,))
    assert web(teacher).get("/registration").status_code == 403
    scope.enter(make.WHOLE, session)
    session.add(AccountRight(user_id=teacher.user_id, given="register:C"))
    session.flush()
    browser = web(teacher)
    assert listed(browser) == [mine]
    assert buckets(browser.get("/registration"))[0] == 1
    assert browser.post("/registration/submit", data={"rowid": [mine]}).status_code == 403
    assert browser.post("/registration/report").status_code == 403
    assert browser.get(f"/registration/one/{mine}").status_code == 403


@pytest.mark.parametrize(
    ("who", "status"),
    [("from.registrar", 403), ("from.leader", 200), ("from.authority", 200), ("ministry", 403)],
)
def test_reviewers_see_their_schools_by_tab(session, web, town, who, status):
    town.registration()
    case = town.registration(nationality="KOR", overseas_status="51")
    browser = web(town.people[who])
    assert browser.get("/registration-review").status_code == status
    if status == 403:
        return
    if who == "from.authority":
        do(session, town.people["from.leader"], case, "agree")
    page = browser.get("/registration-review").text
    here = f"school={town.old_id}&amp;variant=FOREIGN"
    assert here in page
    shown = browser.get("/inbox?kind=registration&variant=FOREIGN").text
    assert re.findall(r'data-id="(\d+)"', shown) == [str(case.id)]
    new = re.findall(r'data-id="(\d+)"', browser.get("/inbox?variant=NEW").text)
    assert len(new) == (1 if who == "from.leader" else 0)


def test_a_leader_of_the_county_looks_on(session, web, town):
    case = town.registration()
    do(session, town.people["from.leader"], case, "agree")
    scope.enter(make.WHOLE, session)
    leader = make.an_account(session, "CL", town.old.organisation.parent)
    page = web(leader).get("/registration-review").text
    assert f"tab=involved&amp;kind=registration&amp;school={town.old_id}" in page
