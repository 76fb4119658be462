"""日历 (P37): the dates of the school year, as data; every desk shows the next ones of its tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_skeleton
from flask_babel import get_locale
from flask_babel import lazy_gettext as _

from app.models.organisation import Tier
from app.views.actor import today
from app.views.frame import Date

SHOWN = 5  # dates on a desk
NEAR_DAYS = 7
EVERY = tuple(Tier)
LOCAL = (Tier.CITY, Tier.COUNTY, Tier.SCHOOL)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date that returns every year; ``clock`` is written as the rule writes it."""

    month: int
    day: int
    what: Any
    why: Any
    tiers: tuple[Tier, ...] = EVERY
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    """The next occurrence of a deadline, and how many days are left."""

    deadline: Deadline
    on: date
    left: int

    @property
    def is_near(self) -> bool:
        """Tell whether it comes within a week."""
        return self.left <= NEAR_DAYS


DEADLINES = (
    Deadline(
        3,
        1,
        _("Cross-province enrolment opens"),
        _("After graduation, until 31 May"),
        (Tier.MINISTRY, Tier.PROVINCE, Tier.SCHOOL),
    ),
    Deadline(
        6,
        30,
        _("No new business for graduating grades"),
        _("From 1 July to 14 August; finish what is open"),
        clock="24:00",
    ),
    Deadline(
        7,
        15,
        _("Open business of graduating grades is cleared"),
        _("Transfers pause on the same day"),
        clock="00:00",
    ),
    Deadline(
        7,
        30,
        _("Graduation ends"),
        _("Whoever is left stays on the list of the grade"),
        (Tier.CITY, Tier.COUNTY, Tier.SCHOOL, Tier.PROVINCE),
        "24:00",
    ),
    Deadline(
        8,
        10,
        _("Promotion"),
        _("Every cohort moves up; check the system lengths before"),
        clock="24:00",
    ),
    Deadline(8, 14, _("The pause of transfers ends"), _("From 15 August as usual"), clock="24:00"),
    Deadline(
        8,
        15,
        _("Cross-province enrolment opens"),
        _("After graduation, until 14 December"),
        (Tier.MINISTRY, Tier.PROVINCE, Tier.SCHOOL),
    ),
    Deadline(
        9,
        1,
        _("Admission plans are filled in"),
        _("Until 20 September"),
        (Tier.PROVINCE, Tier.CITY, Tier.COUNTY),
    ),
    Deadline(9, 10, _("New pupils are registered"), _("Pre-registration of junior high"), LOCAL),
    Deadline(9, 30, _("Photos and registration are complete"), _("New pupils of this year"), LOCAL),
    Deadline(
        12,
        14,
        _("Cross-province enrolment closes"),
        _("The next window opens on 1 March"),
        (Tier.MINISTRY, Tier.PROVINCE, Tier.SCHOOL),
        "24:00",
    ),
)


def coming(day: date, tier: Tier) -> list[Coming]:
    """Return the next dates of a tier, the nearest first."""
    return sorted(_all(day, tier), key=lambda one: one.on)[:SHOWN]


def when(one: Coming) -> str:
    """Say the day of a date, and its clock as the rule writes it."""
    day = format_skeleton("MMMd", one.on, locale=get_locale())
    return f"{day} {one.deadline.clock}".strip()


def dates_for_all() -> list[Date]:
    """Return the next dates for the page of those who are not signed in."""
    return [
        Date(when(one), str(one.deadline.what), str(one.deadline.why), one.is_near)
        for one in coming(today(), Tier.SCHOOL)[:3]
    ]


def _all(day: date, tier: Tier) -> Iterator[Coming]:
    for deadline in DEADLINES:
        if tier in deadline.tiers:
            on = date(day.year, deadline.month, deadline.day)
            on = on if on >= day else on.replace(year=day.year + 1)
            yield Coming(deadline, on, (on - day).days)
