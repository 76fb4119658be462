"""退回后修改: what was sent back is laid down anew by whoever submitted it, as of today."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.errors import NotFound, Refused, Stale
from app.models.attachment import Attachment
from app.models.audit import AuditEvent
from app.models.change import Movement, MovementType
from app.models.student import Status, Student
from app.policies import scope
from app.workflows.desk import Act, Trigger
from app.workflows.opening import Aim
from app.workflows.opening_changes import open_return
from app.workflows.resubmitting import Seen, resubmit_movement, resubmit_transfer
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import TODAY, become, do
from tests.workflows.test_movement import House, a_paper


class Returned:
    """A suspension of a pupil, sent back by the leader."""

    def __init__(self, session):
        self.session, self.town = session, House(session)
        pupil = self.town.pupil()
        self.pupil_id = pupil.id
        case = self.town.asked(pupil, MovementType.SUSPEND)
        do(session, self.town.people["leader"], case, Trigger.SEND_BACK, "请补充")
        self.case_id = case.id

    def case(self):
        scope.enter(make.WHOLE, self.session)
        return self.session.get_one(Movement, self.case_id, populate_existing=True)

    def again(self, plan=None, papers=(), seen=None, who=None):
        version = self.case().version if seen is None else seen
        plan = plan or self.town.plan(MovementType.SUSPEND, reason_text="已补充")
        account = who or self.town.people["registrar"]
        act = Act(Trigger.SUBMIT, become(self.session, account), TODAY)
        way = Seen(self.case_id, version)
        return resubmit_movement(self.session, way, plan, act, papers)


@pytest.fixture
def returned(session):
    return Returned(session)


def submissions(session):
    scope.enter(make.WHOLE, session)
    asked = select(func.count()).where(AuditEvent.action == "case.submit")
    return session.scalar(asked)


def test_it_goes_on_with_the_new_answers_and_all_its_evidence(session, returned):
    more, before = a_paper(session, returned.town.people["registrar"]), submissions(session)
    returned.again(papers=[more])
    case = returned.case()
    assert (case.state, case.reason_text) == ("SCHOOL_REVIEW", "已补充")
    assert case.due_on > TODAY
    bound = session.scalars(select(Attachment.id).where(Attachment.case_id == case.id)).all()
    assert len(bound) == 2
    assert more in bound
    assert submissions(session) == before + 1


def test_another_kind_of_movement_may_come_of_it(session, returned):
    plan = returned.town.plan(MovementType.MISSING)
    returned.again(plan)
    case = returned.case()
    assert (case.type, case.until_on) == (MovementType.MISSING, None)


def test_the_case_remembers_the_pupil_of_today(session, returned):
    scope.enter(make.WHOLE, session)
    session.get_one(Student, returned.pupil_id).name = "李改名"
    session.flush()
    returned.again()
    assert returned.case().snapshot["name"] == "李改名"


def test_what_moved_meanwhile_is_stale(session, returned):
    with pytest.raises(Stale), session.begin_nested():
        returned.again(seen=1)
    assert returned.case().state == "RETURNED"


def test_what_stands_in_the_way_is_told_and_nothing_changes(session, returned):
    scope.enter(make.WHOLE, session)
    session.get_one(Student, returned.pupil_id).status = Status.ABROAD
    session.flush()
    plan = returned.town.plan(MovementType.SUSPEND, happened_on=TODAY + timedelta(days=1))
    with pytest.raises(Refused) as told, session.begin_nested():
        returned.again(plan)
    assert [refusal.code for refusal in told.value.refusals] == ["E-STATUS", "E-FUTURE"]
    assert returned.case().reason_text == "说明"


def test_only_what_was_sent_back_is_laid_down_anew(session, returned):
    returned.again()
    with pytest.raises(Refused), session.begin_nested():
        returned.again()
    assert returned.case().state == "SCHOOL_REVIEW"


def test_another_school_sees_no_such_case_and_a_leader_has_no_such_desk(session, returned):
    other = House(session)
    with pytest.raises(NotFound):
        returned.again(who=other.people["registrar"])
    with pytest.raises(Refused), session.begin_nested():
        returned.again(who=returned.town.people["leader"])
    assert returned.case().state == "RETURNED"


def test_the_school_that_receives_a_pupil_mends_its_own_asking(session):
    old, new = House(session), House(session)
    pupil = old.pupil(status=Status.OTHER_LEAVE)
    named = (pupil.name, pupil.number)
    plan = new.plan(MovementType.RESTORE)
    act = Act(Trigger.SUBMIT, become(session, new.people["registrar"]), TODAY)
    case = open_return(session, named, plan, act)
    do(session, new.people["leader"], case, Trigger.SEND_BACK, "请补充")
    scope.enter(make.WHOLE, session)
    seen = Seen(case.id, session.get_one(Movement, case.id).version)
    act = Act(Trigger.SUBMIT, become(session, new.people["registrar"]), TODAY)
    mended = resubmit_movement(session, seen, replace(plan, reason_text="已补充"), act)
    assert mended.state == "SCHOOL_REVIEW"
    assert mended.snapshot["to"]["class_number"]


def test_a_school_that_receives_a_pupil_makes_no_other_movement_of_it(session):
    old, new = House(session), House(session)
    pupil = old.pupil(status=Status.OTHER_LEAVE)
    named = (pupil.name, pupil.number)
    act = Act(Trigger.SUBMIT, become(session, new.people["registrar"]), TODAY)
    case = open_return(session, named, new.plan(MovementType.RESTORE), act)
    do(session, new.people["leader"], case, Trigger.SEND_BACK, "请补充")
    scope.enter(make.WHOLE, session)
    seen = Seen(case.id, session.get_one(Movement, case.id).version)
    paper = a_paper(session, new.people["registrar"])
    act = Act(Trigger.SUBMIT, become(session, new.people["registrar"]), TODAY)
    with pytest.raises(Refused) as told, session.begin_nested():
        resubmit_movement(session, seen, new.plan(MovementType.DEATH), act, [paper])
    assert [refusal.code for refusal in told.value.refusals] == ["E-SCHOOL"]


# ── transfers ───────────────────────────────────────────────────────────────────────────────


class Transferred:
    """A transfer between counties, sent back by the receiving school's leader."""

    def __init__(self, session):
        self.session, self.town = session, Town(session)
        self.case_id = self.town.transfer().id
        leader = self.town.people["to.leader"]
        do(session, leader, self.case(), Trigger.SEND_BACK, "请换班")
        scope.enter(make.WHOLE, session)
        grade = make.a_grade(session, self.town.new, 2)
        other = make.a_class(session, self.town.new, grade)
        self.other_id, self.number = other.id, other.number
        self.home_id = self.town.home.id

    def case(self):
        return self.town.case(self.case_id)

    def again(self, papers=(), seen=None, who="to.registrar", **bends):
        seen = Seen(self.case_id, self.case().version if seen is None else seen)
        aim = Aim(**{"to_class_id": self.other_id, "reason": "1", **bends})
        act = Act(Trigger.SUBMIT, become(self.session, self.town.people[who]), TODAY)
        return resubmit_transfer(self.session, seen, aim, act, papers)


