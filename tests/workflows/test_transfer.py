"""转学 on the database: three routes, who may do what, and what moves in the end."""

import pytest

from app.errors import Refused, Stale
from app.models.case import Case, Decision
from app.models.school import Stage
from app.models.student import EndKind, ProblemFlag, StartKind, Status, Student
from app.policies import scope
from app.workflows import transfer as t
from app.workflows.transfer import TransferWorkflow
from tests import make
from tests.workflows.cases import TODAY, a_transfer, become, do, staff, why_not

ROUTES = {
    "411302": (["OUT_SCHOOL", "OUT_AUTHORITY"], ["from.leader", "from.authority"]),
    "411303": (
        ["IN_SCHOOL", "IN_AUTHORITY", "OUT_SCHOOL", "OUT_AUTHORITY"],
        ["to.leader", "to.authority", "from.leader", "from.authority"],
    ),
    "450102": (
        [
            "IN_SCHOOL",
            "IN_AUTHORITY",
            "MINISTRY_RELAY",
            "OUT_SCHOOL",
            "OUT_AUTHORITY",
            "AWAITING_PULL",
        ],
        ["to.leader", "to.authority", "ministry", "from.leader", "from.authority"],
    ),
}


@pytest.fixture
def world(session):
    """Pupils at a school of county 411302, and a function that makes a receiving side."""

    class World:
        def __init__(self):
            scope.enter(make.WHOLE, session)
            self.old = make.a_school(session, "411302")
            self.home = make.a_class(session, self.old)
            self.people = {f"from.{n}": a for n, a in staff(session, self.old).items()}
            self.people["ministry"] = make.an_account(session, "MIN")

        def pupil(self, **bends):
            scope.enter(make.WHOLE, session)
            return make.a_pupil(session, self.home, **bends)

        def receiver(self, county="411303", **bends):
            scope.enter(make.WHOLE, session)
            self.new = make.a_school(session, county, stages=(Stage.PRIMARY, Stage.JUNIOR))
            self.room = make.a_class(session, self.new, make.a_grade(session, self.new, 1), **bends)
            self.people |= {f"to.{n}": a for n, a in staff(session, self.new).items()}
            return self.room

    return World()


def opened(session, world, county="411303", **bends):
    pupil = world.pupil(**bends)
    room = world.receiver(county)
    return a_transfer(session, pupil, world.people["to.registrar"], room)


@pytest.mark.parametrize("county", ROUTES)
def test_a_case_passes_every_desk_of_its_route_and_moves_the_record(session, world, county):
    states, hands = ROUTES[county]
    case = opened(session, world, county)
    pupil_id, number = case.student_id, None
    passed = []
    for hand in hands:
        passed.append(case.state)
        assert why_not(session, world.people[hand], case, "agree") == []
        do(session, world.people[hand], case, "agree")
    if case.state == t.AWAITING_PULL:
        passed.append(case.state)
        registrar = world.people["to.registrar"]
        assert why_not(session, registrar, case, "pull") == ["E-PULL"]
        do(session, registrar, case, "report")
        do(session, registrar, case, "pull")
        assert case.reported_on == TODAY
        assert case.pulled_at
    assert passed == states
    assert case.state == t.COMPLETED
    assert (case.awaiting_id, case.awaiting_path, case.due_on) == (None, None, None)
    become(session, world.people["to.registrar"])
    pupil = session.get_one(Student, pupil_id)
    number = pupil.number
    assert pupil.owner_path == world.new.organisation.path
    assert (pupil.school_id, pupil.class_id) == (world.new.id, world.room.id)
    assert number.startswith("G")
    assert [g.owner_path for g in pupil.guardians] == [pupil.owner_path]
    first = "小学2026级(01)班"  # the new school reads it without seeing the old school's classes
    assert [(e.start_kind, e.end_kind, e.grade_code, e.class_name) for e in pupil.enrolments] == [
        (StartKind.ADMITTED, EndKind.TRANSFERRED_OUT, "11", first),
        (StartKind.TRANSFERRED_IN, None, "11", first),
    ]
    become(session, world.people["from.registrar"])
    assert session.get(Student, pupil_id) is None
    assert session.get(Case, case.id) is not None


def test_both_sides_see_the_case_and_a_stranger_does_not(session, world):
    case_id = opened(session, world).id
    scope.enter(make.WHOLE, session)
    stranger = make.an_account(session, "SR", make.a_school(session, "411303"))
    for name, seen in (("to.registrar", True), ("from.leader", True), ("from.authority", True)):
        become(session, world.people[name])
        session.expire_all()
        assert (session.get(Case, case_id) is not None) is seen, name
    become(session, stranger)
    session.expire_all()
    assert session.get(Case, case_id) is None
    become(session, world.people["ministry"])
    assert session.get(Case, case_id) is None  # inside one province: not the ministry's


def test_the_ministry_sees_what_crosses_provinces(session, world):
    case_id = opened(session, world, "450102").id
    become(session, world.people["ministry"])
    session.expire_all()
    assert session.get(Case, case_id).common_path == "/"


@pytest.mark.parametrize(
    ("bend", "code"),
    [
        ({"status": Status.SUSPENDED}, "E-STATUS"),
        ({"problem_flag": ProblemFlag.OPEN}, "E-PROBLEM"),
    ],
)
def test_a_pupil_who_may_not_move_is_refused_at_once(session, world, bend, code):
    with pytest.raises(Refused, match=code):
        opened(session, world, **bend)


