"""The seeded generator: a class's pupils as columns, every field of the national form filled.

The same class always holds the same people. An ID number follows from a pupil's place in the
cohort of the county, so no two are equal, whatever is generated where. Telephone numbers all lie
in one block of ten thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.codes import national_number
from app.codes.id_number import check_character
from app.demo.draw import (
    DAYS,
    HONG_KONG_PAPER,
    NO_NUMBER,
    PASSPORT,
    RESIDENT,
    Columns,
    Draw,
    drawn,
)
from app.demo.families import families
from app.demo.form import a_home, contact, schooling, welfare
from app.demo.mix import Mix
from app.demo.names import MALE
from app.demo.places import division, native_place
from app.demo.plan import SCHOOL_YEAR, RoomPlan

PASSED = "PASSED"
TALENT = Mix(
    {None: 70, "绘画": 6, "书法": 5, "篮球": 5, "舞蹈": 4, "钢琴": 3, "围棋": 2, "朗诵": 2}
)
PASSPORTS = Mix({"KOR": 5, "VNM": 4, "USA": 2, "GBR": 1})


@dataclass(slots=True)
class People:
    """A class: its pupils' columns, and those of their families (``pupil`` is a row number)."""

    pupils: Columns
    guardians: Columns


def people(room: RoomPlan) -> People:
    """Return the pupils of a class and their families."""
    draw = drawn(room)
    homes = [a_home(draw, area) for area in draw.areas]
    pupils = {
        **identity(draw),
        **schooling(draw),
        **contact(draw, homes),
        **welfare(draw),
    }
    return People(pupils, families(draw, homes, pupils))


def identity(draw: Draw) -> Columns:
    """Return the form's numbers 1 to 12 and 14 to 19, and the student number."""
    numbers = [a_number(draw, nth) for nth in range(draw.room.size)]
    foreign = [paper == PASSPORT for paper in draw.papers]
    return {
        "name": [name.text for name in draw.names],
        "gender": draw.genders,
        "birth_date": draw.born,
        "birthplace": [division(area) for area in draw.areas],
        "native_place": [
            "国外" if abroad else native_place(area)
            for abroad, area in zip(foreign, draw.areas, strict=True)
        ],
        "ethnic": draw.ethnic,
        "nationality": [a_nationality(draw, paper) for paper in draw.papers],
        "id_type": draw.papers,
        "id_number": [number for number, _ in numbers],
        "overseas_status": [
            {HONG_KONG_PAPER: "01", PASSPORT: "51"}.get(paper, "00") for paper in draw.papers
        ],
        "political": [a_party(draw, born) for born in draw.born],
        "name_pinyin": [name.pinyin for name in draw.names],
        "id_validity": [a_validity(draw, paper) for paper in draw.papers],
        "hukou_division": [division(area) for area in draw.areas],
        "hukou_type": draw.hukou,
        "talent": draw.mixed(TALENT),
        "number": [number for _, number in numbers],
        "number_kind": [number[0] for _, number in numbers],
        "verification": [PASSED if number[0] in "GJ" else "NONE" for _, number in numbers],
        "verified_on": [_verified_on(draw, number) for _, number in numbers],
    }


def _verified_on(draw: Draw, number: str) -> date | None:
    """Return the day the county confirmed who a pupil is: the autumn of the year of entry."""
    return date(draw.room.entry_year, 9, 18) if number[0] in "GJ" else None


def a_number(draw: Draw, nth: int) -> tuple[str | None, str]:
    """Return ID number and student number: G of a resident number, J without any, L of others."""
    born, paper, area = draw.born[nth], draw.papers[nth], draw.areas[nth]
    twin = (draw.room.first + nth) // DAYS  # how many of the cohort had this day before
    sequence = 2 * twin + (1 if draw.genders[nth] == MALE else 2)
    if paper == RESIDENT:
        body = f"{area}{born:%Y%m%d}{sequence:03d}"
        number = body + check_character(body)
        return number, national_number.from_id_number(number)
    if paper == NO_NUMBER:
        return None, national_number.by_rule(area, born, sequence)
    prefix = "H" if paper == HONG_KONG_PAPER else "M"
    return (
        f"{prefix}{area[-4:]}{born:%y%m%d}{sequence:03d}",
        national_number.temporary(area, born, lambda _: sequence),
    )


def a_nationality(draw: Draw, paper: str) -> str:
    """Return the country or region that goes with a paper."""
    if paper == PASSPORT:
        return PASSPORTS.draw(draw.rng, 1)[0]
    return "HKG" if paper == HONG_KONG_PAPER else "CHN"


def a_party(draw: Draw, born: date) -> str:
    """Return the political status: from junior school on, some are in the Youth League (03)."""
    old_enough = born < date(SCHOOL_YEAR - 14, 9, 1)
    return "03" if old_enough and draw.rng.random() < 0.3 else "13"


def a_validity(draw: Draw, paper: str) -> str | None:
    """Return from when to when a card is valid, if there is a card and somebody wrote it down."""
    rng = draw.rng
    if paper != RESIDENT or rng.random() < 0.5:
        return None
    year, month, day = rng.randint(2022, 2026), rng.randint(1, 9), rng.randint(1, 28)
    return f"{year}.{month:02d}.{day:02d}-{year + 5}.{month:02d}.{day:02d}"
