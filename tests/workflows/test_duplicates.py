"""The duplicate check: what collides, under which keys, in which groups, and what is left alone."""

from datetime import date
from itertools import count

import pytest
from sqlalchemy import event, func, select, update

from app.codes import id_number
from app.models.problem import (
    CheckWaiting,
    EvidencedPair,
    ItemState,
    ProblemAction,
    ProblemGroup,
    ProblemItem,
    ProblemKind,
)
from app.models.sealed import KEYS
from app.models.student import ProblemFlag, Status, Student
from app.policies import scope
from app.workflows import duplicates, identity, settling, submitting
from app.workflows.desk import Act, Trigger
from app.workflows.key_change import doubles
from tests import make
from tests.workflows.cases import TODAY, become
from tests.workflows.test_problem import agreed, answer, compare, standing

BORN = date(2020, 5, 1)
PENDING = Status.PENDING_REGISTRATION
D, N, E = ProblemKind.DUP_ID, ProblemKind.DUP_NSB, ProblemKind.ID_ERROR
OPEN, PROVEN, CHANGED, DELETED = ItemState
_day = count(1)


@pytest.fixture
def room(session):
    scope.enter(make.WHOLE, session)
    return make.a_class(session, make.a_school(session, "411302"))


@pytest.fixture
def enter(session, room):
    """Enter a record of a pupil nobody resembles, but for what is given."""

    def entered(**bends):
        return make.a_pupil(session, room, status=PENDING, guardians=0, **bends)

    return entered


@pytest.fixture
def crowd(session):
    """So many records of one child, each at a school of its own, with the people there."""

    def entered(many, **bends):
        scope.enter(make.WHOLE, session)
        same = {
            "name": "陆小雨", "gender": "2", "birth_date": BORN,
            "id_number": make.an_id_number(BORN, "2"), **bends,
        }  # fmt: skip
        found = []
        for _ in range(many):
            school = make.a_school(session, "411302")
            seat = make.a_class(session, school)
            pupil = make.a_pupil(session, seat, status=PENDING, guardians=0, **same)
            people = {
                "registrar": make.an_account(session, "SR", school),
                "leader": make.an_account(session, "SL", school),
                "authority": make.an_account(session, "CR", "411302"),
            }
            found.append((pupil, people))
        compare(session)
        return found

    return entered


def kinds(session, pupil):
    return [kind for kind, _state, _auto in standing(session, pupil)[1]]


def states(session, pupil):
    return {(state, auto) for _kind, state, auto in standing(session, pupil)[1]}


# ── what collides ────────────────────────────────────────────────────────────────────────────


def test_a_number_alone_and_a_person_alone_are_two_kinds(session, enter):
    one, same_person = enter(name="陆小雨"), None
    same_number = enter(id_number=one.id_number, birth_date=one.birth_date)
    same_person = enter(name=one.name, birth_date=one.birth_date, id_type="6", id_number="H123456")
    alone = enter()
    compare(session)
    assert kinds(session, one) == [D, N]
    assert kinds(session, same_number) == [D]
    assert kinds(session, same_person) == [N]
    assert standing(session, alone) == (ProblemFlag.NONE, [])


@pytest.mark.parametrize("part", ["name", "gender", "birth_date"])
def test_all_three_of_name_gender_and_birth_date_must_be_the_same(session, enter, part):
    bends = {"name": "陆小雨", "gender": "2", "birth_date": BORN, "id_type": "Z", "id_number": None}
    other = {"name": "陆小雪", "gender": "1", "birth_date": date(2020, 5, 2)}
    one, near = enter(**bends), enter(**{**bends, part: other[part]})
    compare(session)
    assert kinds(session, one) == kinds(session, near) == []


@pytest.mark.parametrize(
    "written", ["陆 小雨", "陆\u3000小雨", "陆·小雨", "陆•小雨", " 陆小雨 ", "陆小\t雨"]
)
def test_a_name_is_the_same_however_it_is_spaced(session, enter, written):
    bends = {"gender": "2", "birth_date": BORN, "id_type": "Z", "id_number": None}
    one, other = enter(name="陆小雨", **bends), enter(name=written, **bends)
    compare(session)
    assert kinds(session, one) == kinds(session, other) == [N]


