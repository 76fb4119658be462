"""Drawing whole columns: values in given shares, from a seeded source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Mix(Generic[T]):
    """Values and how often each comes, in shares of any sum."""

    def __init__(self, shares: Mapping[T, float]) -> None:
        self.values: Sequence[T] = tuple(shares)
        self.limits = tuple(accumulate(shares.values()))

    def draw(self, rng: Random, n: int) -> list[T]:
        """Return ``n`` values."""
        return rng.choices(self.values, cum_weights=self.limits, k=n)


def falling(values: Sequence[T]) -> Mix[T]:
    """Return a mix in which the first values come far more often than the last."""
    return Mix({value: 1 / (rank + 8) for rank, value in enumerate(values)})
