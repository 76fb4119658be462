"""The check of resident numbers, against python-stdnum's arithmetic and against nonsense."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from app.codes import id_number

TODAY = date(2026, 9, 1)
BODIES = st.text("0123456789", min_size=17, max_size=17)


@given(BODIES)
def test_the_check_character_is_that_of_the_standard(body):
    assert id_number.check_character(body) == ric.calc_check_digit(body + "0")


@given(st.text() | BODIES | BODIES.map(lambda body: body + id_number.check_character(body)))
def test_no_text_raises(text):
    compact = id_number.compact(text)
    found = id_number.problems(compact, TODAY)
    assert isinstance(found, tuple)
    assert (id_number.birth_date(compact) is None) or id_number.is_shaped(compact)
    assert id_number.gender(compact) in {None, "1", "2"}


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(1, 999))
def test_a_right_number_has_no_problem(born, sequence):
    body = f"411302{born:%Y%m%d}{sequence:03d}"
    number = body + id_number.check_character(body)
    assert id_number.problems(number, TODAY) == ()
    assert id_number.birth_date(number) == born
    assert id_number.gender(number) == ("1" if sequence % 2 else "2")


def numbered(body):
    return body + id_number.check_character(body)


@pytest.mark.parametrize(
    ("number", "problems"),
    [
        ("", ("length",)),
        ("411302200501002", ("length",)),
        ("41130220200501002X9", ("length",)),
        ("41130220200501A024", ("format",)),
        ("X1130220200501002X", ("format",)),
        ("٤11302202005010024", ("format",)),
        (numbered("41130220200230002"), ("birth_date",)),
        (numbered("41130218990501002"), ("birth_range",)),
        (numbered("41130220270501002"), ("birth_range",)),
        (numbered("41130220200501000"), ("sequence",)),
        (numbered("99999920200501002"), ("division",)),
        (numbered("33011320210501002"), ()),  # 杭州临平区, made in 2021
        (numbered("83000020200501002"), ()),  # a permit for residents of Taiwan
    ],
)
def test_each_problem_has_its_name(number, problems):
    assert id_number.problems(number, TODAY) == problems


def test_a_wrong_check_character_is_told_from_the_right_one():
    right = numbered("41130220200501002")
    for other in "0123456789X":
        expected = () if other == right[17] else ("checksum",)
        assert id_number.problems(right[:17] + other, TODAY) == expected


def test_birth_today_is_possible_and_tomorrow_is_not():
    tomorrow = TODAY + timedelta(days=1)
    assert id_number.problems(numbered(f"411302{TODAY:%Y%m%d}002"), TODAY) == ()
    assert id_number.problems(numbered(f"411302{tomorrow:%Y%m%d}002"), TODAY) == ("birth_range",)


@pytest.mark.parametrize(
    "raw",
    [
        "４１１３０２２０２００５０１００２ｘ",
        " 411302 20200501 002x ",
        "411302\u200b20200501002X\ufeff",
        "411302\xa020200501002x",
    ],
)
def test_numbers_are_kept_narrow_without_blanks_and_with_a_capital_x(raw):
    assert id_number.compact(raw) == "41130220200501002X"
