"""学籍辅号的式样: read, refused with every reason, filled in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.codes.aux_pattern import EXAMPLE, LONGEST, Pattern, Seat, parse
from app.errors import Refused

WHOLE = "{school}{year}{stage}{class}{seat:2}"


def told(pattern):
    try:
        assert len(parse(pattern).number(EXAMPLE)) <= LONGEST
    except Refused as refused:
        return [one.code for one in refused.refusals]
    return []


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        (WHOLE, "2141000101" + "2026" + "1" + "01" + "07"),
        ("{province}{city}{county}" + WHOLE, "411302" + "2141000101" + "2026" + "1" + "01" + "07"),
        ("A-{school:6}{year:2}{stage}{class}{seat:4}", "A-000101" + "26" + "1" + "01" + "0007"),
        ("｛school｝ {year}{stage}{class} {seat}", "2141000101" + "2026" + "1" + "01" + "07"),
    ],
)
def test_a_pattern_makes_the_number_of_a_seat(pattern, number):
    assert parse(pattern).number(EXAMPLE) == number


@pytest.mark.parametrize(
    ("pattern", "codes"),
    [
        ("", ["E-AUX-LACKS"]),
        ("{school}{year}{class}{seat}", ["E-AUX-LACKS"]),
        (WHOLE + "{school}1", []),  # 30 are not too many
        (WHOLE + "{school}12", ["E-AUX-LONG"]),
        (WHOLE + "{shoe}", ["E-AUX-PART"]),
        ("{school:3}{year:5}{stage:2}{class}{seat:9}", ["E-AUX-WIDTH"] * 4),
        (WHOLE + "号", ["E-AUX-SIGN"]),
        ("{school}{year}{stage}{class}{seat", ["E-AUX-SIGN"]),
    ],
)
def test_every_reason_against_a_pattern_is_told(pattern, codes):
    assert told(pattern) == codes


def test_a_seat_that_is_too_large_for_its_part_makes_no_number():
    pattern = parse(WHOLE)
    assert pattern.number(EXAMPLE._replace(seat=99)) is not None
    assert pattern.number(EXAMPLE._replace(seat=100)) is None
    assert parse(WHOLE.replace("seat:2", "seat:3")).number(EXAMPLE._replace(seat=100)) is not None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(raw):
    assert told(raw) or isinstance(parse(raw), Pattern)


SEATS = st.builds(
    Seat,
    st.just("411302000000"),
    st.integers(2_141_000_000, 2_141_000_009).map(str),
    st.tuples(st.integers(2024, 2026), st.integers(1, 3), st.integers(1, 3)).map(
        lambda n: f"{n[0]}{n[1]}{n[2]:02d}"
    ),
    st.integers(1, 99),
)


@given(SEATS, SEATS)
def test_two_seats_never_have_one_number(one, other):
    pattern = parse("{county}" + WHOLE)
    assert (one == other) == (pattern.number(one) == pattern.number(other))
