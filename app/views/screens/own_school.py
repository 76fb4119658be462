"""Screens over what belongs to one school: who works there needs no column to say which."""

from __future__ import annotations

from collections.abc import Sequence

from app.models.organisation import Tier
from app.views.actor import current_actor
from app.views.scoped import ScopedModelView

GOES_WITHOUT_SAYING = ("school", "owner_path")


def is_at_school() -> bool:
    """Tell whether the person works at a school."""
    return current_actor().role.tier is Tier.SCHOOL


class OwnSchoolView(ScopedModelView):
    """Lists that leave out the school for those who have one."""

    def shown_columns(self) -> Sequence[str]:
        """Return the columns without the school."""
        return told(self.list_columns)

    def shown_filters(self) -> Sequence[str]:
        """Return the filters without the school."""
        return told(self.search_columns)


def told(columns: Sequence[str]) -> Sequence[str]:
    """Return the columns that tell this person something."""
    if not is_at_school():
        return columns
    return [column for column in columns if column not in GOES_WITHOUT_SAYING]
