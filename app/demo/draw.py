"""Who is in a class: what all other columns hang on, drawn once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from app.demo import names
from app.demo.mix import Mix
from app.demo.names import HAN, MALE, Name
from app.demo.places import COUNTIES, County
from app.demo.plan import SEED, RoomPlan
from app.models.school import Stage

Columns = dict[str, list[Any]]

ENTRY_AGES = {Stage.PRIMARY: 6, Stage.JUNIOR: 12, Stage.SENIOR: 15}  # on 31 August
DAYS, STRIDE = 365, 151  # of a cohort's birthdays, and how they are dealt out
RESIDENT, NO_NUMBER, HONG_KONG_PAPER, PASSPORT = "1", "Z", "6", "A"
RURAL, URBAN = "1", "2"
GENDER = Mix({MALE: 52.5, "2": 47.5})
PAPER = Mix({RESIDENT: 98.9, NO_NUMBER: 0.6, HONG_KONG_PAPER: 0.3, PASSPORT: 0.2})


@dataclass(slots=True)
class Draw:
    """What all columns of one class are drawn from."""

    room: RoomPlan
    rng: Random
    county: County
    area: str
    is_town: bool
    genders: list[str] = field(default_factory=list)
    papers: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)  # where the household is registered
    hukou: list[str] = field(default_factory=list)
    ethnic: list[str] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    born: list[date] = field(default_factory=list)

    def often(self, share: float) -> list[bool]:
        """Return a column that is true for this share of the pupils."""
        draw = self.rng.random
        return [draw() < share for _ in range(self.room.size)]

    def mixed(self, mix: Mix[Any]) -> list[Any]:
        """Return a column of a mix."""
        return mix.draw(self.rng, self.room.size)


def drawn(room: RoomPlan) -> Draw:
    """Return the people of a class, who are the same every time."""
    school = room.school
    draw = Draw(
        room,
        Random(f"{SEED}/{school.code}/{room.number}"),
        COUNTIES[school.territorial],
        school.territorial,
        school.urban_rural.startswith("1"),
    )
    who(draw)
    return draw


def who(draw: Draw) -> None:
    """Decide what the other columns hang on: gender, papers, home county, people, name, birth."""
    room, rng = draw.room, draw.rng
    draw.genders, draw.papers = draw.mixed(GENDER), draw.mixed(PAPER)
    came = draw.often(0.12 if draw.is_town else 0.02)
    draw.areas = [
        rng.choice(draw.county.outside) if moved and paper == RESIDENT else draw.area
        for moved, paper in zip(came, draw.papers, strict=True)
    ]
    draw.hukou = [a_hukou(draw, paper) for paper in draw.papers]
    drawn = zip(draw.mixed(draw.county.ethnic), draw.papers, strict=True)
    draw.ethnic = [ethnic if paper in (RESIDENT, NO_NUMBER) else HAN for ethnic, paper in drawn]
    surnames = names.families(rng, room.size)
    draw.names = [
        names.child(
            rng, gender, ethnic, names.families(rng, 1, ethnic)[0] if ethnic != HAN else surname
        )
        for gender, ethnic, surname in zip(draw.genders, draw.ethnic, surnames, strict=True)
    ]
    first = date(room.entry_year - ENTRY_AGES[room.stage] - 1, 9, 1)
    draw.born = [first + timedelta(days=place * STRIDE % DAYS) for place in places(room)]


def places(room: RoomPlan) -> range:
    """Return each pupil's place among all of the cohort in the county."""
    return range(room.first, room.first + room.size)


def a_hukou(draw: Draw, paper: str) -> str:
    """Return the household's type; foreigners count as urban."""
    rural = 0.35 if draw.is_town else 0.9
    return RURAL if paper != PASSPORT and draw.rng.random() < rural else URBAN
