"""学籍号: the pupil's number for life, one letter and 18 characters.

G + resident identity number (formal); J + area, birth date, three digits of sequence, check
character (formal, without an identity number); L + area of the school, birth date, four
random digits (temporary, no check character). Who is unlucky with a taken number asks again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from app.codes.id_number import check_character, is_shaped

LENGTH = 19
AREA_DIGITS = 6
SEQUENCES = range(1, 1000)  # of J numbers, for one area and day
DRAWS = 10_000  # of L numbers, for one area and day
SHAPE = re.compile(r"[GJL][0-9]{17}[0-9X]", re.ASCII)


def from_id_number(id_number: str) -> str:
    """Return the G number of a compact resident identity number."""
    if not is_shaped(id_number):
        raise ValueError("a G number is made of a resident identity number only")
    return f"G{id_number}"


def by_rule(area: str, born_on: date, sequence: int) -> str:
    """Return the J number of the ``sequence``-th pupil of an area and day."""
    if sequence not in SEQUENCES:
        raise ValueError("the sequence of a J number runs from 1 to 999")
    body = f"{_area(area)}{born_on:%Y%m%d}{sequence:03d}"
    return f"J{body}{check_character(body)}"


def temporary(area: str, born_on: date, draw: Callable[[int], int]) -> str:
    """Return an L number; ``draw(n)`` is any of 0 to n-1, such as `secrets.randbelow`."""
    return f"L{_area(area)}{born_on:%Y%m%d}{draw(DRAWS):04d}"


def is_well_formed(number: str) -> bool:
    """Tell whether letter, shape and (of G and J) check character are right."""
    if not SHAPE.fullmatch(number):
        return False
    if number[0] == "L":
        return number[-1] != "X"
    return check_character(number[1:-1]) == number[-1]


def _area(area: str) -> str:
    if not (len(area) == AREA_DIGITS and area.isascii() and area.isdigit()):
        raise ValueError("the area of a number is six digits")
    return area
