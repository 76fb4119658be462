"""Likely duplicates: told within the asker's own scope, twins told apart, nobody ever stopped."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.codes import id_number
from app.models.student import Status
from app.policies import scope
from app.workflows.likely import Why, likely, neighbours
from tests import make
from tests.workflows.cases import become

BORN = date(2020, 5, 1)
PAPERLESS = {"id_type": "Z", "id_number": None}


def numbered(body):
    return body + id_number.check_character(body)


@pytest.fixture
def school(session):
    scope.enter(make.WHOLE, session)
    return make.a_school(session, "411302")


@pytest.fixture
def enter(session, school):
    room = make.a_class(session, school)

    def entered(where=None, family=None, **bends):
        facts = {"name": "张晓明", "gender": "1", "birth_date": BORN, **PAPERLESS, **bends}
        pupil = make.a_pupil(
            session, where or room, status=Status.PENDING_REGISTRATION, guardians=0, **facts
        )
        if family:
            make.a_guardian(session, pupil, name=family, phone=f"0377-{pupil.id:08d}")
        session.refresh(pupil)
        return pupil

    return entered


def told(session, pupil):
    return {one.student_id: one.why for one in likely(session, pupil)}


def test_a_name_that_sounds_the_same_is_told(session, enter):
    one = enter()
    other = enter(name="张小明", name_pinyin="zhang xiao ming")
    enter(name="张大明", name_pinyin="Zhang Daming")
    enter(name="张小明", name_pinyin="Zhang Xiaoming", birth_date=date(2020, 5, 2))
    assert told(session, one) == {other.id: (Why.SOUND,)}


@pytest.mark.parametrize(
    "number",
    [
        numbered("41130220200501013"),  # another digit, and the character that then is right
        numbered("41130220200501003")[:16] + "1" + numbered("41130220200501003")[17],
        numbered("41130220200500103"),  # two digits the wrong way round
        numbered("41130220200501003")[:17] + "0",  # another last character
        numbered("41132020200501003"),
    ],
)
def test_a_number_off_by_one_character_is_told(session, enter, number):
    one = enter(name="李大川", id_type="1", id_number=numbered("41130220200501003"))
    other = enter(name="李大山", id_type="1", id_number=number, birth_date=date(2019, 1, 1))
    far, near = numbered("41130220200501113"), numbered("41130220200501093")
    enter(name="李大河", id_type="1", id_number=far, birth_date=date(2019, 1, 1))
    enter(name="王芳", id_type="1", id_number=near, birth_date=date(2019, 1, 1))  # a stranger
    assert told(session, one) == {other.id: (Why.ONE_OFF,)}


def test_day_and_month_the_other_way_round_are_told(session, enter):
    one, other = enter(birth_date=date(2020, 5, 1)), enter(birth_date=date(2020, 1, 5))
    enter(birth_date=date(2020, 1, 6))
    assert told(session, one) == {other.id: (Why.SWAPPED,)}
    assert told(session, enter(name="王浩", birth_date=date(2020, 5, 20))) == {}


def test_twins_are_said_to_be_twins_and_nothing_else(session, enter):
    one = enter(id_type="1", id_number=numbered("41130220200501003"), family="张大江")
    following = enter(
        name="张晓亮", id_type="1", id_number=numbered("41130220200501005"), name_pinyin="x"
    )
    family = enter(name="张晓玲", gender="2", name_pinyin="Zhang Xiaoling", family="张大江")
    enter(name="张晓春", name_pinyin="Zhang Xiaochun", family="张大海")  # of the day, no more
    found = likely(session, one)
    assert {(o.student_id, o.why, o.is_twin) for o in found} == {
        (following.id, (Why.TWIN,), True),
        (family.id, (Why.TWIN,), True),
    }


def test_one_child_written_twice_is_not_its_own_twin(session, enter):
    one = enter(family="张大江")
    other = enter(name="张小明", name_pinyin="Zhang Xiaoming", family="张大江")
    assert told(session, one) == {other.id: (Why.SOUND,)}


def test_what_speaks_louder_comes_first_and_who_was_deleted_is_not_told(session, enter):
    one = enter(id_type="1", id_number=numbered("41130220200501003"))
    weak = enter(name="张小明", name_pinyin="Zhang Xiaoming")
    strong = enter(
        name="张小明", name_pinyin="Zhang Xiaoming", id_type="1",
        id_number=numbered("41130220200501003")[:17] + "0",
    )  # fmt: skip
    gone = enter(name="张小明", name_pinyin="Zhang Xiaoming")
    gone.status = Status.DELETED
    session.flush()
    assert [o.student_id for o in likely(session, one)] == [strong.id, weak.id]


def test_nobody_is_told_of_a_record_he_does_not_see(session, school, enter):
    one = enter()
    elsewhere = make.a_class(session, make.a_school(session, "411303"))
    other = enter(where=elsewhere, name="张小明", name_pinyin="Zhang Xiaoming")
    seen_by = {}
    for role, home in (("SR", school), ("CR", "411302"), ("TR", "4113")):
        scope.enter(make.WHOLE, session)
        become(session, make.an_account(session, role, home))
        seen_by[role] = told(session, one)
    assert seen_by == {"SR": {}, "CR": {}, "TR": {other.id: (Why.SOUND,)}}


@given(st.text(max_size=20) | st.text("0123456789X", min_size=18, max_size=18))
def test_no_text_has_itself_for_a_neighbour(text):
    near = neighbours(text)
    assert text not in near
    assert len(near) < 500


def test_neighbours_are_mutual():
    number = numbered("41130220200501003")
    for near in neighbours(number):
        if id_number.is_shaped(near):
            back = neighbours(near)
            mended = near[:17] + id_number.check_character(near[:17])
            assert number in back or number in neighbours(mended)
