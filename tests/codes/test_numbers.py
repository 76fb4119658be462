"""Student numbers and class numbers, made and read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.codes import class_number, national_number
from app.codes.class_number import ClassNumber
from app.codes.id_number import check_character

DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))
AREAS = st.integers(100000, 999999).map(str)


def test_the_example_of_the_rules():
    assert national_number.by_rule("430181", date(2012, 8, 15), 201) == "J430181201208152017"


@given(AREAS, DAYS, st.integers(1, 999), st.integers(0, 9999))
def test_numbers_that_are_made_are_well_formed(area, born, sequence, drawn):
    formal = national_number.by_rule(area, born, sequence)
    temporary = national_number.temporary(area, born, lambda _: drawn)
    assert temporary == f"L{area}{born:%Y%m%d}{drawn:04d}"
    for number in (formal, temporary):
        assert len(number) == national_number.LENGTH
        assert national_number.is_well_formed(number)
    body = formal[1:-1]
    wrong = "0" if check_character(body) != "0" else "1"
    assert not national_number.is_well_formed(f"J{body}{wrong}")


@given(st.text())
def test_any_text_may_be_asked_about(text):
    national_number.is_well_formed(text)
    class_number.parse(text)


def test_a_formal_number_holds_the_resident_number():
    assert national_number.from_id_number("41130220200501002X").startswith("G4113")
    with pytest.raises(ValueError, match="resident"):
        national_number.from_id_number("H1234567")


@pytest.mark.parametrize("area", ["4301", "43018A", "４３０１８１"])
def test_an_area_is_six_digits(area):
    with pytest.raises(ValueError, match="six digits"):
        national_number.by_rule(area, date(2012, 8, 15), 1)


@pytest.mark.parametrize("sequence", [0, 1000])
def test_a_sequence_has_three_digits_and_is_not_zero(sequence):
    with pytest.raises(ValueError, match="1 to 999"):
        national_number.by_rule("430181", date(2012, 8, 15), sequence)


@given(st.integers(1980, 2100), st.sampled_from("123"), st.integers(1, 99))
def test_a_class_number_is_read_as_it_was_written(year, stage, serial):
    number = ClassNumber(year, stage, serial)
    assert class_number.parse(str(number)) == number


@pytest.mark.parametrize("text", ["202610", "2026401", "2026100", "20261010", "２０２６１０１", ""])
def test_what_is_no_class_number(text):
    assert class_number.parse(text) is None


def test_the_default_name_carries_the_entry_year():
    assert ClassNumber(2011, "1", 2).default_name == "小学2011级(02)班"
    with pytest.raises(ValueError, match="01 to 99"):
        ClassNumber(2011, "1", 0)
