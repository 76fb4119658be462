"""What the page of one account shows: the person, what may be done, classes, rights, changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.codes import masking
from app.errors import Refusal
from app.models.account import Account, AccountClass, Closed, GroupMember, UserGroup
from app.policies.gifts import gifts_of
from app.policies.roles import Actor, Role
from app.views.screens.gift_words import Gift, gift_word, gifts
from app.workflows import accounts as rules
from app.workflows.authorising import classes_in_use, classes_of, may_sign_in, rights_of
from app.workflows.handover import open_cases


class Room(NamedTuple):
    """A class of the school, whether the teacher has it, and which other teachers do."""

    id: int
    name: str
    is_held: bool
    others: str


@dataclass(slots=True)
class _Asked:
    session: Session
    actor: Actor
    account: Account


class Sheet(_Asked):
    """One account as one person sees it; what may not be done says why."""

    @property
    def role(self) -> Role:
        """The role of the account."""
        return Role(self.account.role)

    @property
    def phone(self) -> str:
        """The telephone, masked."""
        return masking.phone(self.account.phone) if self.account.phone else ""

    @cached_property
    def reasons(self) -> tuple[Refusal, ...]:
        """Why the person does not manage the account; empty when they do."""
        return rules.why_not_manage(self.actor, self.account)

    @property
    def may_manage(self) -> bool:
        """Tell whether the person manages the account."""
        return not self.reasons

    @property
    def waits(self) -> bool:
        """Tell whether the account waits for a second person."""
        return self.account.closed_why is Closed.UNCONFIRMED

    @property
    def may_confirm(self) -> bool:
        """Tell whether the person is that second one."""
        return self.waits and rules.is_second_person(self.actor, self.account) is None

    @property
    def is_sitting_registrar(self) -> bool:
        """Tell whether the account can be replaced in one act."""
        return self.role is Role.SR and self.account.enabled

    @cached_property
    def cases(self) -> int:
        """How many cases the person of the account has open."""
        return open_cases(self.session, self.account) if self.account.enabled else 0

    @cached_property
    def outside(self) -> Refusal | None:
        """Why a teacher cannot sign in yet."""
        return may_sign_in(self.session, self.account) if self.account.enabled else None

    def colleagues(self, *, enabled: bool) -> Sequence[Account]:
        """Return the other accounts of the same desk: successors, or who sat there before."""
        same = select(Account).where(
            Account.organisation_id == self.account.organisation_id,
            Account.role == self.account.role,
            Account.user_id != self.account.user_id,
            Account.enabled.is_(enabled),
        )
        return self.session.scalars(same.order_by(Account.name, Account.user_id)).all()

    # ── a teacher's ──────────────────────────────────────────────────────────────────────

    @cached_property
    def rooms(self) -> list[Room]:
        """Return the classes of the school; two teachers of one class should be meant."""
        held = set(classes_of(self.session, self.account.user_id))
        found = classes_in_use(self.session, self.account.organisation_id)
        others = self._others([room.id for room in found])
        return [
            Room(room.id, f"{room.name} {room.number}", room.id in held, others.get(room.id, ""))
            for room in found
        ]

    @cached_property
    def gifts(self) -> list[Gift]:
        """Return what can be given to the person, what is given marked."""
        return gifts(frozenset(rights_of(self.session, self.account.user_id)), self.role)

    @cached_property
    def groups(self) -> Sequence[UserGroup]:
        """Return the groups the person is in."""
        mine = select(GroupMember.group_id).where(GroupMember.user_id == self.account.user_id)
        found = select(UserGroup).where(UserGroup.id.in_(mine)).order_by(UserGroup.id)
        return self.session.scalars(found).all()

    @property
    def through_groups(self) -> list[str]:
        """Say what the person may do through the groups alone."""
        own = set(rights_of(self.session, self.account.user_id))
        return [
            gift_word(key) for key in sorted(gifts_of(self.session, self.account.user_id) - own)
        ]

    def _others(self, rooms: list[int]) -> dict[int, str]:
        found = self.session.execute(
            select(AccountClass.class_id, Account.name)
            .join(Account, Account.user_id == AccountClass.user_id)
            .where(
                AccountClass.class_id.in_(rooms),
                AccountClass.user_id != self.account.user_id,
                Account.enabled,
            )
            .order_by(Account.name)
        )
        names: dict[int, list[str]] = {}
        for class_id, name in found:
            names.setdefault(class_id, []).append(name)
        return {class_id: "、".join(known) for class_id, known in names.items()}
