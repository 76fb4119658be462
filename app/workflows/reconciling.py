"""名单核对 (P02.1): who of a list is not registered, who is registered and not on it, who differs.

A child is found by ID number, else by name and birth date, else by a name that each side has once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.expected import ExpectedList, ExpectedPupil
from app.models.organisation import Organisation
from app.models.school import Grade, SchoolClass
from app.models.student import Status, Student

BETWEEN = re.compile(r"[\s·•・‧∙]")  # as in `student.name_key`


class Outcome(StrEnum):
    """What became of a line or a pupil."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERING = "differing"
    SAME = "same"


class Side(NamedTuple):
    """A line of a list (``key`` its row) or a pupil (``key`` the id), as far as it is compared."""

    key: int
    name: str
    gender: str | None
    birth_date: date | None
    id_digest: bytes | None
    class_name: str | None = None
    status: Status | None = None

    @property
    def name_key(self) -> str:
        """The name as it is compared."""
        return BETWEEN.sub("", unicodedata.normalize("NFKC", self.name)).upper()


@dataclass(frozen=True, slots=True)
class Pair:
    """A line, a pupil, or both; and the fields in which they differ."""

    outcome: Outcome
    line: Side | None
    pupil: Side | None
    differs: tuple[str, ...] = ()


class Found(NamedTuple):
    """Where a child that is missing on a list is registered after all, in the asker's scope."""

    student_id: int
    school: str
    grade: str
    status: Status


Way = Callable[[Side], Hashable]
BY_NUMBER: Way = lambda side: side.id_digest  # noqa: E731
BY_BIRTH: Way = lambda side: side.birth_date and (side.name_key, side.birth_date)  # noqa: E731
BY_NAME: Way = lambda side: side.name_key  # noqa: E731


def compare(lines: Iterable[Side], pupils: Iterable[Side]) -> list[Pair]:
    """Pair a list with the pupils of its grade; lines in their order, then who is not on it."""
    open_lines = {line.key: line for line in lines}
    open_pupils = {pupil.key: pupil for pupil in pupils}
    order = list(open_lines)
    found: dict[int, Pair] = {}
    for way in (BY_NUMBER, BY_BIRTH, BY_NAME):
        for line, pupil in _once(way, open_lines.values(), open_pupils.values()):
            del open_lines[line.key], open_pupils[pupil.key]
            differs = differences(line, pupil)
            outcome = Outcome.DIFFERING if differs else Outcome.SAME
            found[line.key] = Pair(outcome, line, pupil, differs)
    found |= {key: Pair(Outcome.MISSING, line, None) for key, line in open_lines.items()}
    extra = [Pair(Outcome.EXTRA, None, pupil) for pupil in open_pupils.values()]
    return [*(found[key] for key in order), *extra]


def differences(line: Side, pupil: Side) -> tuple[str, ...]:
    """Return the fields that the list tells and the record has otherwise."""
    told = (
        ("name", line.name_key, pupil.name_key),
        ("gender", line.gender, pupil.gender),
        ("birth_date", line.birth_date, pupil.birth_date),
        ("id_number", line.id_digest, pupil.id_digest),
    )
    return tuple(name for name, here, there in told if here is not None and here != there)


def reconcile(session: Session, lists: Collection[ExpectedList]) -> dict[int, list[Pair]]:
    """Return the pairs of each list, by its id: two questions, however many lists."""
    lines, pupils = _lines(session, lists), _pupils(session, lists)
    return {one.id: compare(lines.get(one.id, ()), pupils.get(one.id, ())) for one in lists}


def counts(pairs: Iterable[Pair]) -> dict[Outcome, int]:
    """Return how many pairs have each outcome."""
    told = dict.fromkeys(Outcome, 0)
    for pair in pairs:
        told[pair.outcome] += 1
    return told


def elsewhere(session: Session, pairs: Iterable[Pair]) -> dict[int, Found]:
    """Return by row where the missing of a page are registered, as far as the asker sees."""
    wanted: dict[bytes | None, int] = {
        pair.line.id_digest: pair.line.key
        for pair in pairs
        if pair.outcome is Outcome.MISSING and pair.line and pair.line.id_digest
    }
    asked = (
        select(Student.id_digest, Student.id, Organisation.name, Grade, Student.status)
        .join(Organisation, Organisation.id == Student.school_id)
        .join(Grade, Grade.id == Student.grade_id)
        .where(Student.id_digest.in_(wanted), Student.status != Status.DELETED)
        .order_by(Student.id)
    )
    return {
        wanted[digest]: Found(key, school, grade.code, status)
        for digest, key, school, grade, status in session.execute(asked)
    }


# ── inside ───────────────────────────────────────────────────────────────────────────────


def _once(way: Way, lines: Iterable[Side], pupils: Iterable[Side]) -> list[tuple[Side, Side]]:
    """Return the pairs that are found one way, each side having it once."""
    here, there = _by(way, lines), _by(way, pupils)
    return [
        (some[0], there[key][0])
        for key, some in here.items()
        if len(some) == 1 and len(there.get(key, ())) == 1
    ]


def _by(way: Way, sides: Iterable[Side]) -> dict[Hashable, list[Side]]:
    found: dict[Hashable, list[Side]] = {}
    for side in sides:
        if (key := way(side)) is not None:
            found.setdefault(key, []).append(side)
    return found


def _lines(session: Session, lists: Collection[ExpectedList]) -> Mapping[int, Sequence[Side]]:
    row = ExpectedPupil
    asked = select(
        row.list_id, row.row_no, row.name, row.gender, row.birth_date, row.id_digest
    ).where(row.list_id.in_([one.id for one in lists]))
    found: dict[int, list[Side]] = {}
    for told in session.execute(asked.order_by(row.list_id, row.row_no)):
        found.setdefault(told[0], []).append(Side(*told[1:]))
    return found


def _pupils(session: Session, lists: Collection[ExpectedList]) -> Mapping[int, Sequence[Side]]:
    asked = (
        select(
            ExpectedList.id, Student.id, Student.name, Student.gender, Student.birth_date,
            Student.id_digest, SchoolClass.name, Student.status,
        )
        .join(
            Grade,
            (Grade.school_id == ExpectedList.school_id)
            & (Grade.stage == ExpectedList.stage)
            & (Grade.entry_year == ExpectedList.entry_year),
        )
        .join(Student, Student.grade_id == Grade.id)
        .join(SchoolClass, SchoolClass.id == Student.class_id, isouter=True)
        .where(ExpectedList.id.in_([one.id for one in lists]), Student.status != Status.DELETED)
        .order_by(ExpectedList.id, SchoolClass.number, Student.seat_no, Student.id)
    )  # fmt: skip
    found: dict[int, list[Side]] = {}
    for told in session.execute(asked):
        found.setdefault(told[0], []).append(Side(*told[1:]))
    return found
