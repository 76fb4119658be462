"""Whose row it is: pupils found by number, or by ID number, with the name as a check.

Only the importing school is asked. What is said of a number nobody there has is the same whether
another school has it or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, LargeBinary, any_, cast, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.codes import masking, national_number
from app.codes.tables import folded
from app.errors import Refusal
from app.imports import readers as r
from app.imports.check import Block, problem
from app.imports.spec import Column, Facts, ImportSpec, Problem
from app.models.organisation import Organisation
from app.models.sealed import KEYS
from app.models.student import NumberHistory, Status, Student

NUMBER = r.matching(
    "student_number",
    national_number.SHAPE,
    "hint.student_number",
    lambda raw: r.narrow(raw).upper(),
)
NAME = r.text(80)  # compared with what is on record, which may be stranger than what is read
NUMBERED, IDENTIFIED, NAMED = "student_number", "pupil_id_number", "pupil_name"


def who(prefix: str = "", prefix_en: str = "", prefix_key: str = "") -> tuple[Column, ...]:
    """Return the three columns that say who a row is about; the prefix stands before two."""
    return (
        Column(NUMBERED, "学籍号", NUMBER, "Student number", "xjh", required=False,
               conditional=True, mask=masking.national_number, example="G411302202005010024"),
        Column(IDENTIFIED, f"{prefix}身份证件号", r.ID_NUMBER, f"{prefix_en}ID number",
               f"{prefix_key}sfzjh", required=False, conditional=True, mask=masking.id_number),
        Column(NAMED, f"{prefix}姓名", NAME, f"{prefix_en}Name", f"{prefix_key}xm",
               mask=masking.name, example="李小满"),
    )  # fmt: skip


class Known(NamedTuple):
    """Pupils of the school by the digests of their numbers, former ones too, and ID numbers."""

    by_number: Mapping[bytes, Student]
    by_id: Mapping[bytes, list[Student]]


def whose(
    session: Session, spec: ImportSpec, block: Block, facts: Facts, *, with_family: bool = False
) -> tuple[dict[int, Student], list[Problem]]:
    """Return the pupils of a block's good rows by position, and what is wrong with the others."""
    keys = {at: _keys(block, at) for at in block.good()}
    known = _known(session, facts.school_code, keys.values(), with_family=with_family)
    found: dict[int, Student] = {}
    problems: list[Problem] = []
    for at, (number, paper) in keys.items():
        pupil = _one(known, number, paper, block.values[NAMED][at])
        if isinstance(pupil, Student):
            found[at] = pupil
        else:
            column, refusal = spec.by_field[pupil[0]], pupil[1]
            cell = block.typed[spec.columns.index(column)][at]
            problems.append(problem(block.numbers[at], column, refusal, cell))
    return found, problems


def _one(
    known: Known, number: bytes | None, paper: bytes | None, name: str
) -> Student | tuple[str, Refusal]:
    """Return the pupil of a row, or the column and the reason why it has none."""
    if number is None and paper is None:
        return NUMBERED, Refusal("E-ROW-NOKEY")
    holders = known.by_id.get(paper, []) if paper else []
    if number is None:
        pupil = holders[0] if len(holders) == 1 else None
    else:
        pupil = known.by_number.get(number)
    if pupil is None:
        return (IDENTIFIED if number is None else NUMBERED), Refusal("E-ROW-WHO")
    if folded(pupil.name) != folded(name):
        return NAMED, Refusal("E-ROW-NAME")
    if paper is not None and pupil not in holders:
        return IDENTIFIED, Refusal("E-ROW-KEYS")
    return pupil


def _keys(block: Block, at: int) -> tuple[bytes | None, bytes | None]:
    number, paper = block.values[NUMBERED][at], block.values[IDENTIFIED][at]
    digest = KEYS.digest
    return (digest(number) if number else None), (digest(paper) if paper else None)


def _known(session: Session, school: str, keys: Any, *, with_family: bool) -> Known:
    """Ask for all pupils of a block at once."""
    numbers = {number for number, _ in keys if number}
    papers = {paper for _, paper in keys if paper}
    former = select(NumberHistory.student_id, NumberHistory.number_digest).where(
        NumberHistory.number_digest == _any(numbers)
    )
    owners = {digest: one for one, digest in session.execute(former)}
    here = select(Organisation.id).where(Organisation.code == school).scalar_subquery()
    asked = select(Student).where(Student.school_id == here, Student.status != Status.DELETED)
    asked = asked.options(joinedload(Student.school_class), joinedload(Student.grade))
    if with_family:
        asked = asked.options(selectinload(Student.guardians))
    about = (
        Student.number_digest == _any(numbers),
        Student.id == any_(cast(list(owners.values()), ARRAY(Student.__table__.c.id.type))),
        Student.id_digest == _any(papers),
    )
    pupils = {pupil.id: pupil for one in about for pupil in _asked(session, asked.where(one))}
    by_number = {p.number_digest: p for p in pupils.values() if p.number_digest}
    by_number |= {digest: pupils[one] for digest, one in owners.items() if one in pupils}
    by_id: dict[bytes, list[Student]] = {}
    for pupil in pupils.values():
        if pupil.id_digest:
            by_id.setdefault(pupil.id_digest, []).append(pupil)
    return Known(by_number, by_id)


def _asked(session: Session, asked: Any) -> Iterator[Student]:
    yield from session.scalars(asked.execution_options(populate_existing=True))


def _any(digests: set[bytes]) -> Any:
    return any_(cast(list(digests), ARRAY(LargeBinary)))
