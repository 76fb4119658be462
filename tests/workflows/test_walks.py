"""Random walks over a transfer: whoever presses whatever, the case stays lawful."""

import random

import pytest

from app.errors import Refused
from app.models.student import Status, Student
from app.policies import scope
from app.workflows.desk import Ending, Trigger
from app.workflows.transfer import AWAITING_PULL, COMPLETED, TransferWorkflow
from tests import make
from tests.workflows.cases import a_transfer, do, staff

STEPS = 40
LEGAL = {desk.state for desk in TransferWorkflow.desks} | {COMPLETED, *Ending}


def lawful(session, case, pupil_id, homes):
    """Return what must hold after every press."""
    scope.enter(make.WHOLE, session)
    session.expire_all()
    pupil = session.get_one(Student, pupil_id)
    moved = case.state == COMPLETED
    assert case.state in LEGAL
    assert case.is_open == (case.awaiting_id is not None)
    assert pupil.school_id == homes[moved]
    assert pupil.status is Status.IN_SCHOOL
    assert sum(period.ended_on is None for period in pupil.enrolments) == 1
    agreed = [e.user_id for e in case.events if e.decision == "AGREE"]
    assert len(agreed) == len(set(agreed))
    assert case.initiator_id not in agreed
    assert len({e.case_version for e in case.events}) == len(case.events)
    if case.state == AWAITING_PULL or moved:
        assert len(agreed) == 5


LONG = [pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 1000)]


@pytest.mark.parametrize("seed", [*range(4), *LONG])
def test_a_random_walk_never_leaves_the_law(session, seed):
    dice = random.Random(seed)  # noqa: S311
    scope.enter(make.WHOLE, session)
    old, new = make.a_school(session, "411302"), make.a_school(session, "450102")
    room = make.a_class(session, new)
    pupil = make.a_pupil(session, make.a_class(session, old))
    people = [*staff(session, old).values(), *staff(session, new).values()]
    registrar, ministry = people[3], make.an_account(session, "MIN")
    homes = {False: old.id, True: new.id}
    case = a_transfer(session, pupil, registrar, room)
    pupil_id = case.student_id
    people.append(ministry)
    presses = [*[Trigger.AGREE] * 5, *Trigger]
    for _ in range(STEPS):
        who, what = dice.choice(people), dice.choice(presses)
        try:
            do(session, who, case, what, remark="随机")
        except Refused as refused:
            assert refused.refusals  # noqa: PT017  a refusal says why
        lawful(session, case, pupil_id, homes)
