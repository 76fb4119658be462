"""学籍异动: what each movement allows and does (P08, P10, P11)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.codes.tables import table
from app.errors import Invalid, NotFound, Refused
from app.models.attachment import Attachment
from app.models.change import MovementType
from app.models.notice import Notice
from app.models.school import Stage
from app.models.student import EndKind, ProblemFlag, StartKind, Status, Student
from app.policies import scope
from app.workflows.desk import Act, Trigger
from app.workflows.movement import MOVES, from_status, in_stage, reasons
from app.workflows.opening_changes import Plan, open_movement, open_return
from app.workflows.suspensions import ending, level_at_leave
from tests import make
from tests.workflows.cases import TODAY, become, do, staff

# Written from processes.md P08, P10 and P11, not from the code: stages (C compulsory, S senior
# high), the states it starts from, the state it leads to. [design] where P08 leaves it open.
GONE = "WITHDRAWN EXPELLED OTHER_LEAVE MISSING SUSPECTED_DROPOUT DROPPED_OUT"
LAW = {
    "SUSPEND": ("CS", "IN_SCHOOL", "SUSPENDED"),
    "RESUME": ("CS", "SUSPENDED", "IN_SCHOOL"),
    "WITHDRAW": ("S", "IN_SCHOOL SUSPENDED", "WITHDRAWN"),
    "EXPEL": ("S", "IN_SCHOOL SUSPENDED", "EXPELLED"),
    "REPEAT": ("S", "IN_SCHOOL", "IN_SCHOOL"),
    "SKIP": ("CS", "IN_SCHOOL", "IN_SCHOOL"),
    "DEATH": (
        "CS",
        f"IN_SCHOOL SUSPENDED ABROAD {GONE}",
        "DECEASED",
    ),
    "MISSING": ("CS", "IN_SCHOOL SUSPECTED_DROPOUT", "MISSING"),
    "ABROAD": ("CS", "IN_SCHOOL SUSPENDED", "ABROAD"),
    "RETURN_HOME": ("CS", "ABROAD", "IN_SCHOOL"),
    "OTHER_LEAVE": ("CS", "IN_SCHOOL", "OTHER_LEAVE"),
    "RESTORE": (
        "CS",
        GONE,
        "IN_SCHOOL",
    ),
    "SUSPECT_DROPOUT": ("CS", "IN_SCHOOL", "SUSPECTED_DROPOUT"),
    "DROPOUT": ("CS", "SUSPECTED_DROPOUT", "DROPPED_OUT"),
}
RETURNS = {  # P08's last column: which return belongs to which state
    "SUSPENDED": "RESUME",
    "ABROAD": "RETURN_HOME",
    **dict.fromkeys(GONE.split(), "RESTORE"),  # the last two: [design]
}
WITH_EVIDENCE = {"SUSPEND", "WITHDRAW", "EXPEL", "SKIP", "DEATH", "ABROAD"}
IN_WORDS = {"REPEAT", "MISSING", "OTHER_LEAVE", "SUSPECT_DROPOUT", "DROPOUT"}


@pytest.fixture
def world(session):
    scope.enter(make.WHOLE, session)
    school = make.a_school(session)
    room = make.a_class(session, school)
    return school, room, make.a_pupil(session, room), staff(session, school)


def a_paper(session, account):
    """A file on somebody's tray."""
    become(session, account)
    paper = Attachment(
        organisation_id=account.organisation_id,
        name="证明.jpg",
        kind="jpg",
        size=3,
        digest="0" * 64,
        uploaded_by=account.user_id,
    )
    session.add(paper)
    session.flush()
    return paper.id


def submitted(session, pupil, people, plan, papers=()):
    act = Act(Trigger.SUBMIT, become(session, people["registrar"]), TODAY)
    return open_movement(session, pupil.id, plan, act, papers)


def through(session, people, case):
    do(session, people["leader"], case, Trigger.AGREE)
    do(session, people["authority"], case, Trigger.AGREE)


