"""Rows everybody may read and only a house may look through: names are public, lists are not."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func

from app.views.scoped import ScopedInterface


class InHouse(ScopedInterface):
    """Rows of one's own house, by the same settings the database writes by.

    Every question of a screen goes through `apply_filters`: lists, counts, cards, acts.
    """

    def apply_filters(self, query: Any, filters: Any) -> Any:
        """Narrow any question to the house, then by its filters."""
        path = self.obj.owner_path
        begin = func.current_setting("app.house_from", True)  # noqa: FBT003  SQL's missing_ok
        end = func.current_setting("app.house_to", True)  # noqa: FBT003
        return super().apply_filters(query.filter(path >= begin, path < end), filters)
