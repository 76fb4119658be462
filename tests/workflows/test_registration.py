"""学籍注册 on the database: from a pending pupil to a place on the roll with a number."""

from datetime import date

import pytest

from app.codes.national_number import is_well_formed
from app.errors import Refused
from app.messages.catalogue import say
from app.models.school import GradeState, Stage
from app.models.student import NumberKind, ProblemFlag, StartKind, Status, Student
from app.policies import scope
from app.workflows import switching
from app.workflows.attaching import papers_of, receive
from app.workflows.deciding import decide
from app.workflows.desk import Act, Trigger
from app.workflows.opening import open_registration
from app.workflows.switching import Word
from app.workflows.tabs import Tab
from tests import make
from tests.storage.papers import PNG
from tests.workflows.cases import TODAY, a_registration, actor_of, become, do, staff


@pytest.fixture
def school(session):
    scope.enter(make.WHOLE, session)
    made = make.a_school(session)
    made.people = staff(session, made)
    made.room = make.a_class(session, made)
    return made


def pending(session, school, **bends):
    scope.enter(make.WHOLE, session)
    return make.a_pupil(session, school.room, status=Status.PENDING_REGISTRATION, **bends)


def test_two_offices_make_a_pupil_with_a_temporary_number(session, school):
    pupil = pending(session, school)
    case = a_registration(session, pupil, school.people["registrar"])
    do(session, school.people["leader"], case, "agree")
    assert session.get_one(Student, pupil.id).status is Status.PENDING_REGISTRATION
    do(session, school.people["authority"], case, "agree")
    pupil = session.get_one(Student, pupil.id)
    assert (case.state, pupil.status, pupil.number_kind) == (
        "REGISTERED",
        Status.IN_SCHOOL,
        NumberKind.L,
    )
    assert is_well_formed(pupil.number)
    assert pupil.number.startswith(f"L411302{pupil.birth_date:%Y%m%d}")
    assert [e.start_kind for e in pupil.enrolments] == [StartKind.ADMITTED]


def test_a_refused_pupil_stays_pending_and_may_be_submitted_again(session, school):
    pupil = pending(session, school)
    case = a_registration(session, pupil, school.people["registrar"])
    do(session, school.people["leader"], case, "disagree", "姓名有误")
    pupil = session.get_one(Student, pupil.id)
    assert pupil.status is Status.PENDING_REGISTRATION
    assert a_registration(session, pupil, school.people["registrar"]).state == "SCHOOL_REVIEW"


def test_first_graders_wait_until_the_year_has_turned(session, school):
    make.a_grade(session, school, entry_year=2025, level=1)
    with pytest.raises(Refused, match=r"^E-PROMO$"):
        a_registration(session, pending(session, school), school.people["registrar"])


def test_a_cohort_over_its_stage_does_not_hold_newcomers_up(session, school):
    make.a_grade(session, school, entry_year=2020, level=1, state=GradeState.OVER_STAGE)
    a_registration(session, pending(session, school), school.people["registrar"])


def test_a_pupil_with_an_open_problem_is_not_registered(session, school):
    pupil = pending(session, school, problem_flag=ProblemFlag.OPEN)
    with pytest.raises(Refused, match="E-PROBLEM"):
        a_registration(session, pupil, school.people["registrar"])


def test_a_batch_gives_every_case_its_own_answer(session, school):
    people = school.people
    good, bad = pending(session, school), pending(session, school)
    cases = [a_registration(session, pupil, people["registrar"]) for pupil in (good, bad)]
    scope.enter(make.WHOLE, session)
    session.get_one(Student, bad.id).problem_flag = ProblemFlag.OPEN
    session.flush()
    become(session, people["leader"])
    act = Act(Trigger.AGREE, actor_of(people["leader"]), TODAY)
    ids = [case.id for case in cases]
    outcomes = decide(session, [*ids, 999_999_999], act)
    assert [[r.code for r in outcome.refusals] for outcome in outcomes] == [
        [],
        ["E-PROBLEM"],
        ["app.not_found"],
    ]
    assert [case.state for case in cases] == ["AUTHORITY_REVIEW", "SCHOOL_REVIEW"]


# ── under age (P24, Q-11) ────────────────────────────────────────────────────────────────


def says(session, place, key, value, role="CL", until=None):
    """Let the leader of an authority set a switch; return that authority's name."""
    scope.enter(make.WHOLE, session)
    leader = make.an_account(session, role, place)
    word = Word(key, value, TODAY, until)
    switching.decide(session, become(session, leader), leader.organisation, word, TODAY)
    return leader.organisation.name


def lets_in(session, school, value):
    scope.enter(make.WHOLE, session)
    says(session, school.organisation.parent, "under_age_registration", value)


def a_child(session, school, born):
    day = date.fromisoformat(born)
    return pending(session, school, birth_date=day, id_number=make.an_id_number(day))


def test_a_child_under_six_waits_unless_the_authority_lets_younger_ones_in(session, school):
    registrar, county = school.people["registrar"], school.organisation.parent.name

    def refused():
        with pytest.raises(Refused) as told:
            a_registration(session, a_child(session, school, "2020-09-01"), registrar)
        return say(told.value.refusals[0])

    assert "到 2026-08-31 未满 6 周岁，不足龄注册没有开放（默认规定）" in refused()
    lets_in(session, school, "off")
    assert f"（{county}）" in refused()
    lets_in(session, school, "on")
    child = a_child(session, school, "2020-09-01")
    assert a_registration(session, child, registrar).state == "SCHOOL_REVIEW"


