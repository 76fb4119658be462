"""Collisions at the same moment, on real connections: always found, and one is always left."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.bench.jobs import done
from app.errors import AppError
from app.jobs import comparing
from app.jobs.queue import ask
from app.jobs.sessions import engine, transaction
from app.models.attachment import Attachment
from app.models.case import Case
from app.models.problem import (
    CheckWaiting,
    ItemState,
    ProblemAction,
    ProblemGroup,
    ProblemItem,
    ProblemKind,
)
from app.models.school import SchoolClass
from app.models.student import ProblemFlag, Status, Student
from app.policies import scope
from app.workflows import submitting
from app.workflows.admission import admit
from app.workflows.desk import Act, Trigger
from app.workflows.opening_problem import Answer, open_problem
from app.workflows.processes import flow_of
from tests import make
from tests.workflows.cases import TODAY, actor_of, staff

BORN = date(2017, 5, 1)
_children = count(1)
SOME, ALL = 4, 100
A = ProblemAction
BOTH = [(A.DELETE, A.DELETE), (A.DELETE, A.CHANGE), (A.CHANGE, A.CHANGE), (A.DELETE, A.EVIDENCE)]


@contextmanager
def acting(user_id=None):
    """A transaction at a connection of its own, as somebody or as the whole house; commits."""
    with Session(engine()) as session:
        try:
            seen = scope.scope_of(session, user_id) if user_id else make.WHOLE
            scope.enter(seen, session)
            if user_id is None:
                make.unwitnessed(session)
            yield session
            session.commit()
        finally:
            scope.leave()


def compare():
    """Compare whoever waits, by the very job."""
    with transaction() as session:
        job_id = ask(session, comparing.KIND)
    done(job_id)


class Side:
    """A school with its people."""

    def __init__(self, county):
        with acting() as session:
            school = make.a_school(session, county)
            people = staff(session, school)
            self.room = make.a_class(session, school).id
            self.users = {name: account.user_id for name, account in people.items()}

    def enter(self, facts, barrier=None):
        """Enter a child by the form, at once with others; then submit it, which compares it."""
        with acting(self.users["registrar"]) as session:
            room = session.get_one(SchoolClass, self.room)
            if barrier is not None:
                barrier.wait(20)
            pupil_id = admit(session, room, facts, []).id
        if barrier is not None:
            with acting(self.users["registrar"]) as session:
                submitting.submit(session, [pupil_id], self.act(session, "registrar"))
        return pupil_id

    def act(self, session, who, trigger=Trigger.SUBMIT):
        actor = actor_of(session.get_one(make.Account, self.users[who]))
        return Act(trigger, actor, TODAY)

    def answer(self, pupil_id, action):
        """Open what is asked for a record; give the case."""
        with acting(self.users["registrar"]) as session:
            act, wanted = self.act(session, "registrar"), {}
            papers = [] if action is A.DELETE else [a_paper(session, act.actor)]
            if action is A.CHANGE:
                wanted = {"name": f"陆小{pupil_id}"}
            answer = Answer(action, "核对过", wanted)
            return open_problem(session, pupil_id, answer, act, papers).id

    def agree(self, case_id, who):
        with acting(self.users[who]) as session:
            case = session.get_one(Case, case_id)
            flow_of(case).fire(session, case, self.act(session, who, Trigger.AGREE))

    def ready(self, pupil_id, action):
        """Bring an answer to its last step; give that step."""
        if action is A.DELETE:
            return lambda: self.answer(pupil_id, action)
        case_id = self.answer(pupil_id, action)
        self.agree(case_id, "leader")
        return lambda: self.agree(case_id, "authority")


def a_paper(session, actor):
    paper = Attachment(
        organisation_id=actor.organisation_id, name="户口簿.jpg", kind="jpg", size=3,
        digest="0" * 64, uploaded_by=actor.user_id,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    return paper.id


def pressed(steps):
    """Take steps at the same moment; give what the rules answered: True, or the codes."""
    barrier = Barrier(len(steps))

    def press(step):
        barrier.wait(20)
        try:
            step()
        except AppError as refused:
            return [one.code for one in refused.refusals]
        return True

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(press, steps))


@pytest.fixture(scope="module")
def sides(root):
    assert root
    return [Side(f"61990{n}") for n in (1, 2, 3)]


def a_child():
    number = next(_children)
    born = BORN + timedelta(days=number % 1000)
    facts = {**make.pupil_facts(), "name": f"陆小雨{number}", "birth_date": born}
    facts["id_number"] = make.an_id_number(born, "2")
    return {name: value for name, value in facts.items() if name != "id_digest"}


# ── two schools enter one child ──────────────────────────────────────────────────────────────


def entered_at_once(sides, times):
    """Let two schools enter one child at once, over and over, while the job compares."""
    over = threading.Event()

    def keep_comparing():
        while not over.is_set():
            compare()

    with ThreadPoolExecutor(1) as clock, ThreadPoolExecutor(2) as pool:
        comparing_all = clock.submit(keep_comparing)
        try:
            ids = [
                [step.result() for step in [pool.submit(s.enter, f, b) for s in sides[:2]]]
                for f, b in ((a_child(), Barrier(2)) for _ in range(times))
            ]
        finally:
            over.set()
        comparing_all.result()
    compare()
    return ids


def found_of(pupil_ids):
    with acting() as session:
        flags = session.scalars(select(Student.problem_flag).where(Student.id.in_(pupil_ids)))
        asked = select(ProblemItem.student_id).join(ProblemItem.group)
        by_number = asked.where(ProblemGroup.kind == ProblemKind.DUP_ID)
        held = session.scalars(by_number.where(ProblemItem.student_id.in_(pupil_ids))).all()
        return set(flags), sorted(held)


def are_problems(pairs):
    for pair in pairs:
        flags, held = found_of(pair)
        assert flags == {ProblemFlag.OPEN}
        assert held == sorted(pair)
    with acting() as session:
        assert session.scalar(select(func.count(CheckWaiting.student_id))) == 0


def test_one_child_entered_twice_at_once_is_always_a_problem(sides, tally):
    are_problems(entered_at_once(sides, SOME))
    tally["children two schools entered at once"] += SOME


@pytest.mark.soak
def test_so_is_each_of_hundreds(sides, tally):
    are_problems(entered_at_once(sides, ALL))
    tally["children two schools entered at once"] += ALL


# ── two authorities settle one group ─────────────────────────────────────────────────────────


def colliding(sides, many):
    """Enter a child of its own at so many schools, all found to collide; give the ids."""
    child = a_child()
    ids = [side.enter(child) for side in sides[:many]]
    compare()
    return ids


def standing(ids):
    """Give the records not deleted, and insist that flags, items and groups agree."""
    with acting() as session:
        pupils = session.scalars(select(Student).where(Student.id.in_(ids))).all()
        items = session.scalars(select(ProblemItem).where(ProblemItem.student_id.in_(ids))).all()
        for pupil in pupils:
            mine = {item.state for item in items if item.student_id == pupil.id}
            is_open = pupil.problem_flag in (ProblemFlag.OPEN, ProblemFlag.IN_PROCESS)
            assert is_open is (ItemState.OPEN in mine)
            if pupil.status is Status.DELETED:
                assert mine == {ItemState.DELETED}
        for group in {item.group for item in items}:
            states = {item.state for item in group.items}
            assert (group.closed_at is None) is (ItemState.OPEN in states)
            assert states != {ItemState.DELETED}
        return [pupil.id for pupil in pupils if pupil.status is not Status.DELETED]


def settled_at_once(sides, actions):
    ids = colliding(sides, len(actions))
    steps = [s.ready(i, a) for s, i, a in zip(sides, ids, actions, strict=False)]
    told = pressed(steps)
    left = standing(ids)
    assert left
    return told, left


@pytest.mark.parametrize("actions", BOTH, ids=" and ".join)
def test_two_settled_at_once_leave_one_at_least(sides, actions, tally):
    for _ in range(SOME):
        told, left = settled_at_once(sides, actions)
        assert True in told
        if actions == (A.DELETE, A.DELETE):
            assert len(left) == 1
            assert sorted(map(str, told)) == ["True", "['E-PROBLEM-NONE']"]
    tally["groups settled by two at once"] += SOME


def test_of_three_deleted_at_once_one_is_left(sides, tally):
    for _ in range(SOME):
        told, left = settled_at_once(sides, (A.DELETE,) * 3)
        assert len(left) == 1
        assert told.count(True) == 2
    tally["groups settled by three at once"] += SOME


@pytest.mark.soak
@pytest.mark.parametrize("actions", [*BOTH, (A.DELETE,) * 3], ids=" and ".join)
def test_hundreds_settled_at_once_leave_one_each(sides, actions, tally):
    for _ in range(ALL):
        settled_at_once(sides, actions)
    tally["groups settled by several at once"] += ALL


def test_the_job_and_the_offices_do_not_lock_each_other_out(sides):
    groups = [colliding(sides, 2) for _ in range(SOME)]
    for ids in groups:
        again(ids)

        def strike(pupil_id=ids[0]):
            with acting(sides[0].users["registrar"]) as session:
                submitting.strike(session, pupil_id, sides[0].act(session, "registrar"))

        told = pressed([compare, strike, sides[1].ready(ids[1], A.CHANGE)])
        assert told == [True, True, True]
        assert standing(ids) == [ids[1]]


def again(ids):
    """Let records wait to be compared once more."""
    with acting() as session:
        session.add_all(CheckWaiting(student_id=pupil_id) for pupil_id in ids)
