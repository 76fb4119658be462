"""A page of what a query finds, and where it stands among all of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

SIZE = 25


class Page(NamedTuple):
    """Some of the rows, and how many there are."""

    items: Sequence[Any]
    total: int
    number: int  # from 1

    @property
    def first(self) -> int:
        """Which of all it begins with, from 1."""
        return (self.number - 1) * SIZE + 1 if self.total else 0

    @property
    def last(self) -> int:
        """Which of all it ends with."""
        return (self.number - 1) * SIZE + len(self.items)

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return pages(self.total)


def page_of(session: Session, found: Select[Any], number: int) -> Page:
    """Return one page of an ordered query; past the end is the last one.

    Rows of one column come as its values, rows of more as they are.
    """
    total = session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    number = max(1, min(number, pages(total)))
    rows = session.execute(found.limit(SIZE).offset((number - 1) * SIZE))
    items = rows.scalars().all() if len(found.column_descriptions) == 1 else rows.all()
    return Page(items, total, number)


def pages(total: int) -> int:
    """Return how many pages so many rows fill; none fill one."""
    return max(1, -(-total // SIZE))