def test_every_reason_is_said_at_once(session, world):
    pupil = world.pupil(status=Status.SUSPENDED, problem_flag=ProblemFlag.OPEN)
    world.receiver()
    scope.enter(make.WHOLE, session)
    junior = make.a_class(session, world.new, make.a_grade(session, world.new, 1, Stage.JUNIOR))
    with pytest.raises(Refused) as refused:
        a_transfer(session, pupil, world.people["to.registrar"], junior)
    assert [r.code for r in refused.value.refusals] == ["E-STATUS", "E-PROBLEM", "E-STAGE"]


def test_a_full_class_takes_nobody(session, world):
    pupil = world.pupil()
    room = world.receiver(size_limit=1)
    make.a_pupil(session, room)
    with pytest.raises(Refused, match="E-SIZE"):
        a_transfer(session, pupil, world.people["to.registrar"], room)


@pytest.mark.parametrize(
    "bend", [{"name": "别人"}, {"number": "G411302202005012222"}, {"number": ""}]
)
def test_a_wrong_name_and_a_wrong_number_are_answered_alike(session, world, bend):
    pupil = world.pupil()
    room = world.receiver()
    with pytest.raises(Refused, match=r"^E-NOTFOUND$"):
        a_transfer(session, pupil, world.people["to.registrar"], room, **bend)


def test_the_own_pupil_cannot_be_transferred_in(session, world):
    pupil = world.pupil()
    with pytest.raises(Refused, match="E-SELFSCHOOL"):
        a_transfer(session, pupil, world.people["from.registrar"], world.home)


def test_a_pupil_has_one_open_case(session, world):
    case = opened(session, world)
    become(session, world.people["from.registrar"])
    pupil = session.get_one(Student, case.student_id)
    room = world.receiver("450102")
    with pytest.raises(Refused, match="E-LOCK"):
        a_transfer(session, pupil, world.people["to.registrar"], room)


def test_nobody_decides_out_of_turn_or_their_own_or_twice(session, world):
    case = opened(session, world)
    people = world.people
    assert why_not(session, people["from.leader"], case, "agree") == ["E-NOTMINE"]
    assert why_not(session, people["to.registrar"], case, "agree") == ["E-NOTMINE", "E-SELF"]
    do(session, people["to.leader"], case, "agree")
    with pytest.raises(Refused, match="E-NOTMINE, E-SELF"):
        do(session, people["to.leader"], case, "agree")


def test_disagreeing_needs_a_reason_and_ends_the_case_without_effect(session, world):
    case = opened(session, world)
    leader = world.people["to.leader"]
    assert why_not(session, leader, case, "disagree") == []  # nobody has written yet
    with pytest.raises(Refused, match="E-REASON"):
        do(session, leader, case, "disagree", " ")
    do(session, leader, case, "disagree", "材料不齐")
    assert (case.state, case.is_open) == ("REJECTED", False)
    assert [(e.decision, e.remark) for e in case.events] == [
        (Decision.SUBMIT, None),
        (Decision.DISAGREE, "材料不齐"),
    ]
    become(session, world.people["from.registrar"])
    assert session.get_one(Student, case.student_id).status is Status.IN_SCHOOL


def test_a_returned_case_still_locks_and_can_be_sent_again_or_withdrawn(session, world):
    case = opened(session, world)
    people = world.people
    do(session, people["to.leader"], case, "send_back", "请补联系表")
    assert (case.state, case.awaiting_office, case.is_open) == ("RETURNED", "REGISTRAR", True)
    do(session, people["to.registrar"], case, "submit")
    assert case.state == t.IN_SCHOOL
    do(session, people["to.registrar"], case, "withdraw")
    assert (case.state, case.is_open) == ("WITHDRAWN", False)


def test_what_somebody_agreed_to_cannot_be_withdrawn(session, world):
    case = opened(session, world)
    do(session, world.people["to.leader"], case, "agree")
    with pytest.raises(Refused, match="E-CLOSED"):
        do(session, world.people["to.registrar"], case, "withdraw")


def test_who_submitted_takes_it_back_nobody_else_and_not_once_somebody_agreed(session, world):
    case = opened(session, world)
    with pytest.raises(Refused, match="E-NOTMINE"):
        do(session, world.people["to.leader"], case, "withdraw")
    do(session, world.people["to.leader"], case, "agree")
    do(session, world.people["to.authority"], case, "send_back", "材料不清")
    with pytest.raises(Refused, match="E-AGREED"):
        do(session, world.people["to.registrar"], case, "withdraw")


def test_a_stale_page_decides_nothing(session, world):
    case = opened(session, world)
    seen = case.version
    do(session, world.people["to.leader"], case, "agree", seen=seen)
    with pytest.raises(Stale):
        do(session, world.people["to.authority"], case, "agree", seen=seen)


def test_guards_are_asked_again_when_a_step_is_taken(session, world):
    case = opened(session, world)
    scope.enter(make.WHOLE, session)
    session.get_one(Student, case.student_id).problem_flag = ProblemFlag.OPEN
    session.flush()
    with pytest.raises(Refused, match="E-PROBLEM"):
        do(session, world.people["to.leader"], case, "agree")
    do(session, world.people["to.leader"], case, "disagree", "问题学籍未处理")


def test_the_route_is_drawn_from_the_table(session, world):
    case = opened(session, world, "450102")
    flow = TransferWorkflow()
    assert [desk.state for desk in flow.route(case)][1:] == ROUTES["450102"][0]
