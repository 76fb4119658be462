"""学生调班: to a class of the same grade, all of them or none, every reason at once."""

import pytest
from sqlalchemy import func, select

from app.errors import NotFound, Refused
from app.models.account import AccountRight
from app.models.audit import AuditEvent
from app.models.change import MovementType
from app.models.school import ClassState
from app.models.student import Status, Student
from app.policies import scope
from app.workflows.class_change import MOST, change_class, look
from app.workflows.desk import Act, Trigger
from app.workflows.opening_changes import Plan, open_movement
from tests import make
from tests.workflows.cases import TODAY, become, staff


class Classes:
    """A school with two classes of one grade and one of another, two pupils in the first."""

    def __init__(self, session):
        scope.enter(make.WHOLE, session)
        self.session = session
        school = make.a_school(session)
        self.first = make.a_class(session, school)
        self.second = make.a_class(session, school, size_limit=3)
        self.higher = make.a_class(session, school, make.a_grade(session, school, 2))
        self.pupils = [make.a_pupil(session, self.first, seat_no=n) for n in (1, 2)]
        self.ids = [pupil.id for pupil in self.pupils]
        self.people = staff(session, school)
        self.school, self.to = school, self.second.id
        self.elsewhere = make.a_pupil(session).id

    def act(self, who="registrar"):
        account = self.people[who] if isinstance(who, str) else who
        return Act(Trigger.SUBMIT, become(self.session, account), TODAY)

    def refused(self, ids=None, to=None, who="registrar"):
        act = self.act(who)
        with pytest.raises(Refused) as told:
            change_class(self.session, ids or self.ids, to or self.to, act)
        return [refusal.code for refusal in told.value.refusals]

    def rooms(self):
        scope.enter(make.WHOLE, self.session)
        asked = select(Student.class_id, Student.seat_no).where(Student.id.in_(self.ids))
        return {tuple(row) for row in self.session.execute(asked)}

    def bend(self, thing, **facts):
        scope.enter(make.WHOLE, self.session)
        for name, value in facts.items():
            setattr(thing, name, value)
        self.session.flush()


@pytest.fixture
def classes(session):
    return Classes(session)


def test_all_of_them_move_and_lose_their_seats_with_one_event(session, classes):
    change_class(session, classes.ids, classes.to, classes.act())
    scope.enter(make.WHOLE, session)
    assert classes.rooms() == {(classes.to, None)}
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "class.change")).one()
    assert event.object_id == classes.to
    assert event.details["pupils"] == classes.ids
    enrolled = session.get_one(Student, classes.ids[0]).current_enrolment
    assert enrolled.class_id == classes.first.id  # the class the period began in


def test_a_pupil_who_waits_for_registration_moves_too(session, classes):
    scope.enter(make.WHOLE, session)
    waits = make.a_pupil(session, classes.first, status=Status.PENDING_REGISTRATION).id
    change_class(session, [waits], classes.to, classes.act())
    scope.enter(make.WHOLE, session)
    assert session.get_one(Student, waits).class_id == classes.to


def test_the_places_are_counted_for_the_whole_group(session, classes):
    scope.enter(make.WHOLE, session)
    for _ in range(2):
        make.a_pupil(session, classes.second)  # one place is left, two are picked
    change = look(session, classes.ids, classes.to, classes.act())
    assert [dict(r.params) for r in change.refusals] == [{"left": 1, "picked": 2}]
    assert classes.refused() == ["E-SIZE-GROUP"]
    assert classes.rooms() == {(classes.first.id, 1), (classes.first.id, 2)}
    change_class(session, classes.ids[:1], classes.to, classes.act())


def test_every_reason_is_told_at_once_and_nobody_moves(session, classes):
    classes.bend(classes.pupils[0], status=Status.SUSPENDED)
    act = classes.act()
    open_movement(
        session, classes.ids[1], Plan(MovementType.MISSING, TODAY, reason_text="失联"), act
    )
    classes.bend(classes.second, state=ClassState.CLOSED, size_limit=1)
    codes = classes.refused()
    assert codes == ["E-CLASS", "E-SIZE-GROUP", "E-STATUS", "E-LOCK"]
    assert classes.rooms() == {(classes.first.id, 1), (classes.first.id, 2)}


def test_another_grade_and_the_same_class_are_refused(classes):
    assert classes.refused(to=classes.higher.id) == ["E-GRADE"]
    assert classes.refused(to=classes.first.id) == ["E-THERE"]


def test_a_foreign_pupil_is_not_there_and_a_foreign_class_is_no_class(session, classes):
    with pytest.raises(NotFound):
        change_class(session, [*classes.ids, classes.elsewhere], classes.to, classes.act())
    scope.enter(make.WHOLE, session)
    foreign = make.a_class(session).id
    assert classes.refused(to=foreign) == ["E-CLASS"]
    assert classes.rooms() == {(classes.first.id, 1), (classes.first.id, 2)}


def test_nobody_or_too_many_is_no_group(session, classes):
    act = classes.act()
    with pytest.raises(NotFound):
        look(session, [], classes.to, act)
    with pytest.raises(Refused):
        look(session, range(1, MOST + 2), classes.to, act)


def test_a_class_teacher_moves_the_own_pupils_and_no_others(session, classes):
    scope.enter(make.WHOLE, session)
    teacher = make.an_account(session, "CT", classes.school, classes=(classes.first,))
    session.add(AccountRight(user_id=teacher.user_id, given="assign:C"))
    session.flush()
    other = make.a_pupil(session, classes.second).id
    change_class(session, classes.ids[:1], classes.to, classes.act(teacher))
    with pytest.raises(NotFound):
        change_class(session, [other], classes.first.id, classes.act(teacher))
    scope.enter(make.WHOLE, session)
    count = select(func.count()).where(Student.class_id == classes.to)
    assert session.scalar(count) == 2
