"""行政区划代码: administrative divisions, GB/T 2260 in 12 digits (statistics of 2023-06-30).

The first six digits name province, city and county; towns and villages may fill the last six.
Counties come and go, so an unknown code is doubted (W-DIV) and never refused.
"""

from __future__ import annotations

from functools import cache

from app.codes.tables import table

DIGITS, COUNTY_DIGITS = 12, 6
TAIWAN_RESIDENTS = "830000"  # residence permits for Taiwan residents carry it in place of a county
CHINESE_REGIONS = ("CHN", "HKG", "MAC", "TWN")


@cache
def known_counties() -> frozenset[str]:
    """Return the first six digits of every current division, at any level."""
    current = {code[:COUNTY_DIGITS] for code in table("admin_division").entries}
    return frozenset(current | {TAIWAN_RESIDENTS})


def is_division(code: str) -> bool:
    """Tell twelve ASCII digits: the shape of a division code, known or not."""
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def is_known(code: str) -> bool:
    """Tell whether the first six digits stand in the current list."""
    return code[:COUNTY_DIGITS] in known_counties()


def full_name(code: str) -> str:
    """Return province, city and county in one word; empty when the county is unknown."""
    divisions = table("admin_division").entries
    parts: list[str] = []
    entry = divisions.get(code[:COUNTY_DIGITS] + "000000")
    while entry is not None:
        if entry.name_zh not in ("市辖区", "县"):
            parts.append(entry.name_zh)
        entry = divisions.get(entry.extras["parent"])
    return "".join(reversed(parts))
