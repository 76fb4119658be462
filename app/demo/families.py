"""Families: two members of every pupil's, the guardian first (data form 2.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from app.codes.id_number import check_character
from app.demo import names
from app.demo.draw import NO_NUMBER, RESIDENT, Columns, Draw
from app.demo.form import a_phone
from app.demo.mix import Mix
from app.demo.places import address, division

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


def families(draw: Draw, homes: list[tuple[str, str]], pupils: Columns) -> Columns:
    """Return two members of every family, the guardian first."""
    rows = [
        member
        for nth, relations in enumerate(draw.mixed(FAMILY))
        for member in a_family(draw, nth, homes[nth][0], relations, orphan=pupils["orphan"][nth])
    ]
    return {name: [row[name] for row in rows] for name in (*MEMBER, "pupil")}


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
