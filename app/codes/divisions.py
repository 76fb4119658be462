"""行政区划代码: administrative divisions, GB/T 2260 in 12 digits (statistics of 2023-06-30).

The first six digits name province, city and county; towns and villages may fill the last six.
Counties come and go, so an unknown code is doubted (W-DIV) and never refused. An ID number keeps
the county it was given in: `former/division.csv` has the codes that were in use once and are not in
the list of 2023, and the few made since, with the years, as python-stdnum 2.2 lists them.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from app.codes.tables import table

DIGITS, COUNTY_DIGITS = 12, 6
TAIWAN_RESIDENTS = "830000"  # residence permits for Taiwan residents carry it in place of a county
FORMER = Path(__file__).parent / "former" / "division.csv"  # code, name, since and until (years)
CHINESE_REGIONS = ("CHN", "HKG", "MAC", "TWN")


@cache
def known_counties() -> frozenset[str]:
    """Return the first six digits of every current division, at any level."""
    current = {code[:COUNTY_DIGITS] for code in table("admin_division").entries}
    return frozenset(current | {TAIWAN_RESIDENTS})


@cache
def counties_ever() -> frozenset[str]:
    """Return the first six digits of every division there is or was."""
    with FORMER.open(encoding="utf-8", newline="") as lines:
        return known_counties() | {row["code"] for row in csv.DictReader(lines)}


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
