"""清理: what an authority may end, what it foresees, and that the pupil is as before (P13)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select, update

from app.models.case import Case
from app.models.change import MovementType
from app.models.notice import Notice
from app.models.school import Stage
from app.models.student import Enrolment, Student
from app.policies import scope
from app.workflows import cleaning
from app.workflows.cleaning import Choice
from app.workflows.desk import Act, Ending, Trigger
from app.workflows.opening import open_registration
from app.workflows.opening_changes import Plan, open_movement
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import TODAY, become, do

KINDS = ("registration", "transfer", "movement")
REASON = "毕业前统一清理"


@pytest.fixture
def town(session):
    return Town(session)


def a_movement(town):
    """An application to note a pupil of the sending school as missing: it needs no paper."""
    pupil = town.pupil()
    act = Act(Trigger.SUBMIT, become(town.session, town.people["from.registrar"]), TODAY)
    plan = Plan(MovementType.MISSING, date(2026, 11, 20), "99", reason_text="多方联系未果")
    return open_movement(town.session, pupil.id, plan, act, ())


def opened(town, kind):
    if kind == "movement":
        return a_movement(town)
    return town.registration() if kind == "registration" else town.transfer()


def rows(session, pupil_id):
    """A pupil's row and periods as they stand, column by column."""
    scope.enter(make.WHOLE, session)
    session.expire_all()
    pupil = session.get_one(Student, pupil_id)
    columns = [column.key for column in inspect(Student).column_attrs]
    periods = session.execute(select(Enrolment.__table__).where(Enrolment.student_id == pupil_id))
    return {key: getattr(pupil, key) for key in columns}, periods.all()


def forward(session, town, case, steps):
    """Let a case go on by some steps, short of its end; gives how many it went."""
    desks = {
        "SCHOOL_REVIEW": "from.leader",
        "AUTHORITY_REVIEW": "from.authority",
        "IN_SCHOOL": "to.leader",
        "IN_AUTHORITY": "to.authority",
        "OUT_SCHOOL": "from.leader",
    }
    for step in steps:
        state = town.case(case.id).state
        ends = state in ("AUTHORITY_REVIEW", "OUT_AUTHORITY") or state not in desks
        if ends and step == "agree":
            return
        if state in desks:
            do(session, town.people[desks[state]], town.case(case.id), step, REASON)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(KINDS),
    steps=st.lists(st.sampled_from(["agree", "agree", "send_back"]), max_size=4),
)
def test_after_a_clean_up_the_pupil_is_as_before_the_case(session, kind, steps):
    with session.begin_nested():
        town = Town(session)
        made = []
        original = town.pupil

        def pupil(**bends):
            one = original(**bends)
            made.append((one.id, rows(session, one.id)))
            return one

        town.pupil = pupil
        case = opened(town, kind)
        pupil_id, before = made[0]
        forward(session, town, case, steps)
        authority = town.people["from.authority"]
        do(session, authority, town.case(case.id), Trigger.CLEAN, REASON)
        assert town.case(case.id).state == Ending.CLEANED
        assert town.case(case.id).closed_at is not None
        assert rows(session, pupil_id) == before


def choose(session, town, who="from.authority", **bends):
    actor = become(session, town.people[who])
    return [case.id for case in cleaning.selected(session, actor, Choice(**bends), TODAY)]


def test_only_cases_of_the_own_schools_are_chosen(session, town):
    mine, across = town.registration().id, town.transfer().id
    scope.enter(make.WHOLE, session)
    other = Town(session, county="450102")
    foreign = other.registration().id
    assert choose(session, town) == [mine, across, foreign]  # the sending school's county is one
    assert choose(session, town, "to.authority") == [across]
    assert choose(session, other, "to.authority") == []
    assert choose(session, town, "ministry") == []
    abroad = other.transfer().id
    assert choose(session, town, "ministry") == [abroad]


def test_a_choice_narrows_by_kind_school_time_and_grade(session, town):
    registered, moved = town.registration().id, a_movement(town).id
    assert choose(session, town, kind="registration") == [registered]
    assert choose(session, town, kind="movement") == choose(session, town, kind="leaving")
    assert choose(session, town, kind="leaving") == [moved]
    assert choose(session, town, kind="dropout") == []
    assert choose(session, town, school=town.old_id) == [registered, moved]
    assert choose(session, town, school=town.new_id) == []
    assert choose(session, town, over=10) == choose(session, town, graduating=True) == []
    long_ago = datetime(2026, 10, 1, tzinfo=UTC)
    scope.enter(make.WHOLE, session)
    session.execute(update(Case).where(Case.id == moved).values(step_since=long_ago))
    assert choose(session, town, over=10) == [moved]
    scope.enter(make.WHOLE, session)
    last = make.a_grade(session, level=6, school=town.old, stage=Stage.PRIMARY)
    room = make.a_class(session, town.old, last)
    session.execute(
        update(Student)
        .where(Student.id == session.get_one(Case, registered).student_id)
        .values(grade_id=last.id, class_id=room.id)
    )
    assert choose(session, town, graduating=True) == [registered]


def test_what_is_foreseen_is_what_happens_and_nothing_is_written_before(session, town):
    case_id = town.transfer().id
    actor = become(session, town.people["to.authority"])
    (found,) = cleaning.foresee(
        session, cleaning.selected(session, actor, Choice(), TODAY), actor, TODAY
    )
    assert found.ends
    assert cleaning.told([found.case], actor.organisation_id)[case_id]
    assert cleaning.by_school([found]).total() == 1
    session.expunge_all()
    assert town.case(case_id).is_open
    do(session, town.people["to.authority"], town.case(case_id), Trigger.CLEAN, REASON)
    case = town.case(case_id)
    assert (case.state, case.events[-1].remark) == (Ending.CLEANED, REASON)
    told = set(session.scalars(select(Notice.organisation_id).where(Notice.case_id == case_id)))
    assert {town.old_id, town.new_id} <= told


@pytest.mark.parametrize("who", ["from.registrar", "from.leader", "to.leader"])
def test_a_school_cleans_nothing(session, town, who):
    case_id = town.transfer().id
    actor = become(session, town.people[who])
    (found,) = cleaning.foresee(session, [session.get_one(Case, case_id)], actor, TODAY)
    assert [refusal.code for refusal in found.refusals] == ["E-NOTMINE"]


def test_after_a_clean_up_the_pupil_is_free_for_other_business(session, town):
    pupil = town.pending()
    pupil_id = pupil.id
    act = Act(Trigger.SUBMIT, become(session, town.people["from.registrar"]), TODAY)
    case = open_registration(session, session.get_one(Student, pupil_id), act)
    do(session, town.people["from.authority"], town.case(case.id), Trigger.CLEAN, REASON)
    act = Act(Trigger.SUBMIT, become(session, town.people["from.registrar"]), TODAY + timedelta(1))
    assert open_registration(session, session.get_one(Student, pupil_id), act).is_open
