"""编排班内学号: by present order, by name, as typed; stale-safe; who is in a case is left alone."""

import pytest
from sqlalchemy import select

from app.errors import NotFound, Refused, Stale
from app.models.audit import AuditEvent, RowHistory
from app.models.student import Status, Student
from app.policies import scope
from app.workflows.renumbering import Order, Wanted, look, renumber
from tests import make
from tests.workflows.cases import a_registration, become

NAMES = ("张三", "单晓", "安平", "曾一")  # Zhang San, Shan Xiao, An Ping, Zeng Yi
SEATS = (2, None, 5, 5)


class Class:
    """A class of four, and its registrar."""

    def __init__(self, session):
        self.session = session
        scope.enter(make.WHOLE, session)
        self.room = make.a_class(session)
        self.pupils = [
            make.a_pupil(session, self.room, name=name, seat_no=seat)
            for name, seat in zip(NAMES, SEATS, strict=True)
        ]
        make.a_pupil(session, self.room, status=Status.SUSPENDED, seat_no=1)
        self.registrar = make.an_account(session, "SR", self.room.school)

    def look(self, order, typed=None):
        return look(self.session, self.actor(), self.room.id, Wanted(order, typed or {}))

    def renumber(self, order, typed=None, seen=None):
        seen = seen or self.look(order, typed).seen
        wanted = Wanted(order, typed or {})
        return renumber(self.session, self.actor(), self.room.id, wanted, seen)

    def actor(self):
        return become(self.session, self.registrar)

    def seats(self):
        scope.enter(make.WHOLE, self.session)
        self.session.expire_all()
        return {pupil.name: pupil.seat_no for pupil in self.pupils}


@pytest.fixture
def room(session):
    return Class(session)


@pytest.mark.parametrize(
    ("order", "seats"),
    [
        (Order.GAPS, {"张三": 1, "安平": 2, "曾一": 3, "单晓": 4}),
        (Order.NAME, {"安平": 1, "单晓": 2, "曾一": 3, "张三": 4}),
    ],
)
def test_a_class_is_numbered_without_gaps(session, room, order, seats):
    room.renumber(order)
    assert room.seats() == seats
    (event,) = session.scalars(select(AuditEvent).filter_by(action="class.numbered"))
    assert event.details["order"] == order.value
    with pytest.raises(Refused) as same:
        room.renumber(order)
    assert same.value.refusals[0].code == "E-SEAT-SAME"


def test_typed_numbers_are_judged_one_by_one(room):
    ids = [pupil.id for pupil in room.pupils]
    plan = room.look(Order.TYPED, dict(zip(ids, ("3", "3", "", "12345"), strict=True)))
    assert {line.pupil.id: line.wrong.code for line in plan.lines} == dict(
        zip(ids, ("E-SEAT-TWICE", "E-SEAT-TWICE", "E-SEAT-WHOLE", "E-SEAT-WHOLE"), strict=True)
    )
    with pytest.raises(Refused):
        room.renumber(Order.TYPED, {ids[0]: "0"})
    room.renumber(Order.TYPED, dict(zip(ids, ("40", "30", " 20 ", "10"), strict=True)))
    assert list(room.seats().values()) == [40, 30, 20, 10]


def test_who_is_in_a_case_keeps_the_number_and_the_others_go_round_it(session, room):
    scope.enter(make.WHOLE, session)
    busy = room.pupils[0]
    busy.status = Status.PENDING_REGISTRATION
    session.flush()
    a_registration(session, busy, room.registrar)
    plan = room.look(Order.NAME)
    assert [line.held.code for line in plan.lines if line.held] == ["E-SEAT-LOCK"]
    room.renumber(Order.NAME)
    assert room.seats() == {"安平": 1, "张三": 2, "单晓": 3, "曾一": 4}
    typed = {pupil.id: "2" for pupil in room.pupils}
    plan = room.look(Order.TYPED, typed)
    assert {line.wrong.code for line in plan.lines if line.wrong} == {"E-SEAT-TWICE"}
    assert next(line for line in plan.lines if line.held).wrong is None


def test_a_class_that_has_changed_meanwhile_is_not_numbered(session, room):
    seen = room.look(Order.NAME).seen
    scope.enter(make.WHOLE, session)
    make.a_pupil(session, room.room)
    with pytest.raises(Stale):
        room.renumber(Order.NAME, seen=seen)
    seen = room.look(Order.NAME).seen
    scope.enter(make.WHOLE, session)
    session.get_one(Student, room.pupils[0].id).seat_no = 44
    session.flush()
    with pytest.raises(Stale):
        room.renumber(Order.NAME, seen=seen)


def test_another_schools_class_is_not_there(session, room):
    scope.enter(make.WHOLE, session)
    strange = make.a_class(session, make.a_school(session)).id
    with pytest.raises(NotFound):
        look(session, room.actor(), strange)


def test_the_change_stands_in_the_history_of_the_pupils(session, room):
    room.renumber(Order.NAME)
    scope.enter(make.WHOLE, session)
    asked = select(RowHistory.after).where(RowHistory.student_id == room.pupils[2].id)
    assert {"seat_no": 1} in session.scalars(asked).all()
