"""教师账号: the accounts of a school's teachers, one row each; opened all together or not at all.

The file is read like any other (`sandbox`, `check`); nothing of it is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from app.codes import class_number, masking
from app.codes.tables import CodeTable, Entry, folded
from app.errors import Refusal
from app.imports import readers as r
from app.imports import sandbox
from app.imports.check import Block, checked, problem
from app.imports.spec import Column, Facts, ImportSpec, Kind, Problem, Rule
from app.imports.zipscan import refuse
from app.messages.catalogue import text_of
from app.models.organisation import Organisation
from app.policies.roles import TEACHERS, Role
from app.workflows.opening_accounts import Newcomer, logins_taken

MOST = 2_000  # accounts of one workbook
LOGIN_SHAPE = re.compile(r"[a-z0-9][a-z0-9._-]{1,29}", re.ASCII)
BETWEEN = re.compile(r"[\s,，、;；]+")


def a_login(raw: str) -> str:
    """Return a login as it is kept: half width, small letters."""
    return r.narrow(raw).lower()


def some_classes(raw: str) -> tuple[str, ...]:
    """Return the class numbers of a cell."""
    found = tuple(dict.fromkeys(r.narrow(part) for part in BETWEEN.split(raw) if part))
    if any(class_number.parse(number) is None for number in found):
        raise r.misread("hint.classes")
    return found


def roles() -> CodeTable:
    """Return the roles a teacher may have, by code and word, as a drop-down shows them."""
    words = {role.value: text_of(f"role.{role}") for role in TEACHERS}
    entries = {code: Entry(code, word.zh, word.en, "") for code, word in words.items()}
    known = {folded(name): code for code, word in words.items() for name in (word.zh, word.en)}
    return CodeTable("teacher_role", entries, known | {code.lower(): code for code in words})


def classes_are_known(facts: Facts, numbers: tuple[str, ...] | None) -> Refusal | None:
    """Every class is one of the school's in use."""
    strange = next((number for number in numbers or () if number not in facts.classes), None)
    return Refusal("E-NO-CLASS", {"number": strange}) if strange else None


LOGIN = r.matching("login", LOGIN_SHAPE, "hint.login", a_login)
CLASSES = Kind("classes", some_classes, expects="hint.classes")
SPEC = ImportSpec(
    name="teachers",
    sheet="教师账号",
    version="2026.1",
    columns=(
        Column("login", "登录名", LOGIN, "Login", "dlm", example="t0012"),
        Column("name", "姓名", r.NAME, "Name", "xm", mask=masking.name, example="王小河"),
        Column("phone", "联系电话", r.PHONE, "Phone", "lxdh", required=False, mask=masking.phone,
               example="0377-60000000"),
        Column("role", "岗位", r.coded(roles()), "Role", "gw", example="班主任"),
        Column("classes", "负责班级", CLASSES, "Classes", "fzbj", required=False,
               example="2026101、2026102"),
    ),
    rules=(Rule("classes", ("classes",), classes_are_known),),
)  # fmt: skip


class Read(NamedTuple):
    """What a workbook holds: the people, or what is wrong with it, never both."""

    people: list[Newcomer]
    problems: list[Problem]


def read(session: Session, path: Path, place: Organisation, facts: Facts) -> Read:
    """Read and judge a workbook, or raise `BadFile`."""
    people: dict[int, Newcomer] = {}
    problems: list[Problem] = []
    with sandbox.opened(path, SPEC.sheet) as sheet:
        if sheet.rows - 1 > MOST:
            raise refuse("E-ACC-MANY", limit=f"{MOST:,}")
        for block in checked(SPEC, sheet, facts):
            problems += block.problems
            people |= _people(block, facts)
    problems += twice(people)
    problems += taken(session, people, place)
    return (
        Read([], sorted(problems, key=lambda one: one.row))
        if problems
        else Read(list(people.values()), [])
    )


def twice(people: Mapping[int, Newcomer]) -> Iterable[Problem]:
    """Yield the rows whose login stands in an earlier row too."""
    first: dict[str, int] = {}
    for row, who in people.items():
        other = first.setdefault(who.login, row)
        if other != row:
            yield _wrong_login(row, who, Refusal("E-LOGIN-ROW", {"other": other}))


def taken(
    session: Session, people: Mapping[int, Newcomer], place: Organisation
) -> Iterable[Problem]:
    """Yield the rows whose login has an account."""
    known = logins_taken(session, [who.login_at(place) for who in people.values()])
    for row, who in people.items():
        if who.login_at(place) in known:
            yield _wrong_login(row, who, Refusal("E-LOGIN-TAKEN"))


def _people(block: Block, facts: Facts) -> dict[int, Newcomer]:
    good = block.good()
    return {
        block.numbers[at]: _one({k: v[at] for k, v in block.values.items()}, facts) for at in good
    }


def _one(values: Mapping[str, Any], facts: Facts) -> Newcomer:
    rooms = tuple(facts.classes[number].class_id for number in values["classes"] or ())
    role = Role(values["role"])
    return Newcomer(values["login"], values["name"], role, values["phone"], rooms)


def _wrong_login(row: int, who: Newcomer, refusal: Refusal) -> Problem:
    return problem(row, SPEC.by_field["login"], refusal, who.login)
