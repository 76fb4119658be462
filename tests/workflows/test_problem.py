"""Problem records: found, proven, changed, deleted; one record of a group always stays (P05)."""

from datetime import date

import pytest
from sqlalchemy import func, select

from app.errors import Refused
from app.models.attachment import Attachment
from app.models.problem import ItemState, ProblemAction, ProblemGroup, ProblemItem, ProblemKind
from app.models.student import ProblemFlag, StartKind, Status, Student
from app.policies import scope
from app.workflows import duplicates
from app.workflows.desk import Act, Trigger
from app.workflows.numbering import claim
from app.workflows.opening_problem import Answer, open_problem
from tests import make
from tests.workflows.cases import TODAY, become, do, staff, why_not

BORN = date(2020, 5, 1)


@pytest.fixture
def twins(session):
    """The same child at two schools of two counties, with the people of both."""
    scope.enter(make.WHOLE, session)
    number = make.an_id_number(BORN, "2")
    found = []
    for county in ("411302", "411303"):
        school = make.a_school(session, county)
        pupil = make.a_pupil(
            session,
            make.a_class(session, school),
            status=Status.PENDING_REGISTRATION,
            name="欧阳 小满" if found else "欧阳小满",
            gender="2",
            birth_date=BORN,
            id_number=number,
        )
        found.append((pupil, staff(session, school)))
    return found


def compare(session):
    scope.enter(make.WHOLE, session)
    window = duplicates.waiting(session, 10_000)
    duplicates.check(session, [student_id for student_id, _ in window])
    duplicates.checked(session, window)
    session.expire_all()


