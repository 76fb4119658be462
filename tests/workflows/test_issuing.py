"""The life of a number: L, then G or J once verified; an ID number later; stuck ones (P34)."""

from datetime import date

import pytest
from sqlalchemy import func, select

from app.codes.national_number import by_rule, from_id_number, is_well_formed, temporary
from app.errors import Refused
from app.models.problem import CheckWaiting
from app.models.sealed import KEYS
from app.models.student import NumberHistory, NumberKind, ProblemFlag, Status, Student, Verification
from app.models.switch import SwitchValue
from app.policies import scope
from app.workflows import issuing, numbering
from app.workflows.duplicates import checked, waiting
from app.workflows.lookup import look_up
from tests import make
from tests.workflows.cases import TODAY

AREA, BORN = "411302", date(2020, 5, 1)
SERIAL = iter(range(10_000))


def verified(session, room=None, **bends):
    """A pupil with an L number, verified and compared."""
    bends = {"birth_date": BORN, "verification": Verification.PASSED, **bends}
    born = bends["birth_date"]
    bends.setdefault("id_number", make.an_id_number(born))
    pupil = make.a_pupil(
        session, room, status=Status.PENDING_REGISTRATION, **bends
    )  # fmt: skip
    pupil.take_number(temporary(AREA, born, lambda _: next(SERIAL)))
    pupil.status = Status.IN_SCHOOL
    session.flush()
    return pupil


def compared(session):
    checked(session, waiting(session, 10_000))
    session.flush()


def issue(session, *pupils):
    compared(session)
    done = issuing.issue(session, [pupil.id for pupil in pupils], TODAY)
    session.expire_all()
    return done


@pytest.fixture
def whole(session):
    scope.enter(make.WHOLE, session)
    return session


NO_ID = {"id_type": "Z", "id_number": None}


def test_a_verified_pupil_gets_a_number_of_the_id_number(whole):
    pupil = verified(whole)
    former = pupil.number
    assert issue(whole, pupil) == (1, 0)
    assert pupil.number == from_id_number(pupil.id_number)
    assert pupil.number_kind is NumberKind.G
    assert pupil.number_digest == KEYS.digest(pupil.number)
    history = whole.scalars(select(NumberHistory).filter_by(student_id=pupil.id)).one()
    assert (history.number, history.kind) == (former, "L")
    assert issue(whole, pupil) == (0, 0)
    assert look_up(whole, pupil.name, former).student_id == pupil.id


def test_without_a_usable_id_number_it_is_the_lowest_free_one_by_rule(whole):
    first, second, third = (verified(whole, **NO_ID) for _ in range(3))
    assert issue(whole, first, second, third) == (3, 0)
    numbers = [by_rule(AREA, BORN, n) for n in (1, 2, 3)]
    assert sorted(one.number for one in (first, second, third)) == sorted(numbers)
    assert all(is_well_formed(number) for number in numbers)


@pytest.mark.parametrize(
    "bends",
    [
        {"id_type": "A", "id_number": "E1234567", "nationality": "USA", "overseas_status": "51"},
        {"id_type": "6", "id_number": "H1234567", "nationality": "HKG", "overseas_status": "01"},
        {**NO_ID, "overseas_status": "05"},
        {"verification": Verification.NONE},
        {"verification": Verification.FAILED},
        {"problem_flag": ProblemFlag.OPEN},
        {"problem_flag": ProblemFlag.IN_PROCESS},
    ],
)
def test_who_stays_with_a_temporary_number(whole, bends):
    pupil = verified(whole, **bends)
    assert issue(whole, pupil) == (0, 0)
    assert pupil.number_kind is NumberKind.L
    assert issuing.due_ids(whole, TODAY, 0, 10) == []


def test_nobody_gets_a_number_before_the_comparison(whole):
    pupil = verified(whole)
    assert whole.get(CheckWaiting, pupil.id) is not None
    assert not issuing.due(whole, TODAY)
    assert issuing.issue(whole, [pupil.id], TODAY) == (0, 0)
    compared(whole)
    assert issuing.due(whole, TODAY)


