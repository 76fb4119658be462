"""学籍辅号: a province's rule, numbers given by it, and nobody's twice."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.errors import Forbidden, Refused, Stale
from app.models.audit import AuditEvent
from app.models.student import Student
from app.policies import scope
from app.workflows import aux_numbers, aux_rules
from app.workflows.admission import admit
from app.workflows.maintaining import follow
from tests import make
from tests.workflows.cases import a_registration, become

PATTERN = "{province}{city}{county}{school}{year}{stage}{class}{seat:2}"
TODAY = date(2026, 9, 20)


class Ground:
    """A school with two classes, its registrar, and the leader of its province."""

    def __init__(self, session):
        self.session = session
        scope.enter(make.WHOLE, session)
        self.school = make.a_school(session)
        self.rooms = [make.a_class(session, self.school) for _ in range(2)]
        self.pupils = [make.a_pupil(session, self.rooms[0], seat_no=n) for n in (1, 2, 3)]
        self.last = make.a_pupil(session, self.rooms[1])
        self.registrar = make.an_account(session, "SR", self.school)
        self.leader = make.an_account(session, "PL", "41")
        self.code = self.school.organisation.code

    def rule(self, raw=PATTERN, seen=0):
        actor = become(self.session, self.leader)
        return aux_rules.set_rule(self.session, actor, raw, seen)

    def wanted(self, class_id=None, *, anew=False):
        return aux_numbers.Wanted(class_id, anew, TODAY)

    def look(self, **asked):
        return aux_numbers.look(self.session, self.sr(), self.wanted(**asked))

    def give(self, **asked):
        plan = self.look(**asked)
        return aux_numbers.give(self.session, self.sr(), self.wanted(**asked), plan.seen)

    def sr(self):
        return become(self.session, self.registrar)

    def numbers(self):
        scope.enter(make.WHOLE, self.session)
        self.session.expire_all()
        return [pupil.aux_number for pupil in self.pupils]

    def expected(self, *seats, room=0):
        area, number = self.school.division[:6], self.rooms[room].number
        return [f"{area}{self.code}{number}{seat:02d}" for seat in seats]


@pytest.fixture
def ground(session):
    return Ground(session)


def codes(plan):
    return [(line.pupil.seat_no, line.refusal.code) for line in plan.stopped]


def test_only_a_province_leader_sets_a_rule_and_not_the_same_one_twice(session, ground):
    with pytest.raises(Forbidden):
        aux_rules.set_rule(session, ground.sr(), PATTERN, 0)
    first = ground.rule()
    assert aux_rules.pattern_of(session, ground.sr().path).text == PATTERN
    with pytest.raises(Stale):
        ground.rule(PATTERN + "1", 0)
    with pytest.raises(Refused) as same:
        ground.rule(f" {PATTERN} ", first.id)
    assert same.value.refusals[0].code == "E-AUX-SAME"
    ground.rule("", first.id)
    assert aux_rules.pattern_of(session, ground.sr().path) is None
    with pytest.raises(Refused) as none:
        ground.look()
    assert none.value.refusals[0].code == "E-AUX-NONE"


def test_numbers_are_given_by_the_rule_and_stay(session, ground):
    ground.rule()
    plan = ground.look()
    assert codes(plan) == [(None, "E-AUX-SEAT")]
    ground.give()
    assert ground.numbers() == ground.expected(1, 2, 3)
    scope.enter(make.WHOLE, session)
    (event,) = session.scalars(select(AuditEvent).filter_by(action="aux.given"))
    assert event.details == {"pupils": 3, "elevated": True}
    ground.pupils[0].seat_no = 9
    session.flush()
    assert ground.look().changed == {}  # once given, it stays
    with pytest.raises(Refused) as nobody:
        ground.give()
    assert nobody.value.refusals[0].code == "E-AUX-NOBODY"


def test_anew_the_pupils_of_a_class_may_swap_their_numbers(session, ground):
    ground.rule()
    ground.give(class_id=ground.rooms[0].id)
    scope.enter(make.WHOLE, session)
    first, second, _third = ground.pupils
    first.seat_no, second.seat_no = 2, 1
    session.flush()
    ground.give(anew=True)
    assert ground.numbers() == ground.expected(2, 1, 3)


def test_what_was_looked_at_is_what_is_written(session, ground):
    ground.rule()
    seen = ground.look().seen
    scope.enter(make.WHOLE, session)
    ground.pupils[0].seat_no = 7
    session.flush()
    with pytest.raises(Stale):
        aux_numbers.give(session, ground.sr(), ground.wanted(), seen)


def test_every_reason_why_a_pupil_gets_no_number(session, ground):
    ground.rule()
    scope.enter(make.WHOLE, session)
    one, two, three = ground.pupils
    one.seat_no, two.seat_no = 3, 100
    four = make.a_pupil(session, ground.rooms[0], seat_no=4)
    other = make.a_class(session, make.a_school(session, "410102"))
    make.a_pupil(session, other, aux_number=ground.expected(4)[0])
    busy = make.a_pupil(session, ground.rooms[0], seat_no=5, status="PENDING_REGISTRATION")
    a_registration(session, busy, ground.registrar)
    plan = ground.look()
    told = {line.pupil.id: line.refusal.code for line in plan.stopped}
    assert told == {
        one.id: "E-AUX-TWICE",
        three.id: "E-AUX-TWICE",
        two.id: "E-AUX-FITS",
        four.id: "E-AUX-TAKEN",
        busy.id: "E-LOCK",
        ground.last.id: "E-AUX-SEAT",
    }
    assert plan.changed == {}


def test_who_is_refused_keeps_a_number_that_another_does_not_get(session, ground):
    ground.rule()
    ground.give(class_id=ground.rooms[0].id)
    scope.enter(make.WHOLE, session)
    one, two, three = ground.pupils
    one.seat_no, two.seat_no, three.seat_no = 5, 5, 1  # 3 wants the number 1 must keep
    session.flush()
    plan = ground.look(class_id=ground.rooms[0].id, anew=True)
    assert codes(plan) == [(1, "E-AUX-TAKEN"), (5, "E-AUX-TWICE"), (5, "E-AUX-TWICE")]


def test_in_a_province_the_database_holds_a_number_once(session, ground):
    scope.enter(make.WHOLE, session)
    ground.pupils[0].aux_number = "A1"
    abroad = make.a_pupil(session, make.a_class(session, make.a_school(session, "110101")))
    abroad.aux_number = "A1"  # another province: its own business
    session.flush()
    ground.pupils[1].aux_number = "A1"
    with pytest.raises(IntegrityError):
        session.flush()


def test_what_is_typed_is_told_in_words(session, ground):
    scope.enter(make.WHOLE, session)
    ground.pupils[0].aux_number = "A1"
    session.flush()
    ground.sr()
    mine = session.get_one(Student, ground.pupils[1].id)
    mine.aux_number = "A1"
    with session.no_autoflush, pytest.raises(Refused) as typed:
        follow(session, mine, {"aux_number"})
    assert typed.value.refusals[0].code == "E-AUX-TAKEN"
    mine.aux_number = None
    facts = make.pupil_facts() | {"aux_number": "A1"}
    with pytest.raises(Refused) as entered:
        admit(session, ground.rooms[1], facts, ())
    assert entered.value.refusals[0].code == "E-AUX-TAKEN"


def test_a_number_ends_with_the_province_that_gave_it(session, ground):
    scope.enter(make.WHOLE, session)
    pupil, near, far = ground.pupils[0], "410102", "110101"
    pupil.aux_number = "A1"
    pupil.sit_in(make.a_class(session, make.a_school(session, near)))
    session.flush()
    session.refresh(pupil)
    assert pupil.aux_number == "A1"
    pupil.sit_in(make.a_class(session, make.a_school(session, far)))
    assert pupil.aux_number is None