def a_paper(session, registrar):
    paper = Attachment(
        organisation_id=registrar.organisation_id, name="户口簿.jpg", kind="jpg", size=3,
        digest="0" * 64, uploaded_by=registrar.user_id,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    return paper.id


def answer(session, whom, action=ProblemAction.EVIDENCE, **more):
    pupil, people = whom
    registrar = become(session, people["registrar"])
    papers = []
    if action is not ProblemAction.DELETE:
        papers = [a_paper(session, registrar)]
    act = Act(Trigger.SUBMIT, registrar, TODAY)
    return open_problem(session, pupil.id, Answer(action, "核对过", **more), act, papers)


def agreed(session, whom, case):
    for who in ("leader", "authority"):
        do(session, whom[1][who], case, "agree")


def standing(session, pupil):
    """A record's flag, and how each of its problems stands."""
    scope.enter(make.WHOLE, session)
    session.expire_all()
    asked = select(ProblemGroup.kind, ProblemItem.state, ProblemItem.auto)
    rows = session.execute(
        asked.join(ProblemItem.group).where(ProblemItem.student_id == pupil.id).order_by("kind")
    )
    return session.get_one(Student, pupil.id).problem_flag, [tuple(row) for row in rows]


def test_the_same_child_at_two_schools_is_a_problem_of_both(session, twins):
    compare(session)
    for pupil, _people in twins:
        flag, items = standing(session, pupil)
        assert flag is ProblemFlag.OPEN
        assert items == [
            (ProblemKind.DUP_ID, ItemState.OPEN, False),
            (ProblemKind.DUP_NSB, ItemState.OPEN, False),
        ]
    assert session.scalar(select(func.count(ProblemGroup.id))) == 2


def test_a_school_sees_its_own_item_alone(session, twins):
    compare(session)
    become(session, twins[0][1]["registrar"])
    assert set(session.scalars(select(ProblemItem.student_id))) == {twins[0][0].id}
    stranger = make.WHOLE
    scope.enter(stranger, session)
    other = make.an_account(session, "SR", make.a_school(session, "450102"))
    become(session, other)
    assert session.scalars(select(ProblemGroup.id)).all() == []


def test_when_the_one_goes_the_other_is_the_last_left(session, twins):
    compare(session)
    case = answer(session, twins[1], ProblemAction.DELETE)
    assert case.state == "RESOLVED"
    flag, items = standing(session, twins[0][0])
    assert flag is ProblemFlag.RESOLVED
    assert {(state, auto) for _kind, state, auto in items} == {(ItemState.EVIDENCED, True)}
    assert session.get_one(Student, twins[1][0].id).status is Status.DELETED
    with pytest.raises(Refused) as refused:
        answer(session, twins[0], ProblemAction.DELETE)
    assert refused.value.refusals[0].code == "E-PROBLEM-NONE"


def test_proven_pairs_are_not_raised_again_and_new_ones_are(session, twins):
    compare(session)
    for whom in twins:
        case = answer(session, whom)
        assert standing(session, whom[0])[0] is ProblemFlag.IN_PROCESS
        agreed(session, whom, case)
    assert {standing(session, pupil)[0] for pupil, _ in twins} == {ProblemFlag.RESOLVED}
    duplicates.check(session, [pupil.id for pupil, _ in twins])
    assert {standing(session, pupil)[0] for pupil, _ in twins} == {ProblemFlag.RESOLVED}
    third = make.a_pupil(
        session, make.a_class(session), name="欧阳·小满", gender="2", birth_date=BORN,
        status=Status.PENDING_REGISTRATION,
    )  # fmt: skip
    compare(session)
    assert {standing(session, p)[0] for p in (third, *(p for p, _ in twins))} == {ProblemFlag.OPEN}


def test_a_change_that_leaves_the_group_ends_it_for_both(session, twins):
    compare(session)
    other = make.an_id_number(BORN, "2", area="411303")
    case = answer(
        session, twins[1], ProblemAction.CHANGE, wanted={"id_number": other, "name": "欧阳小寒"}
    )
    agreed(session, twins[1], case)
    assert standing(session, twins[1][0])[0] is ProblemFlag.RESOLVED
    flag, items = standing(session, twins[0][0])
    assert flag is ProblemFlag.RESOLVED
    assert {(state, auto) for _kind, state, auto in items} == {(ItemState.EVIDENCED, True)}


def test_what_a_case_came_to_nothing_about_is_open_as_before(session, twins):
    compare(session)
    case = answer(session, twins[0])
    do(session, twins[0][1]["leader"], case, "disagree", "看不清")
    assert standing(session, twins[0][0])[0] is ProblemFlag.OPEN
    assert case.state == "REJECTED"


def codes(session, whom, action=ProblemAction.EVIDENCE, words="核对过", papers=1, **wanted):
    """The codes with which an answer is refused."""
    pupil, people = whom
    registrar = become(session, people["registrar"])
    tray = [a_paper(session, registrar)] if papers else []
    act = Act(Trigger.SUBMIT, registrar, TODAY)
    with pytest.raises(Refused) as refused, session.begin_nested():
        open_problem(session, pupil.id, Answer(action, words, wanted), act, tray)
    return {refusal.code for refusal in refused.value.refusals}


def test_an_answer_is_explained_and_proven(session, twins):
    compare(session)
    assert codes(session, twins[0], words=" ", papers=0) == {"E-REASON", "E-EVIDENCE"}
    assert codes(session, twins[0], ProblemAction.DELETE, words=" ", papers=0) == {"E-REASON"}


def test_where_nothing_is_open_there_is_nothing_to_answer(session, twins):
    assert codes(session, twins[0]) == {"E-PROBLEM-NONE"}


def test_a_change_changes_something_and_only_a_change_does(session, twins):
    compare(session)
    same = {"name": twins[0][0].name}
    assert codes(session, twins[0], ProblemAction.CHANGE) == {"E-CF-SAME"}
    assert codes(session, twins[0], ProblemAction.CHANGE, **same) == {"E-CF-SAME"}
    assert codes(session, twins[0], name="欧阳小寒") == {"E-PROBLEM-FIELDS"}
    assert codes(session, twins[0], ProblemAction.CHANGE, talent="围棋") == {"E-PROBLEM-FIELDS"}


def test_a_change_agrees_with_the_number_beside_it(session, twins):
    compare(session)
    assert codes(session, twins[0], ProblemAction.CHANGE, gender="1") == {"E-ID-SEX"}


def test_the_last_one_left_does_not_go_though_its_case_was_sent_back(session, twins):
    compare(session)
    case = answer(session, twins[0])
    do(session, twins[0][1]["leader"], case, "send_back", "补材料")
    answer(session, twins[1], ProblemAction.DELETE)
    assert standing(session, twins[0][0])[0] is ProblemFlag.IN_PROCESS
    case.action = ProblemAction.DELETE
    session.flush()
    assert why_not(session, twins[0][1]["registrar"], case, "submit") == ["E-PROBLEM-LAST"]


def test_a_record_that_moved_on_is_neither_answered_for_nor_written_over(session, twins):
    compare(session)
    case = answer(session, twins[0], ProblemAction.CHANGE, wanted={"name": "欧阳小寒"})
    scope.enter(make.WHOLE, session)
    pupil = session.get_one(Student, twins[0][0].id)
    pupil.name = "欧阳小暑"
    session.flush()
    assert why_not(session, twins[0][1]["leader"], case, "agree") == ["E-OVERTAKEN"]
    scope.enter(make.WHOLE, session)
    room = make.a_class(session, make.a_school(session, "411302"))
    session.get_one(Student, twins[0][0].id).sit_in(room)
    session.flush()
    assert "E-SCHOOL" in why_not(session, twins[0][1]["leader"], case, "agree")


def test_the_number_of_a_deleted_record_goes_with_the_child(session, twins):
    """P34: one person, one number; whoever has the ID number gets what was made of it."""
    scope.enter(make.WHOLE, session)
    gone, stays = (session.get_one(Student, pupil.id) for pupil, _ in twins)
    number = f"G{stays.id_number}"
    gone.take_number(number)
    gone.join(StartKind.ADMITTED, TODAY, None)
    session.flush()
    assert not claim(session, stays, number)
    compare(session)
    answer(session, twins[0], ProblemAction.DELETE)
    scope.enter(make.WHOLE, session)
    gone, stays = (session.get_one(Student, pupil.id) for pupil, _ in twins)
    assert (gone.status, gone.number, gone.current_enrolment) == (Status.DELETED, None, None)
    assert claim(session, stays, number)
    stays.take_number(number)
    session.flush()
    assert not claim(session, gone, number)
