from itertools import islice

import pytest

from app.codes import class_number
from app.demo import plan
from app.models.school import Stage


def test_the_base_world_is_that_of_the_files():
    assert len(plan.authorities()) == 11
    assert len(plan.base_schools()) == 14
    rooms = list(plan.rooms())
    for school in plan.base_schools():
        levels = sum(years for _, years in school.years)
        own = [room for room in rooms if room.school is school]
        assert len(own) == levels * school.classes_per_grade


def test_the_newcomers_of_one_school_are_still_to_come():
    empty = [room for room in plan.rooms() if not room.size]
    assert [(room.school.code, str(room.number)) for room in empty] == [
        ("2141000101", "2026101"),
        ("2141000101", "2026102"),
    ]


def test_a_class_has_about_25_pupils():
    sizes = [room.size for room in plan.rooms() if room.size]
    assert min(sizes) >= 23
    assert max(sizes) <= 27


def test_class_numbers_carry_entry_year_stage_and_serial():
    for room in plan.rooms():
        assert class_number.parse(str(room.number)) == room.number
        assert room.entry_year == 2027 - room.level


def test_a_scaled_world_begins_with_the_base_world():
    base = list(plan.rooms())
    assert list(islice(plan.rooms(3), len(base))) == base


def test_copies_are_schools_of_their_own_under_the_same_authorities():
    made = list(plan.schools(4))
    assert len({school.code for school in made}) == len(made) == 4 * 14
    assert all(len(school.code) == 10 for school in made)
    for nth, school in enumerate(made):
        base = made[nth % 14]
        assert (school.managing, school.years) == (base.managing, base.years)


def test_places_in_a_cohort_are_given_once():
    taken = set()
    for room in plan.rooms(2):
        for place in range(room.first, room.first + room.size):
            key = (room.school.territorial, room.stage, room.level, place)
            assert key not in taken
            taken.add(key)


@pytest.mark.parametrize("scale", [0, plan.MOST_COPIES + 1])
def test_a_scale_that_codes_cannot_hold_is_refused(scale):
    with pytest.raises(ValueError, match="scale"):
        next(plan.schools(scale))


def test_a_nine_year_school_has_two_stages():
    school = next(each for each in plan.base_schools() if each.code == "3141000104")
    assert school.years == ((Stage.PRIMARY, 6), (Stage.JUNIOR, 3))
