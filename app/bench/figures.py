"""Taking times and log volumes, and printing them as one table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from typing import TypeVar

import psycopg

from config import without_driver

T = TypeVar("T")
MEGABYTE = 1_000_000


@dataclass(slots=True)
class Cost:
    """What a piece of work took: seconds on the clock, bytes of PostgreSQL's log."""

    seconds: float = 0.0
    wal: int = 0

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.wal / MEGABYTE:.1f} MB of WAL"


@dataclass(slots=True)
class Figures:
    """One table: what was measured, the figure, and what the promise is."""

    title: str
    head: tuple[str, ...] = ("", "figure", "promise")
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        """Add a line; cells that are left out stay empty."""
        words = [str(cell) for cell in cells]
        self.rows.append((*words, *[""] * (len(self.head) - len(words))))

    def __str__(self) -> str:
        lines = (self.head, *self.rows)
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        told = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in lines)
        return "\n".join((self.title, *told))


@contextmanager
def costs(root: psycopg.Connection[tuple[int]] | None = None) -> Iterator[Cost]:
    """Measure the block; with a superuser's connection also the log, from a checkpoint on."""
    cost = Cost()
    if root is not None:
        root.execute("CHECKPOINT")  # so that each side pays for its pages' first images
    before = written(root)
    started = time.perf_counter()
    yield cost
    cost.seconds = time.perf_counter() - started
    cost.wal = written(root) - before


def written(root: psycopg.Connection[tuple[int]] | None) -> int:
    """Return how many bytes of log PostgreSQL has written in its life."""
    if root is None:
        return 0
    row = root.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')").fetchone()
    return int(row[0]) if row else 0


def superuser(url: str) -> psycopg.Connection[tuple[int]]:
    """Connect past every policy, for what only the bench may do."""
    return psycopg.connect(without_driver(url), autocommit=True)


def spread(seconds: Sequence[float]) -> tuple[float, float]:
    """Return median and 95th percentile."""
    if len(seconds) < 2:  # noqa: PLR2004  one value has no spread
        return seconds[0], seconds[0]
    cuts = quantiles(seconds, n=100, method="inclusive")
    return cuts[49], cuts[94]


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what a call gives and the seconds it took."""
    started = time.perf_counter()
    given = work()
    return given, time.perf_counter() - started
