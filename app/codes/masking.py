"""脱敏: how personal values are shown to those who have no need of the whole.

An identity number keeps four characters at each end (1101**********1235), a mobile three and
four (138****0000), an address its province, city and county. What is too short keeps nothing.
"""

from __future__ import annotations

import re

STAR = "*"
ENDS = 4
SHORTEST_WITH_ENDS = 12
COUNTY = re.compile(
    r"(?:.{2,8}?(?:省|自治区))?.{2,8}?(?:市|自治州|地区|盟)(?:.{1,6}?(?:区|县|旗|市))?"
)
HIDDEN_ADDRESS = "****"


def id_number(value: str) -> str:
    """Keep four characters at each end."""
    if len(value) < SHORTEST_WITH_ENDS:
        return STAR * len(value)
    return value[:ENDS] + STAR * (len(value) - 2 * ENDS) + value[-ENDS:]


def national_number(value: str) -> str:
    """Keep the letter and four characters at each end of the rest."""
    return value[:1] + id_number(value[1:])


def phone(value: str) -> str:
    """Keep the first three and the last four digits, as much as a short number allows."""
    if len(value) < SHORTEST_WITH_ENDS - 1:
        return STAR * max(len(value) - 2, 0) + value[-2:]
    return value[:3] + STAR * (len(value) - 7) + value[-4:]


def address(value: str) -> str:
    """Keep the county and what stands before it."""
    kept = COUNTY.match(value)
    return (kept[0] if kept else "") + HIDDEN_ADDRESS


def name(value: str) -> str:
    """Keep the first character."""
    return value[:1] + STAR * max(len(value) - 1, 0)


def everything(value: str) -> str:
    """Keep nothing but the length."""
    return STAR * len(value)


def year_of(value: str) -> str:
    """Keep the year of a day written as ISO 8601 (2018-**-**)."""
    year, dash, rest = value.partition("-")
    return year + dash + "".join(STAR if sign.isdigit() else sign for sign in rest)
