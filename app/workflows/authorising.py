"""授权: a school's registrar gives teachers their classes, and what else they may do.

Only what the registrar holds can be given, and only what the role can take (`matrix.GIVEN`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refusal, refuse_unless
from app.models.account import Account, AccountClass, AccountRight
from app.models.school import ClassState, SchoolClass
from app.policies.audit import record
from app.policies.gifts import gifts_of
from app.policies.matrix import GIVEN, When, letters_of
from app.policies.roles import Actor, Role
from app.workflows.accounts import insist, why_not_manage
from app.workflows.exchanging import Exchange, exchange


def may_sign_in(session: Session, account: Account) -> Refusal | None:
    """A teacher without a class and without a right given by the school does not get in."""
    if not Role(account.role).is_teacher:
        return None
    has_some = bool(classes_of(session, account.user_id) or gifts_of(session, account.user_id))
    return refuse_unless(has_some, "E-ACC-NOTHING")


def set_classes(session: Session, actor: Actor, account: Account, wanted: Iterable[int]) -> None:
    """Let a teacher look after these classes and no others; never commits."""
    rooms = set(wanted)
    insist(
        *why_not_manage(actor, account),
        is_teacher(account),
        classes_are_ours(session, account.organisation_id, rooms),
    )
    moved = exchange(session, AccountClass.class_id, rooms, user_id=account.user_id)
    _record(session, "account.classes", account, moved)


def set_rights(session: Session, actor: Actor, account: Account, wanted: Iterable[str]) -> None:
    """Let a teacher do this much beside what the groups give; never commits."""
    rights = set(wanted)
    insist(
        *why_not_manage(actor, account),
        is_teacher(account),
        can_give(actor, rights),
        can_take(Role(account.role), rights),
    )
    moved = exchange(session, AccountRight.given, rights, user_id=account.user_id)
    _record(session, "gift.changed", account, moved)


def give_classes(session: Session, account: Account, rooms: Iterable[int]) -> None:
    """Write which classes somebody looks after; the database holds them to the own school."""
    session.add_all(
        AccountClass(user_id=account.user_id, class_id=room) for room in sorted(set(rooms))
    )
    session.flush()


# ── the guards ───────────────────────────────────────────────────────────────────────────


def is_teacher(account: Account) -> Refusal | None:
    """Classes and gifts are for teachers: everybody else sees the whole house."""
    return refuse_unless(Role(account.role).is_teacher, "E-ACC-TEACHER")


def can_give(actor: Actor, rights: Collection[str]) -> Refusal | None:
    """What is given is on the list of gifts, and the giver holds it."""
    return refuse_unless(all(is_held(actor.role, key) for key in rights), "E-GIFT")


def can_take(role: Role, rights: Collection[str]) -> Refusal | None:
    """The role is one this may be given to."""
    return refuse_unless(all(is_for(role, key) for key in rights), "E-GIFT")


def classes_are_ours(session: Session, school_id: int, rooms: Collection[int]) -> Refusal | None:
    """Every class is one of the school's, and in use."""
    ours = {room.id for room in classes_in_use(session, school_id)}
    return refuse_unless(set(rooms) <= ours, "E-ACC-CLASS")


# ── what the guards ask ──────────────────────────────────────────────────────────────────


def is_held(role: Role, key: str) -> bool:
    """Tell whether a role may give this right: it is a gift, and the role has it by itself."""
    function, letter = key.split(":") if key in GIVEN else ("desk", "")
    when = letters_of(role, function).get(letter)
    return when is not None and when is not When.GIVEN


def is_for(role: Role, key: str) -> bool:
    """Tell whether this right may be given to somebody of that role."""
    function, letter = key.split(":") if key in GIVEN else ("desk", "")
    return letters_of(role, function).get(letter) is When.GIVEN


def classes_of(session: Session, user_id: int) -> Sequence[int]:
    """Return the classes somebody looks after."""
    found = select(AccountClass.class_id).where(AccountClass.user_id == user_id)
    return session.scalars(found).all()


def rights_of(session: Session, user_id: int) -> Sequence[str]:
    """Return what somebody was given in person."""
    return session.scalars(select(AccountRight.given).where(AccountRight.user_id == user_id)).all()


def classes_in_use(session: Session, school_id: int) -> Sequence[SchoolClass]:
    """Return a school's classes in use, the newest cohort first."""
    found = select(SchoolClass).where(
        SchoolClass.school_id == school_id, SchoolClass.state == ClassState.IN_USE
    )
    return session.scalars(found.order_by(SchoolClass.number.desc())).all()


def _record(session: Session, deed: str, account: Account, moved: Exchange) -> None:
    record(session, deed, object_type="account", object_id=account.user_id, **moved)
