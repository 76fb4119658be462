"""学籍异动: what each movement allows and does (P08, P10, P11)."""

from datetime import date

import pytest

from app.errors import Refused
from app.models.attachment import Attachment
from app.models.change import MovementType
from app.models.student import EndKind, StartKind, Status, Student
from app.policies import scope
from app.workflows.desk import Act, Trigger
from app.workflows.opening_changes import Plan, open_movement
from tests import make
from tests.workflows.cases import TODAY, become, do, staff


@pytest.fixture
def world(session):
    scope.enter(make.WHOLE, session)
    school = make.a_school(session)
    room = make.a_class(session, school)
    return school, room, make.a_pupil(session, room), staff(session, school)


def a_paper(session, account):
    """A file on somebody's tray."""
    become(session, account)
    paper = Attachment(
        organisation_id=account.organisation_id,
        name="证明.jpg",
        kind="jpg",
        size=3,
        digest="0" * 64,
        uploaded_by=account.user_id,
    )
    session.add(paper)
    session.flush()
    return paper.id


def submitted(session, pupil, people, plan, papers=()):
    act = Act(Trigger.SUBMIT, become(session, people["registrar"]), TODAY)
    return open_movement(session, pupil.id, plan, act, papers)


def through(session, people, case):
    do(session, people["leader"], case, Trigger.AGREE)
    do(session, people["authority"], case, Trigger.AGREE)


def test_a_suspended_pupil_leaves_the_roll_and_resumes_in_a_class(session, world):
    _school, room, pupil, people = world
    room_id = room.id
    plan = Plan(MovementType.SUSPEND, date(2026, 11, 20), "10", until_on=date(2027, 11, 20))
    paper = a_paper(session, people["registrar"])
    case = submitted(session, pupil, people, plan, [paper])
    through(session, people, case)
    pupil = session.get_one(Student, pupil.id)
    assert pupil.status is Status.SUSPENDED
    assert pupil.current_enrolment is None
    assert pupil.enrolments[-1].end_kind is EndKind.SUSPENDED
    assert pupil.class_id == room_id  # the class at suspension
    assert case.left_level == 1

    back = Plan(MovementType.RESUME, date(2026, 11, 21), to_class_id=room_id, reason_text="康复")
    case = submitted(session, pupil, people, back)
    through(session, people, case)
    pupil = session.get_one(Student, pupil.id)
    assert pupil.status is Status.IN_SCHOOL
    assert pupil.current_enrolment.start_kind is StartKind.RESUMED


def test_without_evidence_nothing_is_submitted(session, world):
    _school, _room, pupil, people = world
    plan = Plan(MovementType.SUSPEND, date(2026, 11, 20), "10", until_on=date(2027, 11, 20))
    with pytest.raises(Refused) as refused:
        submitted(session, pupil, people, plan)
    assert [r.code for r in refused.value.refusals] == ["E-EVIDENCE"]
