"""常用筛选: the filters of a list under a name of one's own; ids and codes, seen by nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound, Refusal, Refused
from app.models.saved_filter import SavedFilter

LONGEST, MOST = 20, 12  # characters of a name; filters a person keeps on one page


def kept(session: Session, user_id: int, page: str) -> Sequence[SavedFilter]:
    """Return a person's filters of a page, by name."""
    mine = select(SavedFilter).where(SavedFilter.user_id == user_id, SavedFilter.page == page)
    return session.scalars(mine.order_by(SavedFilter.name)).all()


def keep(
    session: Session, user_id: int, page: str, name: str, asked: Mapping[str, Any]
) -> SavedFilter:
    """Keep filters under a name, in the place of what had it, or raise `Refused`."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise Refused(Refusal("E-FILTER-NAME", {"most": LONGEST}))
    if not asked:
        raise Refused(Refusal("E-FILTER-NONE"))
    mine = (SavedFilter.user_id == user_id, SavedFilter.page == page)
    found = session.scalar(select(SavedFilter).where(*mine, SavedFilter.name == name))
    if found is None:
        count = session.scalar(select(func.count()).select_from(SavedFilter).where(*mine)) or 0
        if count >= MOST:
            raise Refused(Refusal("E-FILTER-MANY", {"most": MOST}))
        found = SavedFilter(user_id=user_id, page=page, name=name)
        session.add(found)
    found.asked = {key: str(value) for key, value in asked.items()}
    session.flush()
    return found


def drop(session: Session, user_id: int, filter_id: int) -> None:
    """Take one of the person's own filters away, or raise `NotFound`."""
    mine = (SavedFilter.user_id == user_id, SavedFilter.id == filter_id)
    found = session.scalar(select(SavedFilter).where(*mine))
    if found is None:
        raise NotFound
    session.delete(found)
    session.flush()
