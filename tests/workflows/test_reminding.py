"""期限: who is told when a case is due soon, late, or a suspension ends; once, and nobody else."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.models.change import Movement, MovementType
from app.models.notice import Notice, NoticeKind
from app.models.organisation import Organisation
from app.models.student import Status
from app.policies import scope
from app.workflows.calendar import due
from app.workflows.reminding import AHEAD, OVER, last_id, remind
from tests import make
from tests.views.approvals import Town
from tests.workflows.cases import TODAY, do

EVERYTHING = (0, 2**31 - 1)


@pytest.fixture
def town(session):
    return Town(session)


def reminded(session, day, ids=EVERYTHING):
    """Do a day's reminders; gives how many of each kind."""
    scope.enter(make.WHOLE, session)
    return {kind: n for kind, n in remind(session, day, ids).items() if n}


def told(session, kind):
    """The organisations told of a kind, by their code, and under which version."""
    scope.enter(make.WHOLE, session)
    asked = (
        select(Organisation.code, Notice.case_version)
        .join(Notice.organisation)
        .where(Notice.kind == kind)
        .order_by(Notice.id)
    )
    return [tuple(row) for row in session.execute(asked)]


def code_of(session, school_id):
    return session.get_one(Organisation, school_id).code


def test_an_office_is_reminded_three_working_days_before(session, town):
    case = town.transfer()
    last = town.case(case.id).due_on
    first = last
    while due(first - timedelta(1), 3) >= last:
        first -= timedelta(1)
    assert reminded(session, first - timedelta(1)) == {}
    assert reminded(session, first) == {"reminder": 1}
    assert reminded(session, first) == {}
    assert reminded(session, last) == {}
    assert [code for code, _ in told(session, NoticeKind.REMINDER)] == [
        code_of(session, town.new_id)
    ]


def test_the_next_desk_is_reminded_again_and_a_mark_is_no_new_desk(session, town):
    case = town.transfer()
    assert reminded(session, town.case(case.id).due_on) == {"reminder": 1}
    do(session, town.people["to.leader"], town.case(case.id), "agree")
    assert reminded(session, town.case(case.id).due_on) == {"reminder": 1}
    scope.enter(make.WHOLE, session)
    marked = town.case(case.id)
    marked.step_since -= timedelta(1)  # before what was told in this one transaction
    session.flush()
    assert reminded(session, town.case(case.id).due_on) == {}


def test_the_first_day_late_is_told_to_the_office_and_both_sides_once(session, town):
    case = town.transfer()
    do(session, town.people["to.leader"], case, "agree")  # now at the receiving authority
    late = town.case(case.id).due_on + timedelta(1)
    assert reminded(session, late) == {"overdue": 3}
    codes = {code for code, _ in told(session, NoticeKind.OVERDUE)}
    assert codes == {code_of(session, town.old_id), code_of(session, town.new_id), "411303"}
    assert reminded(session, late + timedelta(30)) == {}


def test_a_registration_has_one_side(session, town):
    case = town.registration()
    assert reminded(session, town.case(case.id).due_on + timedelta(1)) == {"overdue": 1}


def test_a_case_sent_back_or_closed_is_told_to_nobody(session, town):
    back, ended = town.transfer(), town.transfer()
    do(session, town.people["to.leader"], back, "send_back", "补材料")
    do(session, town.people["to.leader"], ended, "disagree", "不符合")
    for days in (0, 10, 400):
        assert reminded(session, TODAY + timedelta(days)) == {}


def test_a_range_holds_its_first_case_and_not_its_last(session, town):
    case = town.registration()
    late = town.case(case.id).due_on + timedelta(1)
    assert reminded(session, late, (0, case.id)) == {}
    assert reminded(session, late, (case.id, case.id + 1)) == {"overdue": 1}
    assert last_id(session) == case.id


# ── suspensions ─────────────────────────────────────────────────────────────────────────────


def a_suspension(town, pupil, until, state="APPROVED"):
    """A suspension that was carried out; its case is closed."""
    scope.enter(make.WHOLE, town.session)
    clerk = town.people["from.registrar"]
    made = Movement(
        student_id=pupil.id,
        owner_id=town.old_id,
        state=state,
        initiator_id=clerk.user_id,
        initiator_org_id=town.old_id,
        closed_at=func.now(),
        type=MovementType.SUSPEND,
        happened_on=date(2025, 12, 1),
        until_on=until,
        reason="1",
        snapshot={"name": pupil.name},
    )
    town.session.add(made)
    town.session.flush()
    return made


def test_a_school_is_told_before_a_suspension_ends_and_when_it_is_over(session, town):
    pupil = town.pupil(status=Status.SUSPENDED)
    until = TODAY + timedelta(30)
    a_suspension(town, pupil, until)
    assert reminded(session, TODAY - timedelta(1)) == {}
    assert reminded(session, TODAY) == {"suspension_ends": 1}
    assert reminded(session, until) == {}
    assert reminded(session, until + timedelta(1)) == {"suspension_ends": 1}
    assert reminded(session, until + timedelta(60)) == {}
    school = code_of(session, town.old_id)
    assert told(session, NoticeKind.SUSPENSION_ENDS) == [(school, AHEAD), (school, OVER)]


def test_a_pupil_who_is_back_and_a_suspension_prolonged_are_told_of_no_more(session, town):
    back = town.pupil(status=Status.IN_SCHOOL)
    a_suspension(town, back, TODAY)
    longer = town.pupil(status=Status.SUSPENDED)
    a_suspension(town, longer, TODAY)
    a_suspension(town, longer, TODAY + timedelta(300))
    refused = town.pupil(status=Status.SUSPENDED)
    a_suspension(town, refused, TODAY, state="REJECTED")
    assert reminded(session, TODAY + timedelta(1)) == {}