def test_a_suspended_pupil_leaves_the_roll_and_resumes_in_a_class(session, world):
    _school, room, pupil, people = world
    room_id = room.id
    plan = Plan(MovementType.SUSPEND, date(2026, 11, 20), "10", until_on=date(2027, 11, 20))
    paper = a_paper(session, people["registrar"])
    case = submitted(session, pupil, people, plan, [paper])
    through(session, people, case)
    pupil = session.get_one(Student, pupil.id)
    assert pupil.status is Status.SUSPENDED
    assert pupil.current_enrolment is None
    assert pupil.enrolments[-1].end_kind is EndKind.SUSPENDED
    assert pupil.class_id == room_id  # the class at suspension
    assert case.left_level == 1

    back = Plan(MovementType.RESUME, date(2026, 11, 21), to_class_id=room_id, reason_text="康复")
    case = submitted(session, pupil, people, back)
    through(session, people, case)
    pupil = session.get_one(Student, pupil.id)
    assert pupil.status is Status.IN_SCHOOL
    assert pupil.current_enrolment.start_kind is StartKind.RESUMED


def test_without_evidence_nothing_is_submitted(session, world):
    _school, _room, pupil, people = world
    plan = Plan(MovementType.SUSPEND, date(2026, 11, 20), "10", until_on=date(2027, 11, 20))
    with pytest.raises(Refused) as refused:
        submitted(session, pupil, people, plan)
    assert [r.code for r in refused.value.refusals] == ["E-EVIDENCE"]


# ── the law, line by line ───────────────────────────────────────────────────────────────────


def test_every_movement_is_in_the_law_and_in_the_code_table():
    kinds = {kind.value for kind in MovementType}
    assert set(LAW) == kinds == {kind.value for kind in MOVES}
    assert kinds == {entry.code for entry in table("movement_type")} - {
        "TRANSFER_OUT",  # a kind of case of its own
        "TRANSFER_IN",
    }


@pytest.mark.parametrize("kind", MovementType)
def test_stages_and_states_are_those_of_the_law(kind):
    stages, froms, to = LAW[kind.value]
    for stage in Stage:
        allowed = ("C" if stage.is_compulsory else "S") in stages
        refusal = in_stage(kind, stage)
        assert (refusal is None) == allowed, stage
        assert allowed or refusal.code == "E-STAGE"
    for status in Status:
        refusal = from_status(kind, status)
        assert (refusal is None) == (status.value in froms.split()), status
        if refusal is not None:
            is_wrong_way_back = kind.value in RETURNS.values() and status.value in RETURNS
            assert refusal.code == ("E-RETURNTYPE" if is_wrong_way_back else "E-STATUS"), status
    assert MOVES[kind].to.value == to
    assert MOVES[kind].is_return == (kind.value in RETURNS.values())
    assert MOVES[kind].needs_evidence == (kind.value in WITH_EVIDENCE)
    assert MOVES[kind].needs_words == (kind.value in IN_WORDS)
    assert MOVES[kind].by_receiver == (kind.value in ("RETURN_HOME", "RESTORE"))


@pytest.mark.parametrize("kind", MovementType)
def test_reasons_are_those_of_the_table(kind):
    offered = reasons(kind)
    assert offered[-1] == "99"
    applies = {e.code: e.extras["applies_to"].split(";") for e in table("movement_reason")}
    assert offered == [code for code, to in applies.items() if kind.value in to or "ANY" in to]


