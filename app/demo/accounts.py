"""Accounts of the demo world: ROLE@ORGANISATION for every desk, and the four of the ministry."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import Connection, insert, select
from werkzeug.security import generate_password_hash

from app.demo import names
from app.demo.plan import SEED, authorities, base_schools
from app.demo.structure import Room, head_teacher
from app.models.account import Account, AccountClass, GroupMember, UserGroup
from app.models.base import fab_models
from app.models.organisation import Tier
from app.policies.roles import Role
from app.workflows.groups import ALL_TEACHERS

DESKS = {
    Tier.MINISTRY: {"operator": Role.MIN, "operator2": Role.MIN},  # promotion takes two
    Tier.PROVINCE: {"registrar": Role.PR, "leader": Role.PL, "nutrition": Role.NU},
    Tier.CITY: {"registrar": Role.TR, "leader": Role.TL},
    Tier.COUNTY: {"registrar": Role.CR, "leader": Role.CL},
    Tier.SCHOOL: {
        "registrar": Role.SR,
        "leader": Role.SL,
        "teacher": Role.CT,
        "subject": Role.TE,
    },
}
TECHNICAL = {"admin": Role.ADM, "security": Role.SEC, "auditor": Role.AUD}
MINISTRY = "000000"
DOMAIN = "demo.invalid"  # a domain that RFC 2606 keeps from ever existing
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
# A random password of 12 letters has 59 bits: guessing it is not stopped by a slower hash.
QUICK_HASH = "scrypt:16384:8:1"


@dataclass(frozen=True, slots=True)
class Access:
    """One account, as it is told once to whoever made the world."""

    login: str
    password: str
    role: Role
    organisation: str  # code
    place: str  # name


def write_accounts(
    connection: Connection, ids: dict[str, int], rooms: Sequence[Room], password: str
) -> list[Access]:
    """Write the accounts of the authorities and of the base schools; all of them may sign in."""
    roles = fab_role_ids(connection)
    hashed = generate_password_hash(password) if password else ""
    told = list(accesses(password))
    users = [
        a_user(access, hashed or generate_password_hash(access.password, QUICK_HASH))
        for access in told
    ]
    table = fab_models.User.__table__
    keys = connection.scalars(
        insert(table).returning(table.c.id, sort_by_parameter_order=True), users
    ).all()
    connection.execute(
        insert(fab_models.assoc_user_role),
        [
            {"user_id": key, "role_id": roles[access.role]}
            for key, access in zip(keys, told, strict=True)
        ],
    )
    connection.execute(
        insert(Account),
        [
            {
                "user_id": key,
                "login": access.login,
                "name": user["last_name"] + user["first_name"],
                "organisation_id": ids[access.organisation],
                "role": access.role.value,
            }
            for key, access, user in zip(keys, told, users, strict=True)
        ],
    )
    teachers = [
        (access.organisation, key)
        for key, access in zip(keys, told, strict=True)
        if access.role.is_teacher
    ]
    connection.execute(insert(AccountClass), list(first_classes(teachers, rooms)))
    gather_teachers(connection, ids, teachers)
    return told


def gather_teachers(
    connection: Connection, ids: dict[str, int], teachers: Sequence[tuple[str, int]]
) -> None:
    """Write the group of all teachers of each school that has some."""
    schools = list(dict.fromkeys(school for school, _key in teachers))
    rows = [
        {"organisation_id": ids[school], "name": ALL_TEACHERS, "is_synchronised": True}
        for school in schools
    ]
    made = insert(UserGroup).returning(UserGroup.id, sort_by_parameter_order=True)
    groups = dict(zip(schools, connection.scalars(made, rows).all(), strict=True))
    connection.execute(
        insert(GroupMember),
        [{"group_id": groups[school], "user_id": key} for school, key in teachers],
    )


def accesses(password: str) -> Iterator[Access]:
    """Yield the accounts of the world, from the ministry down."""
    homes = [(place.code, place.name, Tier(place.tier)) for place in authorities()]
    homes += [(school.code, school.name, Tier.SCHOOL) for school in base_schools()]
    for code, name, tier in homes:
        for desk, role in DESKS[tier].items():
            yield Access(f"{desk}@{code}", password or a_password(), role, code, name)
        if code == MINISTRY:
            for login, role in TECHNICAL.items():
                yield Access(login, password or a_password(), role, code, name)


def a_password() -> str:
    """Return twelve letters in three groups."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def a_user(access: Access, hashed: str) -> dict[str, Any]:
    """Return the row by which Flask-AppBuilder knows an account."""
    surname, given = a_person(access)
    return {
        "first_name": given,
        "last_name": surname,
        "username": access.login,
        "email": f"{access.login.replace('@', '.')}@{DOMAIN}",
        "password": hashed,
        "active": True,
    }


def a_person(access: Access) -> tuple[str, str]:
    """Return who sits at the desk; a class teacher is the head of the first classes."""
    if access.role is Role.CT:
        return head_teacher(access.organisation)
    return names.adult(Random(f"{SEED}/desk/{access.login}"))


def fab_role_ids(connection: Connection) -> dict[Role, int]:
    """Find or make Flask-AppBuilder's row for every role."""
    table = fab_models.Role.__table__
    found = connection.execute(select(table.c.name, table.c.id))
    there: dict[str, int] = {row.name: row.id for row in found}
    missing = [{"name": role.value} for role in Role if role.value not in there]
    if missing:
        connection.execute(insert(table), missing)
        return fab_role_ids(connection)
    return {role: there[role.value] for role in Role}


def first_classes(
    teachers: Sequence[tuple[str, int]], rooms: Sequence[Room]
) -> Iterator[dict[str, int]]:
    """Yield which classes a school's teachers look after: the first of each cohort."""
    for room in rooms:
        if room.plan.serial == 1:
            for school, key in teachers:
                if school == room.plan.school.code:
                    yield {"user_id": key, "class_id": room.place.class_id}
