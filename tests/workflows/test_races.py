"""Two at once, on real connections: one wins, everybody else is told, and it happens once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refused
from app.models.case import Case, CaseEvent
from app.models.student import Enrolment, Status, Student
from app.policies import scope
from app.workflows.desk import Act, Trigger
from app.workflows.processes import flow_of
from tests import make
from tests.workflows.cases import TODAY, a_registration, actor_of, do, staff

PEOPLE = 8


@pytest.fixture
def contested(engine):
    """A registration that waits for eight registrars of one authority; committed for real."""
    with Session(engine) as session:
        scope.enter(make.WHOLE, session)
        school = make.a_school(session, "619901")
        people = staff(session, school)
        place = school.organisation.parent
        crowd = [make.an_account(session, "CR", place).user_id for _ in range(PEOPLE)]
        room = make.a_class(session, school)
        pupil = make.a_pupil(session, room, status=Status.PENDING_REGISTRATION)
        pupil_id = pupil.id
        case = a_registration(session, pupil, people["registrar"])
        do(session, people["leader"], case, "agree")
        case_id = case.id
        session.commit()
    scope.leave()
    return case_id, pupil_id, crowd


def press(engine, case_id, user_id, trigger, barrier):
    """Decide from a connection of our own; return whether it was carried out."""
    with Session(engine) as session:
        try:
            scope.enter(scope.scope_of(session, user_id), session)
            actor = actor_of(session.get_one(make.Account, user_id))
            case = session.get_one(Case, case_id)
            seen = case.version
            barrier.wait(10)
            flow = flow_of(case)
            flow.fire(session, case, Act(trigger, actor, TODAY, "同时"), seen)
            session.commit()
        except Refused:
            session.rollback()
            return False
        finally:
            scope.leave()
        return True


@pytest.mark.parametrize(
    "triggers", [(Trigger.AGREE,), (Trigger.AGREE, Trigger.DISAGREE), (Trigger.SEND_BACK,)]
)
def test_of_many_at_once_exactly_one_decides(engine, contested, triggers):
    case_id, pupil_id, crowd = contested
    barrier = Barrier(PEOPLE)
    with ThreadPoolExecutor(PEOPLE) as pool:
        futures = [
            pool.submit(press, engine, case_id, user, trigger, barrier)
            for user, trigger in zip(crowd, cycle(triggers), strict=False)
        ]
        assert sum(future.result() for future in futures) == 1
    with Session(engine) as session:
        scope.enter(make.WHOLE, session)
        case = session.get_one(Case, case_id)
        events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id)).all()
        assert len(events) == 3  # submit, leader, and the one winner
        pupil = session.get_one(Student, pupil_id)
        periods = session.scalars(select(Enrolment).where(Enrolment.student_id == pupil_id)).all()
        registered = case.state == "REGISTERED"
        assert (pupil.status is Status.IN_SCHOOL) is registered
        assert len(periods) == int(registered)
    scope.leave()
