"""公民身份号码: the 18 characters of a resident identity number, GB 11643-1999.

Six digits of area, eight of birth date, three of sequence (odd for men), one check character
by ISO 7064 MOD 11-2. No function here raises on any text: a wrong number is described.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import lru_cache

from app.codes.divisions import counties_ever

LENGTH = 18
BODY = 17
EARLIEST_BIRTH_YEAR = 1900
CHECK_CHARACTERS = "10X98765432"
WEIGHTS_TIMES_ZERO = 4800  # the weights sum to 100 and the character "0" is 48
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


def compact(raw: str) -> str:
    """Return the number as it is kept: narrow, without blanks, the final X a capital."""
    if raw.isascii() and raw.isalnum():
        return raw.upper()
    narrow = unicodedata.normalize("NFKC", raw).translate(INVISIBLE)
    joined = "".join(narrow.split()).upper()
    return unicodedata.normalize("NFKC", joined)  # an accent may have met its letter only now


def check_character(body: str) -> str:
    """Return the last character for 17 ASCII digits."""
    b = body.encode("ascii")
    total = (
        b[0] * 7 + b[1] * 9 + b[2] * 10 + b[3] * 5 + b[4] * 8 + b[5] * 4 + b[6] * 2 + b[7]
        + b[8] * 6 + b[9] * 3 + b[10] * 7 + b[11] * 9 + b[12] * 10 + b[13] * 5 + b[14] * 8
        + b[15] * 4 + b[16] * 2 - WEIGHTS_TIMES_ZERO
    )  # fmt: skip
    return CHECK_CHARACTERS[total % 11]


def is_shaped(number: str) -> bool:
    """Tell whether it is 17 ASCII digits, then a digit or X."""
    body = number[:BODY]
    return (
        len(number) == LENGTH
        and number.isascii()
        and body.isdigit()
        and (number[BODY].isdigit() or number[BODY] == "X")
    )


def problems(number: str, today: date) -> tuple[str, ...]:
    """Name what is wrong with a compact number, worst first; empty when nothing is.

    ``length`` and ``format`` stand alone; the others are ``checksum``, ``birth_date``,
    ``birth_range``, ``sequence`` and ``division``.
    """
    if len(number) != LENGTH:
        return ("length",)
    if not is_shaped(number):
        return ("format",)
    found = []
    if check_character(number[:BODY]) != number[BODY]:
        found.append("checksum")
    born = birth_date(number)
    if born is None:
        found.append("birth_date")
    elif not (date(EARLIEST_BIRTH_YEAR, 1, 1) <= born <= today):
        found.append("birth_range")
    if number[14:17] == "000":
        found.append("sequence")
    if number[:6] not in counties_ever():
        found.append("division")
    return tuple(found)


def birth_date(number: str) -> date | None:
    """Return the day in characters 7 to 14, or None when it is no day or the shape is wrong."""
    return _day(number[6:14]) if is_shaped(number) else None


def gender(number: str) -> str | None:
    """Return the code of the gender (GB/T 2261.1) told by character 17, or None."""
    if not is_shaped(number):
        return None
    return "1" if int(number[16]) % 2 else "2"


@lru_cache(maxsize=65536)
def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
