"""工作日: counting the working days a desk has."""

from __future__ import annotations

from datetime import date, timedelta

from app.codes.workdays import is_workday, workdays_between


def due(since: date, days: int) -> date:
    """Return the working day on which ``days`` working days after ``since`` are over."""
    day, left = since, days
    while left > 0:
        day += timedelta(days=1)
        left -= is_workday(day)
    return day


def working_days(since: date, until: date) -> int:
    """Return how many working days lie after ``since``, up to and with ``until``."""
    return workdays_between(since, until)
