"""What the school gave to one of its teachers, in person or through the groups they are in."""

from __future__ import annotations

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from app.models.account import AccountRight, GroupMember, GroupRight


def gifts_of(session: Session, user_id: int) -> frozenset[str]:
    """Return the ``function:letter`` keys somebody was given (`matrix.GIVEN`)."""
    groups = select(GroupMember.group_id).where(GroupMember.user_id == user_id)
    found = union(
        select(AccountRight.given).where(AccountRight.user_id == user_id),
        select(GroupRight.given).where(GroupRight.group_id.in_(groups)),
    )
    return frozenset(session.scalars(found))
