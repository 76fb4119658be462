"""The rest of the national form: schooling, contact, welfare; columns that agree with others."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from app.demo.draw import RURAL, Columns, Draw
from app.demo.mix import Mix
from app.demo.places import ROADS, VILLAGES, address
from app.models.school import Stage

SEATS = 9_999  # the most a seat's number can say; a bench fills classes beyond all bounds
STATUS = Mix({"IN_SCHOOL": 99.3, "SUSPENDED": 0.7})
HEALTH = Mix({"10": 96, "20": 3, "30": 1})
DISABILITY = Mix({"0": 99.3, "1": 0.15, "2": 0.15, "4": 0.25, "5": 0.15})
IN_REGULAR_CLASS = {"0": "00", "1": "11", "2": "12", "4": "19", "5": "13"}
DISABLED_HEALTH = "50"
SENIOR_ENTRY = Mix({"21": 94, "22": 3, "23": 3})
COMPULSORY_ENTRY = Mix({"11": 93, "12": 7})
LEFT_IN_TOWN = Mix({"0": 90, "1": 6, "2": 4})
LEFT_IN_VILLAGES = Mix({"0": 70, "1": 18, "2": 12})
COMMUTE = Mix({"1": 40, "2": 15, "3": 15, "4": 26, "5": 4})
BUS = "5"


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
