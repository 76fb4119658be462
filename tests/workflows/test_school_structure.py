"""学校管理 (P01): the rules of cohorts, classes and schools, on plain objects."""

from datetime import date

import pytest

from app.errors import Refused
from app.models.organisation import Organisation, Tier
from app.models.school import Grade, School, SchoolClass, SchoolState, Stage
from app.workflows.school_structure import (
    class_refusals,
    grade_refusals,
    organisation_refusals,
    school_refusals,
    school_year,
    set_up_grade,
)

TODAY = date(2026, 11, 21)


def a_school(**bends):
    facts = {"type": "211", "urban_rural": "111", "years_primary": 6, "state": SchoolState.ACTIVE}
    return School(id=1, **{**facts, **bends})


def codes(refusals):
    return [refusal.code for refusal in refusals]


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 8, 10), 2025), (date(2026, 8, 11), 2026), (date(2027, 1, 1), 2026)],
)
def test_the_school_year_turns_after_promotion_day(day, year):
    assert school_year(day) == year


@pytest.mark.parametrize(
    ("bend", "told"),
    [
        ({}, []),
        ({"state": SchoolState.CLOSED}, ["E-SCHOOL-CLOSED"]),
        ({"years_primary": None}, ["E-SCHOOL-STAGES"]),
        ({"years_senior": 3}, ["E-SCHOOL-STAGES"]),
        ({"type": "312", "years_junior": 3}, []),
        ({"urban_rural": "100"}, ["E-SCHOOL-PLACE"]),
        ({"type": "111", "urban_rural": "x"}, ["E-SCHOOL-STAGES", "E-SCHOOL-PLACE"]),
    ],
)
def test_a_school_says_all_that_does_not_fit(bend, told):
    assert codes(school_refusals(a_school(**bend))) == told


@pytest.mark.parametrize(
    ("stage", "year", "told"),
    [
        (Stage.PRIMARY, 2026, 1),
        (Stage.PRIMARY, 2021, 6),
        (Stage.PRIMARY, 2020, "E-GRADE-YEAR"),
        (Stage.PRIMARY, 2027, "E-GRADE-YEAR"),
        (Stage.SENIOR, 2026, "E-GRADE-STAGE"),
    ],
)
def test_a_cohort_is_where_its_entry_year_puts_it(stage, year, told):
    grade = Grade(stage=stage, entry_year=year)
    if isinstance(told, int):
        set_up_grade(grade, a_school(), TODAY)
        assert (grade.level, grade.years, grade.school_id) == (told, 6, 1)
        return
    with pytest.raises(Refused) as refused:
        set_up_grade(grade, a_school(), TODAY)
    assert codes(refused.value.refusals) == [told]


def test_a_length_covers_the_level_a_cohort_has_reached():
    assert codes(grade_refusals(Grade(level=6, years=5))) == ["E-GRADE-YEARS"]
    assert grade_refusals(Grade(level=5, years=5)) == []


@pytest.mark.parametrize(
    ("kind", "stage", "fits"),
    [("10", Stage.PRIMARY, True), ("20", Stage.PRIMARY, False), ("40", Stage.SENIOR, True)],
)
def test_the_type_of_a_class_is_of_its_stage(kind, stage, fits):
    assert codes(class_refusals(None, SchoolClass(type=kind), stage)) == (
        [] if fits else ["E-CLASS-TYPE"]
    )


@pytest.mark.parametrize(
    ("parent", "tier", "fits"),
    [
        (Tier.CITY, Tier.COUNTY, True),
        (Tier.PROVINCE, Tier.COUNTY, False),
        (Tier.COUNTY, Tier.SCHOOL, False),
        (None, Tier.MINISTRY, False),
    ],
)
def test_an_authority_stands_right_below_its_superior(parent, tier, fits):
    above = Organisation(tier=parent) if parent else None
    assert codes(organisation_refusals(Organisation(tier=tier), above)) == (
        [] if fits else ["E-TIER"]
    )
