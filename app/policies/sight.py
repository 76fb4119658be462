"""谁能看: the accounts whose scope holds a pupil, office by office, and what they may do there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, contains_eager

from app.models.account import Account, AccountClass
from app.models.organisation import Organisation
from app.models.student import Student
from app.policies.rights import holds
from app.policies.roles import OFFICERS, TEACHERS, Role
from app.policies.switches import ancestors

MAY = {  # what a role may do with a pupil of its scope: the right that says so
    "view": ("Student", "can_show"),
    "reveal": ("Student", "can_reveal"),
    "edit": ("Student", "can_edit"),
}
NAMES = ("ClassNames", "can_view")


@dataclass(frozen=True, slots=True)
class Seers:
    """The people of one role at one organisation, and what the role may do."""

    place: Organisation
    role: Role
    people: Sequence[str]
    may: Sequence[str]


def seers(session: Session, pupil: Student) -> list[Seers]:
    """Return who sees a pupil, the class first and the province last."""
    grouped: dict[tuple[Organisation, Role], list[str]] = {}
    for account in accounts(session, pupil):
        key = (account.organisation, Role(account.role))
        grouped.setdefault(key, []).append(account.name)
    ordered = sorted(grouped, key=lambda key: (-len(key[0].path), list(Role).index(key[1])))
    return [Seers(place, role, grouped[place, role], may(role)) for place, role in ordered]


def accounts(session: Session, pupil: Student) -> Sequence[Account]:
    """Return the enabled accounts: the teachers of the class, the offices of the whole chain."""
    teaching = select(AccountClass.user_id).where(AccountClass.class_id == pupil.class_id)
    found = (
        select(Account)
        .join(Account.organisation)
        .options(contains_eager(Account.organisation))
        .where(
            Account.enabled,
            Organisation.path.in_(ancestors(pupil.owner_path)),
            or_(
                Account.role.in_(OFFICERS),
                and_(Account.role.in_(TEACHERS), Account.user_id.in_(teaching)),
            ),
        )
        .order_by(Account.name)
    )
    return session.scalars(found).all()


def may(role: Role) -> list[str]:
    """Return what a role may do with a pupil, in the words of `MAY`; names alone for some."""
    held = [word for word, (noun, right) in MAY.items() if holds(role, noun, right)]
    return held or (["names"] if holds(role, *NAMES) else [])
