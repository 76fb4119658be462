from datetime import date

import pytest

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
