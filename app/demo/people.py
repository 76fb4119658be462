"""The seeded generator: a class's pupils as columns, every field of the national form filled.

The same class always holds the same people. An ID number follows from a pupil's place in the
cohort of the county, so no two are equal, whatever is generated where. Telephone numbers all lie
in one block of ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from app.codes import national_number
from app.codes.id_number import check_character
from app.demo import names
from app.demo.mix import Mix
from app.demo.names import HAN, MALE, Name
from app.demo.places import COUNTIES, ROADS, VILLAGES, County, address, division, native_place
from app.demo.plan import SCHOOL_YEAR, SEED, RoomPlan
from app.models.school import Stage

ENTRY_AGES = {Stage.PRIMARY: 6, Stage.JUNIOR: 12, Stage.SENIOR: 15}  # on 31 August
DAYS, STRIDE = 365, 151  # of a cohort's birthdays, and how they are dealt out
SEATS = 9_999  # the most a seat's number can say; a bench fills classes beyond all bounds
RESIDENT, NO_NUMBER, HONG_KONG_PAPER, PASSPORT = "1", "Z", "6", "A"

RURAL, URBAN = "1", "2"
GENDER = Mix({MALE: 52.5, "2": 47.5})
PAPER = Mix({RESIDENT: 98.9, NO_NUMBER: 0.6, HONG_KONG_PAPER: 0.3, PASSPORT: 0.2})
STATUS = Mix({"IN_SCHOOL": 99.3, "SUSPENDED": 0.7})
HEALTH = Mix({"10": 96, "20": 3, "30": 1})
DISABILITY = Mix({"0": 99.3, "1": 0.15, "2": 0.15, "4": 0.25, "5": 0.15})
IN_REGULAR_CLASS = {"0": "00", "1": "11", "2": "12", "4": "19", "5": "13"}
DISABLED_HEALTH = "50"
TALENT = Mix(
    {None: 70, "绘画": 6, "书法": 5, "篮球": 5, "舞蹈": 4, "钢琴": 3, "围棋": 2, "朗诵": 2}
)
SENIOR_ENTRY = Mix({"21": 94, "22": 3, "23": 3})
COMPULSORY_ENTRY = Mix({"11": 93, "12": 7})
LEFT_IN_TOWN = Mix({"0": 90, "1": 6, "2": 4})
LEFT_IN_VILLAGES = Mix({"0": 70, "1": 18, "2": 12})
COMMUTE = Mix({"1": 40, "2": 15, "3": 15, "4": 26, "5": 4})
BUS = "5"
PASSPORTS = Mix({"KOR": 5, "VNM": 4, "USA": 2, "GBR": 1})
WORK = Mix(
    {
        (None, None): 35,
        ("个体", "经营者"): 15,
        ("务农", None): 15,
        ("建筑公司", "工人"): 10,
        ("物流公司", "司机"): 8,
        ("电子厂", "技术员"): 7,
        ("人民医院", "护士"): 5,
        ("中学", "教师"): 5,
    }
)
FATHER, MOTHER, GRANDFATHER, GRANDMOTHER, OTHER = "51", "52", "61", "62", "97"
FAMILY = Mix(
    {
        (FATHER, MOTHER): 92,
        (MOTHER, FATHER): 4,
        (GRANDFATHER, MOTHER): 2,
        (GRANDMOTHER, FATHER): 1.5,
        (MOTHER, GRANDMOTHER): 0.5,
    }
)
MEN = (FATHER, GRANDFATHER)

Columns = dict[str, list[Any]]


@dataclass(slots=True)
class People:
    """A class: its pupils' columns, and those of their families (``pupil`` is a row number)."""

    pupils: Columns
    guardians: Columns


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


def people(room: RoomPlan) -> People:
    """Return the pupils of a class and their families."""
    school = room.school
    draw = Draw(
        room,
        Random(f"{SEED}/{school.code}/{room.number}"),
        COUNTIES[school.territorial],
        school.territorial,
        school.urban_rural.startswith("1"),
    )
    who(draw)
    homes = [a_home(draw, area) for area in draw.areas]
    pupils = {
        **identity(draw),
        **schooling(draw),
        **contact(draw, homes),
        **welfare(draw),
    }
    return People(pupils, families(draw, homes, pupils))


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
    }


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


def a_hukou(draw: Draw, paper: str) -> str:
    """Return the household's type; foreigners count as urban."""
    rural = 0.35 if draw.is_town else 0.9
    return RURAL if paper != PASSPORT and draw.rng.random() < rural else URBAN


def schooling(draw: Draw) -> Columns:
    """Return status, seat and the form's numbers 24 to 27 and 46 to 48."""
    room, rng, n = draw.room, draw.rng, draw.room.size
    compulsory = room.stage.is_compulsory
    boarding = {Stage.PRIMARY: 0.02, Stage.JUNIOR: 0.25, Stage.SENIOR: 0.6}[room.stage]
    boards = draw.often(boarding)
    modes = draw.mixed(COMMUTE)
    return {
        "status": draw.mixed(STATUS),
        "seat_no": [nth % SEATS + 1 for nth in range(n)],
        "entry_ym": [f"{room.entry_year}09"] * n,
        "entry_method": draw.mixed(COMPULSORY_ENTRY if compulsory else SENIOR_ENTRY),
        "attendance": ["2" if board else "1" for board in boards],
        "source": ["1"] * n,
        "commute_km": [Decimal(rng.randint(2, 90)) / 10 for _ in range(n)],
        "commute_mode": modes,
        "needs_bus": [mode == BUS for mode in modes],
        "gets_subsidy": [compulsory and board and rng.random() < 0.3 for board in boards],
    }


