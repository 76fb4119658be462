"""Figures may be a minute old above the county, and never another scope's."""

from datetime import timedelta

import pytest

from app.models.organisation import Tier
from app.policies.scope import Scope, within
from app.views import minute_old as figures
from app.views.minute_old import minute_old

CITY = Scope("/41/13/", "/41/13/", actor=1)


@pytest.fixture(autouse=True)
def _begin():
    figures.forget()
    yield
    figures.forget()


def counting():
    """Return a way to count that says how often it was asked."""
    asked = []

    def load():
        asked.append(1)
        return len(asked)

    return load


def test_a_county_is_counted_anew_each_time_and_a_city_once_a_minute(monkeypatch):
    county, city = counting(), counting()
    with within(CITY):
        assert [minute_old(("n",), Tier.COUNTY, county).value for _ in range(2)] == [1, 2]
        assert [minute_old(("n",), Tier.CITY, city).value for _ in range(2)] == [1, 1]
        monkeypatch.setattr(figures, "KEPT_FOR", timedelta(seconds=-1))
        assert minute_old(("n",), Tier.CITY, city).value == 2


def test_colleagues_share_figures_and_nobody_else_does():
    load = counting()
    scopes = {
        "one": CITY,
        "colleague": Scope("/41/13/", "/41/13/", actor=2, reason="case.ask"),
        "other city": Scope("/41/01/", "/41/01/"),
        "no pupils": Scope("", "/41/13/"),
        "relay": Scope("", "/", common="/"),
        "auditor": Scope("", "/", system=True),
    }
    told = {}
    for who, scope in scopes.items():
        with within(scope):
            told[who] = minute_old(("n", "/41/13/"), Tier.CITY, load).value
    assert list(told.values()) == [1, 1, 2, 3, 4, 5]


def test_another_area_or_another_day_is_counted_for_itself():
    load = counting()
    with within(CITY):
        names = [("n", "/41/13/", 1), ("n", "/41/13/", 2), ("n", "/41/", 1), ("n", "/41/13/", 1)]
        assert [minute_old(name, Tier.CITY, load).value for name in names] == [1, 2, 3, 1]


def test_a_process_keeps_so_many_and_begins_anew_then(monkeypatch):
    monkeypatch.setattr(figures, "MOST", 2)
    load = counting()
    with within(CITY):
        assert [minute_old((n,), Tier.CITY, load).value for n in (1, 2, 3)] == [1, 2, 3]
        assert minute_old((1,), Tier.CITY, load).value == 4
