"""While a case is open its pupil stays as they are, on every path; and what has ended has ended."""

from datetime import date, timedelta

import psycopg
import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.errors import AppError, Refused
from app.models.case import Case, Registration
from app.models.student import Enrolment, Guardian, Status, Student
from app.models.switch import SwitchValue
from app.policies import scope
from app.workflows.class_change import change_class
from app.workflows.desk import Act, Trigger
from app.workflows.processes import TRANSFER
from app.workflows.submitting import strike
from tests import make
from tests.workflows.cases import TODAY, a_registration, a_transfer, become, do, staff, why_not

IN_CASE = "XJ423"


class Town:
    """A pupil of county 411302 on the way to a school of its neighbour."""

    def __init__(self, session, status=Status.IN_SCHOOL):
        self.session = session
        scope.enter(make.WHOLE, session)
        self.old, self.new = make.a_school(session, "411302"), make.a_school(session, "411303")
        self.home = make.a_class(session, self.old)
        self.beside = make.a_class(session, self.old, self.home.grade)
        self.room = make.a_class(session, self.new)
        self.pupil = make.a_pupil(session, self.home, status=status)
        self.pupil_id = self.pupil.id
        self.people = staff(session, self.old)
        self.there = staff(session, self.new)

    def opened(self):
        return a_transfer(self.session, self.pupil, self.there["registrar"], self.room)

    def through(self, case):
        for person in ("leader", "authority"):
            do(self.session, self.there[person], case, "agree")
        for person in ("leader", "authority"):
            do(self.session, self.people[person], case, "agree")


@pytest.fixture
def town(session):
    return Town(session)


def state_of(refused):
    return refused.value.orig.sqlstate


# ── W10: the record, on every path ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "write",
    [
        lambda pupil: update(Student).where(Student.id == pupil).values(talent="围棋"),
        lambda pupil: update(Student).where(Student.id == pupil).values(status="SUSPENDED"),
        lambda _pupil: update(Student).values(left_behind="1"),  # in bulk
        lambda pupil: update(Guardian).where(Guardian.student_id == pupil).values(name="某"),
        lambda pupil: delete(Guardian).where(Guardian.student_id == pupil),
    ],
)
def test_the_database_keeps_the_record_while_a_case_is_open(session, town, write):
    case = town.opened()
    become(session, town.people["registrar"])
    with pytest.raises(DBAPIError) as refused, session.begin_nested():
        session.execute(write(town.pupil_id))
    assert state_of(refused) == IN_CASE
    do(session, town.there["registrar"], case, "withdraw")
    become(session, town.people["registrar"])
    assert session.execute(write(town.pupil_id)).rowcount == 1  # and only while it is


def test_what_was_sent_back_may_be_mended(session, town):
    case = town.opened()
    do(session, town.there["leader"], case, "send_back", "补材料")
    become(session, town.people["registrar"])
    mended = update(Student).where(Student.id == town.pupil_id).values(talent="围棋")
    assert session.execute(mended).rowcount == 1


def test_a_pupil_in_a_case_changes_no_class(session, town):
    to = town.beside.id
    town.opened()
    act = Act(Trigger.SUBMIT, become(session, town.people["registrar"]), TODAY)
    with pytest.raises(Refused) as refused:
        change_class(session, [town.pupil_id], to, act)
    assert "E-LOCK" in [r.code for r in refused.value.refusals]


def test_a_pupil_in_a_case_is_not_struck_off(session):
    town = Town(session, Status.PENDING_REGISTRATION)
    a_registration(session, town.pupil, town.people["registrar"])
    act = Act(Trigger.SUBMIT, become(session, town.people["registrar"]), TODAY)
    with pytest.raises(Refused) as refused:
        strike(session, town.pupil_id, act)
    assert refused.value.refusals[0].code == "E-LOCK"


# ── W9: one open case ────────────────────────────────────────────────────────────────────────


def test_the_database_holds_one_open_case_a_pupil(session, town):
    case = town.opened()
    scope.enter(make.WHOLE, session)
    second = Registration(
        student_id=town.pupil_id, owner_id=town.old.id, awaiting_id=town.old.id,
        awaiting_office="LEADER", state="SCHOOL_REVIEW", snapshot={},
        initiator_id=case.initiator_id, initiator_org_id=town.old.id,
    )  # fmt: skip
    session.add(second)
    with pytest.raises(IntegrityError) as refused:
        session.flush()
    assert "case_one_open" in str(refused.value)