class House:
    """A school with a class at every level of a stage, and whoever reviews its cases."""

    def __init__(self, session, stage=Stage.PRIMARY):
        scope.enter(make.WHOLE, session)
        self.session, self.stage = session, stage
        self.school = make.a_school(session, stages=(stage,))
        years = make.YEARS[stage]
        grades = [make.a_grade(session, self.school, n) for n in range(1, years + 1)]
        self.rooms = {g.level: make.a_class(session, self.school, g).id for g in grades}
        self.people = staff(session, self.school)

    def pupil(self, level=2, **bends):
        scope.enter(make.WHOLE, self.session)
        room = self.session.get_one(make.SchoolClass, self.rooms[level])
        return make.a_pupil(self.session, room, **bends)

    def plan(self, kind, **bends):
        facts = {"reason": reasons(kind)[0], "reason_text": "说明"}
        if MOVES[kind].needs_term:
            facts["until_on"] = TODAY + timedelta(days=365)
        if MOVES[kind].takes_seat:
            facts["to_class_id"] = self.rooms[2 + (MOVES[kind].seat or 0)]
        return Plan(**{"type": kind, "happened_on": TODAY, **facts, **bends})

    def asked(self, pupil, kind, today=TODAY, papers=None, **bends):
        registrar = self.people["registrar"]
        if papers is None:
            papers = [a_paper(self.session, registrar)]
        pupil_id, plan = pupil.id, self.plan(kind, **bends)
        act = Act(Trigger.SUBMIT, become(self.session, registrar), today)
        return open_movement(self.session, pupil_id, plan, act, papers)

    def refused(self, pupil, kind, **bends):
        with pytest.raises((Refused, Invalid)) as told, self.session.begin_nested():
            self.asked(pupil, kind, **bends)  # refused, a request rolls back
        return [refusal.code for refusal in told.value.refusals]

    def done(self, pupil, kind, **bends):
        case = self.asked(pupil, kind, **bends)
        through(self.session, self.people, case)
        scope.enter(make.WHOLE, self.session)
        return case


def at(stage):
    return {"C": Stage.JUNIOR, "S": Stage.SENIOR}[stage]


@pytest.mark.parametrize(
    ("kind", "stage", "status"),
    [
        (MovementType(kind), at(stage), Status(status))
        for kind, (stages, froms, _to) in LAW.items()
        for stage in stages[:1]
        for status in froms.split()
    ],
)
def test_every_line_of_the_law_comes_to_its_effect(session, kind, stage, status):
    """From submission over both reviews to the state of the law, by each of its beginnings."""
    house = House(session, stage)
    pupil = house.pupil(status=status)
    if status not in (Status.IN_SCHOOL, Status.MISSING, Status.SUSPECTED_DROPOUT):
        period = pupil.current_enrolment
        period.ended_on, period.end_kind = period.started_on, EndKind.LEFT
        session.flush()
    case = house.done(pupil, kind)
    pupil, move = session.get_one(Student, case.student_id), MOVES[kind]
    assert pupil.status.value == LAW[kind.value][2]
    away = [
        "SUSPENDED",
        "WITHDRAWN",
        "EXPELLED",
        "DECEASED",
        "ABROAD",
        "OTHER_LEAVE",
        "DROPPED_OUT",
    ]
    assert (pupil.current_enrolment is None) == (pupil.status.value in away)
    assert pupil.class_id == (case.to_class_id or house.rooms[2])
    assert case.left_level == (None if move.takes_seat else 2)
    assert case.state == "APPROVED"


# ── what a line does not say ────────────────────────────────────────────────────────────────


def test_the_level_at_leave_is_kept_while_the_cohort_moves_up(session):
    house = House(session)
    pupil = house.pupil(level=3)
    house.done(pupil, MovementType.SUSPEND)
    pupil = session.get_one(Student, pupil.id)
    pupil.grade.level = 4  # the turn of the year
    session.get_one(make.SchoolClass, house.rooms[2]).grade.level = 3
    session.flush()
    assert level_at_leave(session, pupil.id) == 3
    case = house.done(pupil, MovementType.RESUME, to_class_id=house.rooms[2])
    assert session.get_one(Student, pupil.id).grade.level == 3
    assert case.left_level is None
    assert level_at_leave(session, pupil.id) == 3


