"""Rows that only tie one thing to another: given and taken until the wanted ones are there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session


class Exchange(TypedDict):
    """What a deed says of it: the keys that came, and those that went."""

    given: list[Any]
    taken: list[Any]


def exchange(
    session: Session, key: InstrumentedAttribute[Any], wanted: Iterable[Any], **belongs: int
) -> Exchange:
    """Let ``belongs`` (``user_id=7``) be tied to these values of ``key`` and to no others."""
    model: Any = key.class_
    keep = set(wanted)
    held = set(session.scalars(select(key).filter_by(**belongs)))
    gone = delete(model).filter_by(**belongs).where(key.in_(held - keep))
    session.execute(gone)
    session.add_all(model(**belongs, **{key.key: one}) for one in sorted(keep - held))
    session.flush()
    return {"given": sorted(keep - held), "taken": sorted(held - keep)}