def test_an_id_number_that_comes_later_turns_j_into_g_once_verified_again(whole):
    pupil = verified(whole, **NO_ID)
    issue(whole, pupil)
    j = pupil.number
    pupil.id_type, pupil.id_number = "1", make.an_id_number(BORN)
    pupil.id_digest = KEYS.digest(pupil.id_number)
    whole.flush()
    whole.refresh(pupil)
    assert pupil.verification is Verification.NONE
    assert issue(whole, pupil) == (0, 0)
    pupil.verification = Verification.PASSED
    whole.flush()
    assert issue(whole, pupil) == (1, 0)
    assert pupil.number == from_id_number(pupil.id_number)
    kept = whole.scalars(select(NumberHistory.number).filter_by(student_id=pupil.id)).all()
    assert len(kept) == 2
    assert j in kept


def test_a_province_may_keep_the_number_by_rule(whole):
    pupil = verified(whole, **NO_ID)
    issue(whole, pupil)
    person = make.an_account(whole, "PL", "41")
    whole.add(
        SwitchValue(
            organisation_id=person.organisation_id, key=issuing.RENUMBER, value="off",
            valid_from=TODAY, set_by=person.user_id,
        )
    )  # fmt: skip
    pupil.id_type, pupil.id_number = "1", make.an_id_number(BORN)
    pupil.id_digest = KEYS.digest(pupil.id_number)
    whole.flush()
    whole.refresh(pupil)
    pupil.verification = Verification.PASSED
    whole.flush()
    assert issue(whole, pupil) == (0, 0)
    assert pupil.number_kind is NumberKind.J
    assert not issuing.due(whole, TODAY)
    elsewhere = verified(whole, **NO_ID)
    assert issue(whole, elsewhere) == (1, 0)  # a temporary one becomes formal all the same


def test_a_number_of_somebody_else_is_not_taken_and_said(whole):
    other = verified(whole)
    pupil = verified(whole)
    assert numbering.claim(whole, other, from_id_number(pupil.id_number))
    assert issue(whole, pupil) == (0, 1)
    assert pupil.number_stuck
    assert issuing.due_ids(whole, TODAY, 0, 10) == [other.id]
    pupil.birth_date = date(2020, 5, 2)
    whole.flush()
    whole.refresh(pupil)
    assert not pupil.number_stuck


def test_collisions_are_drawn_again(whole, monkeypatch):
    first, second = (make.a_pupil(whole, status=Status.PENDING_REGISTRATION) for _ in range(2))
    second.birth_date = first.birth_date
    whole.flush()
    draws = iter([7, 7, 7, 8])
    monkeypatch.setattr(numbering.secrets, "randbelow", lambda _: next(draws))
    one, other = (numbering.temporary_number(whole, pupil) for pupil in (first, second))
    assert (one[-4:], other[-4:]) == ("0007", "0008")


def test_a_day_that_is_used_up_is_said(whole, monkeypatch):
    monkeypatch.setattr(numbering.secrets, "randbelow", lambda _: 7)
    first, second = (make.a_pupil(whole, status=Status.PENDING_REGISTRATION) for _ in range(2))
    second.birth_date = first.birth_date
    whole.flush()
    numbering.temporary_number(whole, first)
    with pytest.raises(Refused):
        numbering.temporary_number(whole, second)
    taken = [by_rule(AREA, BORN, n) for n in range(1, 1000)]
    for number in taken:
        assert numbering.claim(whole, first, number)
    lone = verified(whole, **NO_ID)
    with pytest.raises(Refused):
        numbering.number_by_rule(whole, lone)
    assert issue(whole, lone) == (0, 1)


def test_sequences_far_up_are_found(whole):
    first = verified(whole, **NO_ID)
    for n in range(1, 71):
        assert numbering.claim(whole, first, by_rule(AREA, BORN, n))
    lone = verified(whole, **NO_ID)
    assert issue(whole, lone) == (1, 0)
    assert lone.number == by_rule(AREA, BORN, 71)


def test_the_clock_asks_while_a_number_is_due(whole):
    pupil = verified(whole)
    assert not issuing.due(whole, TODAY)
    compared(whole)
    assert issuing.due_ids(whole, TODAY, 0, 10) == [pupil.id]
    issue(whole, pupil)
    assert not issuing.due(whole, TODAY)
    assert whole.scalar(select(func.count()).select_from(Student)) == 1