@pytest.mark.parametrize("status", [Status.OTHER_LEAVE, Status.MISSING, Status.ABROAD])
def test_another_school_receives_who_comes_back_and_the_old_one_is_told(session, status):
    old, new = House(session), House(session)
    pupil = old.pupil(status=status)
    name, number, pupil_id = pupil.name, pupil.number, pupil.id
    kind = MovementType(RETURNS[status.value])
    registrar = new.people["registrar"]
    plan = new.plan(kind, to_class_id=new.rooms[5])  # any grade (P11)
    act = Act(Trigger.SUBMIT, become(session, registrar), TODAY)
    with pytest.raises(NotFound):
        open_movement(session, pupil_id, plan, act)  # by key it is not there
    case = open_return(session, (name, number), plan, act)
    through(session, new.people, case)
    scope.enter(make.WHOLE, session)
    pupil = session.get_one(Student, case.student_id)
    assert (pupil.school_id, pupil.class_id) == (new.school.id, new.rooms[5])
    assert pupil.status is Status.IN_SCHOOL
    assert [p for p in pupil.enrolments if p.ended_on is None] == [pupil.current_enrolment]
    assert pupil.current_enrolment.school_id == new.school.id
    assert (pupil.number, pupil.name) == (number, name)
    told = session.scalars(select(Notice.organisation_id).where(Notice.case_id == case.id)).all()
    place = old.school.organisation
    assert {place.id, place.parent_id} <= set(told)


@pytest.mark.parametrize(
    ("bend", "code"),
    [
        ({"name": "查无此人"}, "E-NOTFOUND"),
        ({"number": "G110101201901010011"}, "E-NOTFOUND"),
        ({"kind": MovementType.RESUME}, "E-SCHOOL"),
        ({"kind": MovementType.DEATH}, "E-SCHOOL"),
        ({"kind": MovementType.RETURN_HOME}, "E-RETURNTYPE"),
    ],
)
def test_what_another_school_may_not_ask(session, bend, code):
    old, new = House(session), House(session)
    pupil = old.pupil(status=Status.OTHER_LEAVE)
    named = (bend.get("name", pupil.name), bend.get("number", pupil.number))
    plan = new.plan(bend.get("kind", MovementType.RESTORE))
    act = Act(Trigger.SUBMIT, become(session, new.people["registrar"]), TODAY)
    with pytest.raises(Refused) as told, session.begin_nested():
        open_return(session, named, plan, act)
    assert [refusal.code for refusal in told.value.refusals] == [code]


@pytest.mark.parametrize("kind", MovementType)
def test_evidence_is_asked_for_where_the_law_wants_it(session, kind):
    stages, froms, _to = LAW[kind.value]
    house = House(session, at(stages[-1]))
    pupil = house.pupil(status=Status(froms.split()[0]))
    if kind.value in WITH_EVIDENCE:
        assert house.refused(pupil, kind, papers=[]) == ["E-EVIDENCE"]
    else:
        assert house.asked(pupil, kind, papers=[]).state == "SCHOOL_REVIEW"


def test_evidence_of_somebody_else_is_no_evidence(session):
    house = House(session)
    pupil = house.pupil()
    theirs = a_paper(session, house.people["leader"])
    assert house.refused(pupil, MovementType.SUSPEND, papers=[theirs]) == ["E-FILE-GONE"]


@pytest.mark.parametrize(
    ("bends", "code"),
    [
        ({"happened_on": TODAY + timedelta(days=1)}, "E-FUTURE"),
        ({"happened_on": date(2025, 8, 31)}, "E-EARLY"),  # before the pupil came here
        ({"until_on": None}, "E-TERM"),
        ({"until_on": TODAY}, "E-TERM"),
        ({"reason": "40"}, "E-CAUSE"),
        ({"reason": "99", "reason_text": " "}, "E-REASON"),
        ({"to_class": 2}, "E-TARGET"),
    ],
)
def test_dates_reasons_and_class_of_a_suspension(session, bends, code):
    house = House(session)
    bends = dict(bends)
    if level := bends.pop("to_class", None):
        bends["to_class_id"] = house.rooms[level]
    assert house.refused(house.pupil(), MovementType.SUSPEND, **bends) == [code]


