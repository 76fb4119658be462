"""Two at once, on real connections: one wins, everybody else is told, and it happens once.

What they commit lies in a database of this module's own, so that no other test meets it.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.errors import Busy, Refused, Stale, told
from app.models.case import Case, CaseEvent
from app.models.student import Enrolment, Status, Student
from app.policies import scope
from app.workflows.desk import Act, Trigger
from app.workflows.processes import flow_of
from tests import make
from tests.workflows.cases import TODAY, a_registration, a_transfer, actor_of, do, staff

PEOPLE = 8


@pytest.fixture
def contested(own_engine):
    """A registration that waits for eight registrars of one authority; committed for real."""
    with Session(own_engine) as session:
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
def test_of_many_at_once_exactly_one_decides(own_engine, contested, triggers):
    case_id, pupil_id, crowd = contested
    barrier = Barrier(PEOPLE)
    with ThreadPoolExecutor(PEOPLE) as pool:
        futures = [
            pool.submit(press, own_engine, case_id, user, trigger, barrier)
            for user, trigger in zip(crowd, cycle(triggers), strict=False)
        ]
        assert sum(future.result() for future in futures) == 1
    with Session(own_engine) as session:
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


# ── W6: one agrees while another takes back or refuses ───────────────────────────────────────

PAIRS = (Trigger.WITHDRAW, Trigger.DISAGREE)
SAMPLE, ALL = 6, 10_000


class Rivals:
    """A leader and whoever stands against, each at a connection of their own."""

    def __init__(self, engine):
        self.engine = engine
        with Session(engine) as session:
            scope.enter(make.WHOLE, session)
            self.school = make.a_school(session, "619902")
            self.people = {
                "registrar": make.an_account(session, "SR", self.school).user_id,
                "leader": make.an_account(session, "SL", self.school).user_id,
                "second": make.an_account(session, "SL", self.school).user_id,
            }
            self.room = make.a_class(session, self.school).id
            make.unwitnessed(session)
            session.commit()
        scope.leave()

    def case(self):
        """A registration the school's leaders may decide; committed."""
        with Session(self.engine) as session:
            scope.enter(make.WHOLE, session)
            room = session.get_one(make.SchoolClass, self.room)
            pending = Status.PENDING_REGISTRATION
            pupil = make.a_pupil(session, room, status=pending, guardians=0)
            registrar = session.get_one(make.Account, self.people["registrar"])
            case_id = a_registration(session, pupil, registrar).id
            session.commit()
        scope.leave()
        return case_id

    def race(self, against):
        """Let both press at once; give who was told yes, and what the case became."""
        case_id, barrier = self.case(), Barrier(2)
        other = self.people["registrar" if against is Trigger.WITHDRAW else "second"]
        pressing = [(self.people["leader"], Trigger.AGREE), (other, against)]
        with ThreadPoolExecutor(2) as pool:
            pressed = [
                pool.submit(press, self.engine, case_id, user, trigger, barrier)
                for user, trigger in pressing
            ]
            done = [future.result() for future in pressed]
        with Session(self.engine) as session:
            scope.enter(make.WHOLE, session)
            case = session.get_one(Case, case_id)
            steps = [event.decision for event in case.events]
            state = case.state
        scope.leave()
        return done, steps, state


def raced(engine, against, times):
    rivals = Rivals(engine)
    ends = {
        Trigger.AGREE: "AUTHORITY_REVIEW",
        Trigger.WITHDRAW: "WITHDRAWN",
        Trigger.DISAGREE: "REJECTED",
    }
    for _ in range(times):
        done, steps, state = rivals.race(against)
        assert sorted(done) == [False, True]
        winner = Trigger.AGREE if done[0] else against
        assert state == ends[winner]
        assert [step.value for step in steps] == ["SUBMIT", winner.value.upper()]


@pytest.mark.parametrize("against", PAIRS)
def test_of_two_against_each_other_one_wins(own_engine, tally, against):
    raced(own_engine, against, SAMPLE)
    tally["pairs who pressed against each other"] += SAMPLE