@pytest.fixture
def transferred(session):
    return Transferred(session)


def test_a_transfer_goes_on_to_another_class_for_another_reason(session, transferred):
    before = transferred.case()
    pupil, owner, told = before.student_id, before.owner_id, submissions(session)
    paper = a_paper(session, transferred.town.people["to.registrar"])
    transferred.again(papers=[paper])
    case = transferred.case()
    assert (case.state, case.reason, case.reason_text) == ("IN_SCHOOL", "1", None)
    assert (case.to_class_id, case.to_grade.level) == (transferred.other_id, 2)
    assert case.snapshot["to"]["class_number"] == transferred.number
    assert case.due_on > TODAY
    assert (case.student_id, case.owner_id) == (pupil, owner)
    bound = session.scalars(select(Attachment.id).where(Attachment.case_id == case.id)).all()
    assert bound == [paper]
    assert submissions(session) == told + 1


@pytest.mark.parametrize(
    ("bends", "code"),
    [
        ({"reason": "9"}, "E-REASON"),
        ({"reason": "9", "reason_text": "  "}, "E-REASON"),
        ({"to_class_id": 0}, "E-CLASS"),
    ],
)
def test_a_transfer_without_words_or_class_stays_sent_back(session, transferred, bends, code):
    with pytest.raises(Refused) as told, session.begin_nested():
        transferred.again(**bends)
    assert [refusal.code for refusal in told.value.refusals] == [code]
    assert transferred.case().state == "RETURNED"


def test_a_transfer_leads_to_no_class_of_another_school(session, transferred):
    with pytest.raises(Refused) as told, session.begin_nested():
        transferred.again(to_class_id=transferred.home_id)
    assert [refusal.code for refusal in told.value.refusals] == ["E-CLASS"]


def test_a_transfer_that_moved_is_stale_and_the_other_side_has_no_such_case(session, transferred):
    with pytest.raises(Stale), session.begin_nested():
        transferred.again(seen=1)
    with pytest.raises(NotFound):
        transferred.again(who="from.registrar")
    with pytest.raises(Refused), session.begin_nested():
        transferred.again(who="to.leader")
    assert transferred.case().reason == "2"
    transferred.again()
    with pytest.raises(Refused), session.begin_nested():
        transferred.again()
    assert transferred.case().state == "IN_SCHOOL"