def a_home(draw: Draw, area: str) -> tuple[str, str]:
    """Return where a family lives and where its household is registered, as addresses."""
    rng = draw.rng
    road, house = rng.choice(ROADS), rng.randint(1, 199)
    flat = f"{rng.randint(1, 30)}栋{rng.randint(1, 24)}0{rng.randint(1, 4)}室"
    now = f"{address(draw.area)}{road}{house}号{flat}"
    if not draw.is_town:
        now = f"{address(draw.area)}{rng.choice(VILLAGES)}{house}号"
    home = now if area == draw.area else f"{address(area)}{rng.choice(VILLAGES)}{house}号"
    return now, home


def a_phone(rng: Random) -> str:
    """Return a mobile number out of one block."""
    return f"1990000{rng.randrange(10_000):04d}"


def contact(draw: Draw, homes: list[tuple[str, str]]) -> Columns:
    """Return the form's numbers 28 to 32."""
    now = [home[0] for home in homes]
    return {
        "address_now": now,
        "address_mail": now,
        "address_home": [home[1] for home in homes],
        "phone": [a_phone(draw.rng) for _ in homes],
        "postcode": [draw.county.postcode] * len(homes),
    }


def welfare(draw: Draw) -> Columns:
    """Return the form's numbers 35 to 45 and health, which must agree with them."""
    n, compulsory = draw.room.size, draw.room.stage.is_compulsory
    disability = draw.mixed(DISABILITY)
    health = draw.mixed(HEALTH)
    moved = [  # from a village of another county to a school in town
        draw.is_town and area != draw.area and hukou == RURAL
        for area, hukou in zip(draw.areas, draw.hukou, strict=True)
    ]
    left = draw.mixed(
        Mix({"0": 90, "1": 6, "2": 4} if draw.is_town else {"0": 70, "1": 18, "2": 12})
    )
    return {
        "health": [
            well if none == "0" else DISABLED_HEALTH
            for well, none in zip(health, disability, strict=True)
        ],
        "only_child": draw.often(0.35),
        "preschool": draw.often(0.97),
        "left_behind": [
            None if not compulsory else "0" if away else kind
            for kind, away in zip(left, moved, strict=True)
        ],
        "migrant_child": moved if compulsory else [None] * n,
        "orphan": draw.often(0.002),
        "martyr_child": draw.often(0.001),
        "mainstreaming": [IN_REGULAR_CLASS[kind] for kind in disability],
        "disability": disability,
        "bought_place": [False] * n,
        "needs_aid": draw.often(0.08),
    }


def families(draw: Draw, homes: list[tuple[str, str]], pupils: Columns) -> Columns:
    """Return two members of every family, the guardian first."""
    rows = [
        member
        for nth, relations in enumerate(draw.mixed(FAMILY))
        for member in a_family(draw, nth, homes[nth][0], relations, orphan=pupils["orphan"][nth])
    ]
    return {name: [row[name] for row in rows] for name in (*MEMBER, "pupil")}


MEMBER = (
    "name",
    "relation",
    "relation_note",
    "address",
    "hukou_division",
    "phone",
    "is_guardian",
    "id_type",
    "id_number",
    "ethnic",
    "employer",
    "post",
)


def a_family(
    draw: Draw, nth: int, address_now: str, relations: tuple[str, str], *, orphan: bool
) -> Iterator[dict[str, Any]]:
    """Yield two members; the guardian of a child without an ID number has one (data form 2.1)."""
    rng = draw.rng
    if orphan:
        relations = (GRANDMOTHER, OTHER)
    for ordinal, relation in enumerate(relations):
        guardian = ordinal == 0
        shown = draw.papers[nth] == NO_NUMBER or rng.random() < 0.15
        card = shown and relation != OTHER
        employer, post = WORK.draw(rng, 1)[0]
        yield {
            "pupil": nth,
            "name": a_member(draw, nth, relation),
            "relation": relation,
            "relation_note": "民政部门" if relation == OTHER else None,
            "address": address_now,
            "hukou_division": division(draw.areas[nth]),
            "phone": a_phone(rng),
            "is_guardian": guardian or (relation != OTHER and rng.random() < 0.8),
            "id_type": RESIDENT if card else None,
            "id_number": an_adult_number(draw, nth, relation) if card else None,
            "ethnic": None if relation == OTHER else draw.ethnic[nth],
            "employer": employer,
            "post": post,
        }


def a_member(draw: Draw, nth: int, relation: str) -> str:
    """Return the name of a family member, or of the office that looks after an orphan."""
    if relation == OTHER:
        return f"{address(draw.area)[-3:]}民政局"
    if relation in MEN:
        return names.father(draw.rng, draw.names[nth], draw.ethnic[nth])
    return names.mother(draw.rng, draw.ethnic[nth])


def an_adult_number(draw: Draw, nth: int, relation: str) -> str:
    """Return an ID number of somebody a generation older, or two."""
    rng = draw.rng
    older = rng.randint(22, 38) + (25 if relation in (GRANDFATHER, GRANDMOTHER) else 0)
    born = date(draw.born[nth].year - older, rng.randint(1, 12), rng.randint(1, 28))
    sequence = 2 * rng.randrange(499) + (1 if relation in MEN else 2)
    body = f"{draw.areas[nth]}{born:%Y%m%d}{sequence:03d}"
    return body + check_character(body)
