"""工作日: counting the days a desk has; weekends do not count."""

from __future__ import annotations

from datetime import date, timedelta

WEEKEND = (5, 6)


def due(since: date, days: int) -> date:
    """Return the working day on which ``days`` working days after ``since`` are over."""
    day, left = since, days
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() not in WEEKEND
    return day


def working_days(since: date, until: date) -> int:
    """Return how many working days lie after ``since``, up to and with ``until``."""
    if until <= since:
        return 0
    weeks, rest = divmod((until - since).days, 7)
    days = (since + timedelta(days=n) for n in range(1, rest + 1))
    return weeks * 5 + sum(day.weekday() not in WEEKEND for day in days)