@pytest.mark.parametrize("name", ["陆 小·雨", "ａnna lee", "Ａ´ b", "ß", "  ", "İi"])
def test_a_name_is_foreseen_to_collide_as_the_check_will_find_it(session, enter, name):
    bends = {"gender": "2", "birth_date": BORN, "id_type": "Z", "id_number": None}
    enter(name=name, **bends)
    other = enter(name="陆小雪", **bends)
    assert doubles(session, other, {"name": name})
    assert not doubles(session, other, {"name": f"{name}x"})
    assert doubles(session, other, {"name": name.replace(" ", "")})


def test_a_foreign_name_is_the_same_in_capitals_and_wide_letters(session, enter):
    bends = {"gender": "2", "birth_date": BORN, "id_type": "Z", "id_number": None}
    three = [enter(name=name, **bends) for name in ("Anna Lee", "ANNA LEE", "Ａｎｎａ　Ｌｅｅ")]
    compare(session)
    assert {tuple(kinds(session, pupil)) for pupil in three} == {(N,)}
    assert session.scalar(select(func.count(ProblemGroup.id))) == 1


@pytest.mark.parametrize("number", ["41130220200501002x", "４１１３０２２０２００５０１００２Ｘ"])
def test_a_number_is_compared_as_it_is_kept(number):
    assert KEYS.digest(id_number.compact(number)) == KEYS.digest("41130220200501002X")


def right(body="41130220200501002"):
    return body + id_number.check_character(body)


@pytest.mark.parametrize(
    ("bends", "is_wrong"),
    [
        ({"id_number": right()}, False),
        ({"id_number": right()[:-1] + "0"}, right()[-1] != "0"),  # the check character
        ({"id_number": right("41130220200501003")}, True),  # a boy's
        ({"id_number": right(), "birth_date": date(2020, 5, 2)}, True),
        ({"id_number": right("99999920200501002")}, True),  # no such county
        ({"id_number": right("33011420200501002")}, False),  # 钱塘区, made in 2021
        ({"id_number": right("11010320200501002")}, False),  # 崇文区, gone in 2010
        ({"id_number": "411302200501002"}, True),  # fifteen digits
        ({"id_number": "E12345678", "id_type": "A"}, False),
        ({"id_number": None, "id_type": "Z"}, False),
    ],
)
def test_a_number_that_contradicts_itself_or_the_record_is_wrong(session, enter, bends, is_wrong):
    pupil = enter(**{"name": "陆小雨", "gender": "2", "birth_date": BORN, **bends})
    compare(session)
    assert kinds(session, pupil) == ([E] if is_wrong else [])


def test_each_record_with_a_wrong_number_is_a_group_of_its_own(session, enter):
    wrong = {"id_number": "411302200501002"}
    one, other = enter(**wrong), enter(**wrong)
    compare(session)
    assert kinds(session, one) == kinds(session, other) == [D, E]
    sizes = select(func.count()).join(ProblemItem.group).group_by(ProblemItem.group_id)
    assert session.scalars(sizes.where(ProblemGroup.kind == E)).all() == [1, 1]


def test_all_who_share_a_number_are_one_group(session, enter):
    one = enter()
    same = {"id_number": one.id_number, "birth_date": one.birth_date}
    pupils = [one, enter(**same), enter(**same)]
    compare(session)
    held = session.scalars(select(ProblemItem.student_id).join(ProblemItem.group))
    assert sorted(held) == [pupil.id for pupil in pupils]
    assert session.scalar(select(func.count(ProblemGroup.id))) == 1


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (Status.GRADUATED, [D]),
        (Status.COMPLETED, [D]),
        (Status.DECEASED, [D]),
        (Status.IN_SCHOOL, [D, N]),
        (Status.SUSPENDED, [D, N]),
        (Status.DELETED, []),
    ],
)
def test_who_left_is_compared_by_number_alone_and_who_was_deleted_never(
    session, room, enter, status, found
):
    gone = make.a_pupil(session, room, status=status, guardians=0)
    new = enter(
        name=gone.name, gender=gone.gender, birth_date=gone.birth_date, id_number=gone.id_number
    )
    compare(session)
    assert kinds(session, new) == kinds(session, gone) == found


def test_a_crowd_of_one_name_is_one_group_and_no_square_of_pairs(session, enter):
    bends = {"name": "陆小雨", "gender": "2", "birth_date": BORN, "id_type": "Z", "id_number": None}
    for _ in range(40):
        enter(**bends)
    compare(session)
    assert session.scalar(select(func.count(ProblemItem.id))) == 40
    assert session.scalar(select(func.count(ProblemGroup.id))) == 1