# ── W12: what has ended has ended ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("trigger", list(Trigger))
def test_nothing_undoes_what_was_carried_out(session, town, trigger):
    case = town.opened()
    town.through(case)
    people = [*town.people.values(), *town.there.values()]
    assert case.state == "COMPLETED"
    for person in people:
        assert why_not(session, person, case, trigger, "撤回") == ["E-CLOSED"], person.role


def test_a_case_that_ended_is_not_opened_again_by_hand(session, town):
    case = town.opened()
    town.through(case)
    become(session, town.there["registrar"])
    lies = update(Case).where(Case.id == case.id).values(closed_at=None)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(lies)  # open means: on somebody's desk


# ── W13: all of an effect, or nothing ────────────────────────────────────────────────────────


def test_a_transfer_that_breaks_half_way_has_not_begun(session, town, monkeypatch):
    case = town.opened()
    for who, side in (("leader", town.there), ("authority", town.there), ("leader", town.people)):
        do(session, side[who], case, "agree")
    moved = Student.join

    def killed(pupil, *_args):
        session.flush()  # the old period has ended, the pupil sits elsewhere
        session.execute(text("SELECT 1"))
        raise psycopg.OperationalError("terminating connection")

    monkeypatch.setattr(Student, "join", killed)
    with pytest.raises(psycopg.OperationalError), session.begin_nested():
        do(session, town.people["authority"], case, "agree")
    monkeypatch.setattr(Student, "join", moved)
    scope.enter(make.WHOLE, session)
    session.expire_all()
    pupil = session.get_one(Student, town.pupil_id)
    assert pupil.school_id == town.old.id
    assert [period.ended_on for period in pupil.enrolments] == [None]
    assert session.get_one(Case, case.id).state == "OUT_AUTHORITY"
    do(session, town.people["authority"], session.get_one(Case, case.id), "agree")
    scope.enter(make.WHOLE, session)
    here = select(Enrolment.school_id).where(
        Enrolment.student_id == town.pupil_id, Enrolment.ended_on.is_(None)
    )
    assert session.scalars(here).all() == [town.new.id]


# ── W16: windows, to the day ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (date(2026, 7, 14), []),
        (date(2026, 7, 15), ["E-FREEZE"]),
        (date(2026, 8, 14), ["E-FREEZE"]),
        (date(2026, 8, 15), []),
    ],
)
def test_transfers_stop_from_the_first_day_of_the_window_to_its_last(session, town, day, codes):
    case = town.opened()
    do(session, town.there["leader"], case, "send_back", "补材料")
    actor = become(session, town.there["registrar"])
    act = Act(Trigger.SUBMIT, actor, day, "")
    assert [r.code for r in TRANSFER.why_not(session, case, act)] == codes


def test_what_was_begun_before_the_window_is_decided_in_it(session, town):
    case = town.opened()
    actor = become(session, town.there["leader"])
    act = Act(Trigger.AGREE, actor, date(2026, 7, 20), "")
    assert TRANSFER.why_not(session, case, act) == ()


def test_what_an_authority_has_stopped_does_not_begin(session, town):
    case = town.opened()
    do(session, town.there["leader"], case, "send_back", "补材料")
    scope.enter(make.WHOLE, session)
    word = SwitchValue(
        organisation_id=town.new.organisation.parent_id,
        key="freeze_transfer",
        value="on",
        valid_from=TODAY,
        valid_to=TODAY,
        set_by=town.there["authority"].user_id,
    )
    session.add(word)
    session.flush()
    actor = become(session, town.there["registrar"])
    day_after = TODAY + timedelta(days=1)
    asked = [Act(Trigger.SUBMIT, actor, day, "") for day in (TODAY, day_after)]
    told_of = [[r.code for r in TRANSFER.why_not(session, case, act)] for act in asked]
    assert told_of == [["E-SWITCH-TILL"], []]


def test_refusals_of_the_database_have_a_word(session, town):
    town.opened()
    become(session, town.people["registrar"])
    from app.errors import told

    with pytest.raises(DBAPIError) as refused, session.begin_nested():
        session.execute(update(Student).where(Student.id == town.pupil_id).values(talent="x"))
    meant = told(refused.value)
    assert isinstance(meant, AppError)
    assert meant.refusals[0].code == "E-LOCK"