@pytest.mark.soak
@pytest.mark.parametrize("against", PAIRS)
def test_of_ten_thousand_pairs_one_wins_each(own_engine, tally, against):
    raced(own_engine, against, ALL // 2)
    tally["pairs who pressed against each other"] += ALL // 2


# ── crossing transfers: A to B while B goes to A ─────────────────────────────────────────────

TRIES = 50  # a caller who is told that it was busy asks again


class Crossing:
    """Two schools of two counties whose pupils change places, all steps pressed at once."""

    def __init__(self, engine):
        self.engine = engine
        with Session(engine) as session:
            scope.enter(make.WHOLE, session)
            self.sides = [self.side(session, county) for county in ("619903", "619904")]
            make.unwitnessed(session)
            session.commit()
        scope.leave()

    def side(self, session, county):
        school = make.a_school(session, county)
        people = {name: account.user_id for name, account in staff(session, school).items()}
        return {"school": school.id, "room": make.a_class(session, school).id, **people}

    def pair(self):
        """A pupil at each school, on the way to the other; the cases' ids."""
        with Session(self.engine) as session:
            cases = []
            for here, there in (self.sides, self.sides[::-1]):
                scope.enter(make.WHOLE, session)
                room = session.get_one(make.SchoolClass, here["room"])
                pupil = make.a_pupil(session, room, guardians=0)
                to = session.get_one(make.SchoolClass, there["room"])
                registrar = session.get_one(make.Account, there["registrar"])
                case = a_transfer(session, pupil, registrar, to)
                cases.append((case.id, case.student_id))
            make.unwitnessed(session)
            session.commit()
        scope.leave()
        return cases

    def hands(self, at):
        """Who agrees to a case that leads to the school at a place, in turn."""
        to, old = self.sides[at], self.sides[1 - at]
        return [to["leader"], to["authority"], old["leader"], old["authority"]]

    def through(self, case_id, at):
        """Press every desk's Agree; whoever is told Busy or Stale asks again."""
        tries = 0
        for user in self.hands(at):
            while not agreed(self.engine, case_id, user):
                tries += 1
                assert tries < TRIES, "no end of it"
        return tries


def agreed(engine, case_id, user):
    """Agree once from a connection of our own; False when told to ask again."""
    with Session(engine) as session:
        try:
            scope.enter(scope.scope_of(session, user), session)
            actor = actor_of(session.get_one(make.Account, user))
            case = session.get_one(Case, case_id)
            flow_of(case).fire(session, case, Act(Trigger.AGREE, actor, TODAY))
            session.commit()
        except Stale:
            return False
        except DBAPIError as lost:
            if not isinstance(told(lost), Busy | Stale):
                raise
            return False
        finally:
            session.rollback()
            scope.leave()
        return True


def crossed(engine, pairs):
    """Let pairs of pupils change places, both at once; give how often somebody asked again."""
    crossing, again = Crossing(engine), 0
    for _ in range(pairs):
        cases = crossing.pair()
        with ThreadPoolExecutor(2) as pool:
            ends = [
                pool.submit(crossing.through, case_id, at)
                for (case_id, _pupil), at in zip(cases, (1, 0), strict=True)
            ]
            again += sum(end.result(60) for end in ends)
        with Session(engine) as session:
            scope.enter(make.WHOLE, session)
            for (case_id, pupil_id), at in zip(cases, (1, 0), strict=True):
                assert session.get_one(Case, case_id).state == "COMPLETED"
                here = select(Enrolment.school_id).where(
                    Enrolment.student_id == pupil_id, Enrolment.ended_on.is_(None)
                )
                assert session.scalars(here).all() == [crossing.sides[at]["school"]]
        scope.leave()
    return again


def test_pupils_who_change_places_all_arrive(own_engine, tally):
    tally["times somebody asked again"] += crossed(own_engine, SAMPLE)
    tally["pairs of pupils who changed places"] += SAMPLE


@pytest.mark.soak
def test_a_thousand_pairs_change_places(own_engine, tally):
    tally["times somebody asked again"] += crossed(own_engine, 1000)
    tally["pairs of pupils who changed places"] += 1000