def test_so_many_records_cost_no_more_statements_than_two(session, enter):
    said = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: said.append(a[2]))

    def cost(many):
        for _ in range(many):
            one = enter(name=f"陆{next(_day)}")
            enter(id_number=one.id_number, birth_date=one.birth_date)
        window = duplicates.waiting(session, 1000)
        said.clear()
        duplicates.check(session, [student_id for student_id, _ in window])
        duplicates.checked(session, window)
        return len(said)

    assert cost(1) == cost(20)


# ── who waits ────────────────────────────────────────────────────────────────────────────────


def test_whoever_is_entered_or_changes_waits_and_is_taken_off_when_compared(session, enter):
    pupil = enter()
    assert pupil.id in dict(duplicates.waiting(session, 1000))
    compare(session)
    assert duplicates.not_compared(session, [pupil.id]) == set()
    pupil.phone = "0377-60000001"
    session.flush()
    assert duplicates.not_compared(session, [pupil.id]) == set()
    pupil.name = "陆小雨"
    session.flush()
    assert duplicates.not_compared(session, [pupil.id]) == {pupil.id}


def test_who_changed_again_meanwhile_goes_on_waiting(session, enter):
    pupil = enter()
    window = duplicates.waiting(session, 1000)
    pupil.name = "陆小雨"
    session.flush()
    duplicates.checked(session, window)
    assert duplicates.not_compared(session, [pupil.id]) == {pupil.id}


def test_windows_follow_each_other_by_the_ids(session, enter):
    ids = sorted(enter().id for _ in range(5))
    before = ids[0] - 1
    first = duplicates.waiting(session, 3, before)
    assert [student_id for student_id, _ in first] == ids[:3]
    then = duplicates.waiting(session, 3, first[-1][0])
    assert [student_id for student_id, _ in then][:2] == ids[3:]


def test_a_record_that_is_compared_again_changes_nothing(session, crowd):
    three = crowd(3)
    before = session.execute(select(ProblemItem.id, ProblemItem.opened_at)).all()
    session.add_all(CheckWaiting(student_id=pupil.id) for pupil, _ in three)
    session.flush()
    compare(session)
    assert session.execute(select(ProblemItem.id, ProblemItem.opened_at)).all() == before


# ── one is always left: N−1 and its traps ────────────────────────────────────────────────────


def test_a_wrong_number_is_never_proven_by_itself(session, enter):
    wrong = {"id_number": "411302200501002"}
    one, other = enter(**wrong), enter(**wrong)
    compare(session)
    session.execute(update(Student).where(Student.id == other.id).values(status=Status.DELETED))
    duplicates.check(session, [other.id])
    flag, items = standing(session, one)
    assert flag is ProblemFlag.OPEN  # trap a: the double is settled, the number is still wrong
    assert items == [(D, PROVEN, True), (E, OPEN, False)]


def test_of_three_the_last_is_proven_when_two_are_gone(session, crowd):
    three = crowd(3)
    answer(session, three[0], ProblemAction.DELETE)
    assert states(session, three[2][0]) == {(OPEN, False)}
    answer(session, three[1], ProblemAction.DELETE)
    assert states(session, three[2][0]) == {(PROVEN, True)}
    assert standing(session, three[2][0])[0] is ProblemFlag.RESOLVED
    closed = session.scalars(select(ProblemGroup.closed_at)).all()
    assert len(closed) == 2
    assert None not in closed


def test_a_change_that_is_asked_for_does_not_count_until_it_is_agreed_to(session, crowd):
    pair = crowd(2, id_type="Z", id_number=None)
    case = answer(session, pair[0], ProblemAction.CHANGE, wanted={"name": "陆小雪"})
    assert states(session, pair[1][0]) == {(OPEN, False)}  # trap e
    agreed(session, pair[0], case)
    assert states(session, pair[0][0]) == {(CHANGED, False)}
    assert states(session, pair[1][0]) == {(PROVEN, True)}


def test_a_proven_sibling_does_not_count_as_gone(session, crowd):
    three = crowd(3)
    agreed(session, three[0], answer(session, three[0]))
    answer(session, three[1], ProblemAction.DELETE)
    assert states(session, three[2][0]) == {(OPEN, False)}  # trap f
    assert states(session, three[0][0]) == {(PROVEN, False)}


