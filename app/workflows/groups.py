"""用户组: people of one school and what all of them may do.

One group of every school holds all its teachers and follows the accounts by itself; it is read,
never edited. The others are the school's own.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.errors import Refusal, refuse_unless
from app.models.account import Account, GroupMember, GroupRight, UserGroup
from app.policies.audit import record
from app.policies.roles import TEACHERS, Actor, Role
from app.workflows.accounts import insist
from app.workflows.authorising import can_give
from app.workflows.exchanging import exchange

ALL_TEACHERS = "全体教师"
TEACHER_ROLES = tuple(role.value for role in TEACHERS)


# ── the group of all teachers ────────────────────────────────────────────────────────────


def all_teachers(session: Session, school_id: int) -> UserGroup:
    """Find or make the group of all teachers of a school, its members up to date."""
    found = session.scalar(
        select(UserGroup).where(UserGroup.organisation_id == school_id, UserGroup.is_synchronised)
    )
    if found is None:
        found = UserGroup(organisation_id=school_id, name=ALL_TEACHERS, is_synchronised=True)
        session.add(found)
        session.flush()
    inside = select(GroupMember.user_id).where(GroupMember.group_id == found.id)
    missing = select(Account.user_id).where(
        Account.organisation_id == school_id,
        Account.role.in_(TEACHER_ROLES),
        Account.user_id.not_in(inside),
    )
    session.add_all(
        GroupMember(group_id=found.id, user_id=user_id) for user_id in session.scalars(missing)
    )
    session.flush()
    return found


# ── the school's own groups ──────────────────────────────────────────────────────────────


def add_group(session: Session, actor: Actor, group: UserGroup) -> UserGroup:
    """Take a new group into the own school; never commits."""
    insist(name_is_free(session, actor.organisation_id, group.name))
    group.organisation_id = actor.organisation_id
    session.add(group)
    session.flush()
    _record(session, group, "added")
    return group


def rename_group(session: Session, group: UserGroup, name: str) -> None:
    """Give a group another name; never commits."""
    with session.no_autoflush:  # a form has written the name into the group already
        insist(is_own(group), name_is_free(session, group.organisation_id, name, but=group.id))
    group.name = name
    session.flush()
    _record(session, group, "changed", part="name")


def delete_group(session: Session, group: UserGroup) -> None:
    """Take a group away, and with it what its members could do by it; never commits."""
    insist(is_own(group))
    for part in (GroupMember, GroupRight):
        session.execute(delete(part).where(part.group_id == group.id))
    _record(session, group, "deleted")
    session.delete(group)
    session.flush()


def set_members(session: Session, group: UserGroup, wanted: Iterable[int]) -> None:
    """Let a group hold these teachers and no others; never commits."""
    people = set(wanted)
    insist(is_own(group), are_our_teachers(session, group.organisation_id, people))
    moved = exchange(session, GroupMember.user_id, people, group_id=group.id)
    _record(session, group, "changed", part="members", **moved)


def set_public_rights(
    session: Session, actor: Actor, group: UserGroup, wanted: Iterable[str]
) -> None:
    """Let every member of a group do this much; never commits."""
    rights = set(wanted)
    insist(is_own(group), can_give(actor, rights))
    moved = exchange(session, GroupRight.given, rights, group_id=group.id)
    _record(session, group, "changed", part="rights", **moved)


# ── the guards ───────────────────────────────────────────────────────────────────────────


def is_own(group: UserGroup) -> Refusal | None:
    """The group is the school's own, not the one that follows the accounts."""
    return refuse_unless(not group.is_synchronised, "E-GRP-READONLY")


def name_is_free(session: Session, school_id: int, name: str, but: int = 0) -> Refusal | None:
    """No other group of the school has this name."""
    taken = select(func.count()).where(
        UserGroup.organisation_id == school_id, UserGroup.name == name, UserGroup.id != but
    )
    ok = not session.scalar(taken) and name != ALL_TEACHERS
    return refuse_unless(ok, "E-GRP-NAME", name=name)


def are_our_teachers(session: Session, school_id: int, people: set[int]) -> Refusal | None:
    """Every member is a teacher of the school."""
    ours = select(func.count()).where(
        Account.user_id.in_(people),
        Account.organisation_id == school_id,
        Account.role.in_(TEACHER_ROLES),
    )
    return refuse_unless(session.scalar(ours) == len(people), "E-ACC-TEACHER")


def teachers_of(session: Session, school_id: int) -> list[Account]:
    """Return the teachers of a school by name."""
    found = select(Account).where(
        Account.organisation_id == school_id,
        Account.role.in_([Role.CT.value, Role.TE.value]),
    )
    return list(session.scalars(found.order_by(Account.name, Account.user_id)))


def _record(session: Session, group: UserGroup, deed: str, **details: object) -> None:
    record(session, f"group.{deed}", object_type="user_group", object_id=group.id, **details)
