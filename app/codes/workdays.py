"""工作日: which days offices are open: weekdays, less holidays, plus the days worked instead.

`days/official.csv` holds the yearly notices of the State Council, one line for each day off and for
each weekend day that is worked. A year without a notice has its weekends and the days the law
itself names.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")  # whose days they are
NOTICES = Path(__file__).with_name("days") / "official.csv"
WEEKEND = (5, 6)
BY_LAW = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})  # those with fixed dates


@cache
def notices() -> dict[date, bool]:
    """Return the days a notice speaks of: True for a day worked, False for a day off."""
    with NOTICES.open(encoding="utf-8", newline="") as lines:
        return {date.fromisoformat(r["day"]): r["kind"] == "work" for r in csv.DictReader(lines)}


@cache
def noticed_years() -> frozenset[int]:
    """Return the years whose notice is known."""
    return frozenset(day.year for day in notices())


@cache
def is_workday(day: date) -> bool:
    """Tell whether offices are open on a day."""
    told = notices().get(day)
    if told is not None:
        return told
    off_by_law = day.year not in noticed_years() and (day.month, day.day) in BY_LAW
    return day.weekday() not in WEEKEND and not off_by_law


def workdays_between(since: date, until: date) -> int:
    """Return how many working days lie after ``since``, up to and with ``until``."""
    span = (until - since).days
    return sum(is_workday(since + timedelta(days=n)) for n in range(1, span + 1))