def test_nothing_but_a_suspension_has_a_term(session):
    house = House(session)
    until = TODAY + timedelta(days=9)
    assert house.refused(house.pupil(), MovementType.MISSING, until_on=until) == ["E-TERM"]


@pytest.mark.parametrize(
    ("kind", "level"),
    [(MovementType.SKIP, 2), (MovementType.SKIP, 4), (MovementType.SKIP, 1)],
)
def test_a_year_is_skipped_by_one_level(session, kind, level):
    house = House(session)
    pupil = house.pupil(level=2)
    assert house.refused(pupil, kind, to_class_id=house.rooms[level]) == ["E-TARGET"]
    assert house.refused(pupil, kind, to_class_id=None) == ["E-TARGET"]


def test_every_reason_is_told_at_once(session):
    house = House(session)
    pupil = house.pupil(status=Status.SUSPENDED, problem_flag=ProblemFlag.OPEN)
    told = house.refused(pupil, MovementType.EXPEL, papers=[], reason="40")
    assert told == ["E-STAGE", "E-PROBLEM", "E-CAUSE", "E-EVIDENCE"]


def test_a_death_is_entered_over_an_open_problem(session):
    house = House(session)
    pupil = house.pupil(problem_flag=ProblemFlag.OPEN)
    house.done(pupil, MovementType.DEATH)
    assert session.get_one(Student, pupil.id).status is Status.DECEASED


@pytest.mark.parametrize(
    ("day", "level", "frozen"),
    [
        (date(2027, 6, 30), 6, False),
        (date(2027, 7, 1), 6, True),
        (date(2027, 8, 14), 6, True),
        (date(2027, 8, 15), 6, False),
        (date(2027, 7, 20), 5, False),  # not of a graduating grade
    ],
)
def test_the_frozen_weeks_of_graduating_grades(session, day, level, frozen):
    house = House(session)
    pupil = house.pupil(level=level)
    if frozen:
        assert house.refused(pupil, MovementType.MISSING, today=day) == ["E-FREEZE"]
        assert house.asked(pupil, MovementType.DEATH, today=day).state == "SCHOOL_REVIEW"
    else:
        assert house.asked(pupil, MovementType.MISSING, today=day).state == "SCHOOL_REVIEW"


def test_a_dropout_is_suspected_first_and_comes_back_by_restoring(session):
    house = House(session)
    pupil = house.pupil()
    assert house.refused(pupil, MovementType.DROPOUT) == ["E-STATUS"]
    house.done(pupil, MovementType.SUSPECT_DROPOUT)
    pupil = session.get_one(Student, pupil.id)
    assert pupil.status is Status.SUSPECTED_DROPOUT
    assert pupil.current_enrolment is not None  # still counts as in school (P26)
    house.done(pupil, MovementType.DROPOUT)
    pupil = session.get_one(Student, pupil.id)
    assert pupil.enrolments[-1].end_kind is EndKind.DROPPED_OUT
    assert house.refused(pupil, MovementType.RESUME) == ["E-RETURNTYPE"]
    house.done(pupil, MovementType.RESTORE)
    pupil = session.get_one(Student, pupil.id)
    assert pupil.status is Status.IN_SCHOOL
    assert pupil.current_enrolment.start_kind is StartKind.RESTORED


def test_suspensions_end_by_the_last_one(session):
    house = House(session)
    pupil = house.pupil()
    house.done(pupil, MovementType.SUSPEND, until_on=TODAY + timedelta(days=10))
    become(session, house.people["registrar"])
    (term,) = ending(session, TODAY, 0, 9)
    assert (term.pupil.id, term.until) == (pupil.id, TODAY + timedelta(days=10))
    house.done(pupil, MovementType.RESUME)
    become(session, house.people["registrar"])
    assert ending(session, TODAY, 0, 9) == []
    house.done(pupil, MovementType.SUSPEND, until_on=TODAY + timedelta(days=300))
    become(session, house.people["authority"])
    assert ending(session, TODAY, 0, 9) == []
