"""Figures of a city or more may be a minute old: kept in this process, and said so on the page.

They are kept by what the asker sees (`Scope`), so that nobody is shown a number that counts a row
out of their sight; they name nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from app.codes.workdays import BEIJING
from app.models.organisation import Tier
from app.policies import scope

KEPT_FOR = timedelta(seconds=60)
MOST = 1000  # figures one process keeps
FRESH = (Tier.COUNTY, Tier.SCHOOL)  # whose figures are counted anew each time


class Kept(NamedTuple):
    """Figures, and when they were counted."""

    value: Any
    at: datetime


_kept: dict[tuple[Hashable, ...], Kept] = {}


def minute_old(name: tuple[Hashable, ...], tier: Tier, load: Callable[[], Any]) -> Kept:
    """Return figures of an area of this tier: fresh ones, or above the county a minute old.

    ``name`` says which figures, of which area and of which day.
    """
    now = datetime.now(BEIJING)
    if tier in FRESH:
        return Kept(load(), now)
    key = (_sight(), *name)
    held = _kept.get(key)
    if held is None or now - held.at > KEPT_FOR:
        held = Kept(load(), now)
        _drop(now)
        _kept[key] = held
    return held


def forget() -> None:
    """Forget every figure, as a process that has just begun."""
    _kept.clear()


def _sight() -> scope.Scope:
    """Return what the asker sees, without who it is and why."""
    return replace(scope.current(), actor=None, reason="")


def _drop(now: datetime) -> None:
    """Forget what is too old to be shown, or everything when that is not enough."""
    for key in [key for key, held in _kept.items() if now - held.at > KEPT_FOR]:
        del _kept[key]
    if len(_kept) >= MOST:
        _kept.clear()