@pytest.mark.parametrize("stage", [Stage.PRIMARY, Stage.JUNIOR])
def test_who_is_six_in_time_or_beyond_primary_school_is_never_asked(session, stage):
    scope.enter(make.WHOLE, session)
    made = make.a_school(session, stages=(stage,))
    made.people, made.room = staff(session, made), make.a_class(session, made)
    child = a_child(session, made, "2020-08-31")
    assert a_registration(session, child, made.people["registrar"]).state == "SCHOOL_REVIEW"


# ── three tabs, in-school registration, papers (P02, 002 V.5, III.6, Q-12) ───────────────────


def an_upper_class(session, school):
    scope.enter(make.WHOLE, session)
    return make.a_class(session, school, make.a_grade(session, school, level=3))


def a_scan(session, account):
    return receive(session, become(session, account), "scan.png", PNG).id


def refused_with(session, school, pupil, papers=()):
    act = Act(Trigger.SUBMIT, become(session, school.people["registrar"]), TODAY)
    with pytest.raises(Refused) as told, session.begin_nested():
        open_registration(session, session.get_one(Student, pupil.id), act, papers)
    return [refusal.code for refusal in told.value.refusals]


@pytest.mark.parametrize(
    ("level", "bends", "tab"),
    [
        (1, {}, Tab.NEW),
        (3, {}, Tab.IN_SCHOOL),
        (1, {"nationality": "KOR", "overseas_status": "51"}, Tab.FOREIGN),
        (3, {"overseas_status": "21"}, Tab.FOREIGN),
    ],
)
def test_every_registration_stands_under_its_tab(session, school, level, bends, tab):
    room = make.a_class(session, school, make.a_grade(session, school, level=level))
    pupil = make.a_pupil(session, room, status=Status.PENDING_REGISTRATION, **bends)
    assert a_registration(session, pupil, school.people["registrar"]).variant == tab


def test_who_was_sent_back_and_mended_stands_under_the_tab_of_today(session, school):
    pupil = pending(session, school)
    case = a_registration(session, pupil, school.people["registrar"])
    do(session, school.people["leader"], case, "send_back", "国籍有误")
    scope.enter(make.WHOLE, session)
    session.get_one(Student, pupil.id).nationality = "KOR"
    session.flush()
    do(session, school.people["registrar"], case, "submit")
    assert (case.state, case.variant) == ("SCHOOL_REVIEW", Tab.FOREIGN)


def test_only_new_pupils_wait_until_the_year_has_turned(session, school):
    make.a_grade(session, school, entry_year=2023, level=3)
    room = make.a_class(session, school, make.a_grade(session, school, level=3))
    pupil = make.a_pupil(session, room, status=Status.PENDING_REGISTRATION)
    assert a_registration(session, pupil, school.people["registrar"]).variant == Tab.IN_SCHOOL


def test_an_authority_closes_the_registration_of_in_school_pupils(session, school):
    county = school.organisation.parent
    name = says(session, county, "in_school_registration", "off", until=date(2026, 12, 31))
    room = an_upper_class(session, school)
    upper = make.a_pupil(session, room, status=Status.PENDING_REGISTRATION)
    registrar = school.people["registrar"]
    with pytest.raises(Refused) as told:
        a_registration(session, upper, registrar)
    assert f"{name}已关闭“在校生注册”，到 2026-12-31 为止" in say(told.value.refusals[0])
    assert a_registration(session, pending(session, school), registrar).variant == Tab.NEW


def test_who_is_on_the_way_is_not_stopped_by_a_switch(session, school):
    room = an_upper_class(session, school)
    pupil = make.a_pupil(session, room, status=Status.PENDING_REGISTRATION)
    case = a_registration(session, pupil, school.people["registrar"])
    says(session, school.organisation.parent, "in_school_registration", "off")
    do(session, school.people["leader"], case, "agree")
    assert case.state == "AUTHORITY_REVIEW"


def test_another_document_than_the_resident_id_needs_its_scan(session, school):
    pupil = pending(session, school, id_type="A", id_number="E12345678")
    assert refused_with(session, school, pupil) == ["E-EVIDENCE"]
    scan = a_scan(session, school.people["registrar"])
    act = Act(Trigger.SUBMIT, become(session, school.people["registrar"]), TODAY)
    case = open_registration(session, session.get_one(Student, pupil.id), act, [scan])
    assert (case.state, papers_of(session, case)) == ("SCHOOL_REVIEW", 1)


def test_a_pupil_without_any_document_is_let_in_by_the_province(session, school):
    without = pending(session, school, id_type="Z", id_number=None)
    province = school.organisation.parent.parent.parent
    says(session, province, "allow_no_id_registration", "off", "PL")
    assert refused_with(session, school, without) == ["E-SWITCH-BY", "E-EVIDENCE"]
    with_one = pending(session, school, id_type="Z", id_number="X-1")
    assert refused_with(session, school, with_one) == ["E-EVIDENCE"]
    says(session, province, "allow_no_id_registration", "on", "PL")
    assert refused_with(session, school, without) == ["E-EVIDENCE"]