def test_in_two_groups_a_record_is_resolved_when_both_are(session, enter):
    one = enter(name="陆小雨", birth_date=BORN, id_number=make.an_id_number(BORN, "2"))
    by_number = enter(id_number=one.id_number, birth_date=BORN)
    by_name = enter(name=one.name, birth_date=BORN, id_type="Z", id_number=None)
    compare(session)
    struck(session, by_number)
    flag, items = standing(session, one)
    assert flag is ProblemFlag.OPEN  # trap d
    assert items == [(D, PROVEN, True), (N, OPEN, False)]
    struck(session, by_name)
    assert standing(session, one)[0] is ProblemFlag.RESOLVED


def struck(session, pupil):
    home = select(make.Account).filter_by(organisation_id=pupil.school_id, role="SR")
    account = session.scalar(home) or make.an_account(session, "SR", pupil.school)
    actor = become(session, account)
    submitting.strike(session, pupil.id, Act(Trigger.SUBMIT, actor, TODAY))
    scope.enter(make.WHOLE, session)


def test_a_struck_record_leaves_nothing_open_behind(session, crowd):
    pair = crowd(2)
    struck(session, pair[0][0])
    assert states(session, pair[0][0]) == {(DELETED, False)}
    assert states(session, pair[1][0]) == {(PROVEN, True)}


def test_while_its_offices_decide_the_last_one_left_is_theirs(session, crowd):
    pair = crowd(2)
    case = answer(session, pair[0])
    answer(session, pair[1], ProblemAction.DELETE)
    assert standing(session, pair[0][0])[0] is ProblemFlag.IN_PROCESS
    agreed(session, pair[0], case)
    assert states(session, pair[0][0]) == {(PROVEN, False)}


def test_who_was_proven_and_then_goes_is_gone_from_every_group(session, enter, crowd):
    pair = crowd(2)
    agreed(session, pair[0], answer(session, pair[0]))
    late = make.a_pupil(
        session, make.a_class(session), status=PENDING, guardians=0,
        birth_date=BORN, id_number=pair[0][0].id_number,
    )  # fmt: skip
    compare(session)
    answer(session, pair[0], ProblemAction.DELETE)  # because of the number alone
    assert states(session, pair[0][0]) == {(DELETED, False)}
    assert standing(session, pair[1][0])[1] == [(D, OPEN, False), (N, PROVEN, True)]
    assert states(session, late) == {(OPEN, False)}


# ── proven pairs, and new ones ───────────────────────────────────────────────────────────────


def test_a_newcomer_opens_everybody_anew_and_the_proven_pair_is_remembered(session, crowd):
    pair = crowd(2, id_type="Z", id_number=None)
    for whom in pair:
        agreed(session, whom, answer(session, whom))
    third = make.a_pupil(
        session, make.a_class(session), status=PENDING, guardians=0, id_type="Z", id_number=None,
        name="陆小雨", gender="2", birth_date=BORN,
    )  # fmt: skip
    compare(session)
    assert {states(session, p).pop() for p in (third, pair[0][0], pair[1][0])} == {(OPEN, False)}
    struck(session, third)
    assert states(session, pair[0][0]) == states(session, pair[1][0]) == {(OPEN, False)}
    assert session.scalar(select(func.count(EvidencedPair.id))) == 1


def test_who_changes_back_collides_anew(session, enter):
    one, other = enter(id_type="Z", id_number=None), enter(id_type="Z", id_number=None)
    same = {"name": one.name, "gender": one.gender, "birth_date": one.birth_date}
    own = {name: getattr(other, name) for name in same}
    for facts, state in ((same, OPEN), (own, CHANGED), (same, OPEN)):
        session.execute(update(Student).where(Student.id == other.id).values(**facts))
        compare(session)
        assert {item[1] for item in standing(session, other)[1]} == {state}
    assert states(session, one) == {(OPEN, False)}


def test_opening_takes_whatever_many_there_are(session, enter):
    pupil = enter()
    keys = [identity.Key(E, KEYS.digest(str(n))) for n in range(40_000)]
    groups = settling.open_items(session, ((key, pupil.id) for key in keys))
    assert len(groups) == len(keys)
