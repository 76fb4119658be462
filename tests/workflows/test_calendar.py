from datetime import date, timedelta

import pytest

from app.codes.workdays import is_workday, noticed_years, notices
from app.workflows.calendar import due, working_days

FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("days", "day"), [(0, FRIDAY), (1, date(2026, 11, 23)), (10, date(2026, 12, 4))]
)
def test_weekends_do_not_count(days, day):
    assert due(FRIDAY, days) == day
    assert working_days(FRIDAY, day) == days


def test_no_days_have_passed_before_the_beginning():
    assert working_days(FRIDAY, date(2026, 11, 1)) == 0


@pytest.mark.parametrize(
    ("since", "day"),
    [
        (date(2026, 9, 30), date(2026, 10, 8)),  # the seven days of October
        (date(2026, 10, 9), date(2026, 10, 10)),  # a Saturday that is worked
        (date(2026, 2, 13), date(2026, 2, 14)),  # another, before the Spring Festival
        (date(2026, 2, 14), date(2026, 2, 24)),
    ],
)
def test_holidays_do_not_count_and_days_worked_instead_do(since, day):
    assert due(since, 1) == day
    assert working_days(since, day) == 1


def test_a_year_without_a_notice_keeps_what_the_law_names():
    year = max(noticed_years()) + 2
    day = date(year, 10, 1)
    assert not is_workday(day)
    assert not is_workday(date(year, 1, 1))


def test_every_notice_is_whole():
    for year in noticed_years():
        off = [day for day, worked in notices().items() if day.year == year and not worked]
        assert len(off) >= 23
    for day, worked in notices().items():
        assert not worked or day.weekday() in (5, 6), day


def test_a_span_is_the_sum_of_its_days():
    since = date(2026, 1, 1)
    for span in (1, 45, 300):
        until = since + timedelta(days=span)
        days = (since + timedelta(days=n) for n in range(1, span + 1))
        assert working_days(since, until) == sum(is_workday(day) for day in days)
