"""学籍号 (P34): giving out numbers, each to one person for life; the database has the last word.

A number is claimed before it is taken: what is or was somebody's is drawn again. Those who claim
many at a time never wait for each other in a circle: temporary numbers that somebody claims at
this moment count as taken, and numbers by rule are claimed under locks taken in one order.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from zlib import crc32

from sqlalchemy import ARRAY, BigInteger, Integer, LargeBinary, case, cast, false, func, select
from sqlalchemy.orm import Session

from app.codes.national_number import AREA_DIGITS, SEQUENCES, by_rule, temporary
from app.errors import Refusal, Refused
from app.models.school import School
from app.models.sealed import KEYS
from app.models.student import NumberKind, Student

DRAWS = 200  # of temporary numbers, before an area and day counts as used up
# How many numbers by rule are tried at a time: nearly always one of the first is free.
TRIES = (range(1, 9), range(9, 65), range(65, len(SEQUENCES) + 1))
BY_RULE, DRAWERS = 0x5E8, 256  # locks under which numbers by rule are claimed


class Nameless(NamedTuple):
    """Who needs a number by rule: the pupil, the county of the school, the birth date."""

    student_id: int
    area: str
    born_on: date

    @property
    def drawer(self) -> int:
        """Under which lock numbers of this area and day are claimed."""
        return crc32(f"{self.area}{self.born_on:%Y%m%d}".encode()) % DRAWERS


def claim(session: Session, pupil: Student, number: str) -> bool:
    """Claim a number for a pupil for good; False when it is or was somebody else's."""
    return bool(session.scalar(select(func.claim_number(KEYS.digest(number), pupil.id))))


def release(session: Session, pupil: Student) -> None:
    """Let a deleted record leave its G number to the other record of the same person (P34).

    Whoever else has this ID number is this person; numbers of other kinds are never given again.
    """
    if pupil.number_kind is not NumberKind.G:
        return
    session.execute(select(func.release_number(pupil.number_digest, pupil.id)))
    pupil.number = pupil.number_digest = pupil.number_kind = None
    session.flush()


def claim_all(session: Session, wanted: Sequence[tuple[int, str]]) -> list[bool]:
    """Claim a number for each of these pupils; tell which of them have theirs."""
    choices = [(student_id, [number]) for student_id, number in wanted]
    return [place > 0 for place in _claim_first(session, choices)]


def temporary_number(session: Session, pupil: Student) -> str:
    """Draw and claim an L number, or raise `Refused` when the area and day is used up."""
    area = area_of(session, pupil)
    for _ in range(DRAWS):
        number = temporary(area, pupil.birth_date, secrets.randbelow)
        if _claim_at_once(session, pupil, number):
            return number
    raise Refused(Refusal("E-NUMBERS-OUT"))


def number_by_rule(session: Session, pupil: Student) -> str:
    """Claim the next J number, or raise `Refused` when the area and day is used up."""
    one = Nameless(pupil.id, area_of(session, pupil), pupil.birth_date)
    found = numbers_by_rule(session, [one])
    if pupil.id not in found:
        raise Refused(Refusal("E-NUMBERS-OUT"))
    return found[pupil.id]


def numbers_by_rule(session: Session, pupils: Sequence[Nameless]) -> dict[int, str]:
    """Claim the lowest free J number for each; whoever is missing found none left."""
    for drawer in sorted({one.drawer for one in pupils}):
        session.execute(select(func.pg_advisory_xact_lock(BY_RULE, drawer)))
    found: dict[int, str] = {}
    left = sorted(pupils, key=lambda one: (one.area, one.born_on, one.student_id))
    for tries in TRIES:
        choices = [
            (one.student_id, [by_rule(one.area, one.born_on, n) for n in tries]) for one in left
        ]
        places = _claim_first(session, choices)
        found |= {
            student_id: numbers[place - 1]
            for (student_id, numbers), place in zip(choices, places, strict=True)
            if place
        }
        left = [one for one in left if one.student_id not in found]
    return found


def area_of(session: Session, pupil: Student) -> str:
    """Return the six digits of the county a pupil's school lies in."""
    asked = select(School.division).where(School.id == pupil.school_id)
    return session.scalars(asked).one()[:AREA_DIGITS]


def _claim_at_once(session: Session, pupil: Student, number: str) -> bool:
    """Claim a number unless somebody else has it, or is about to."""
    digest = KEYS.digest(number)
    key = int.from_bytes(digest[:8], "big", signed=True)
    is_quiet = func.pg_try_advisory_xact_lock(cast(key, BigInteger))
    asked = case((is_quiet, func.claim_number(digest, pupil.id)), else_=false())
    return bool(session.scalar(select(asked)))


def _claim_first(session: Session, choices: Sequence[tuple[int, list[str]]]) -> list[int]:
    """Claim for each pupil the first number of its choices that is free; its place, or 0."""
    if not choices:
        return []
    whose = [student_id for student_id, _ in choices]
    drawn = [KEYS.digest(number) for _, numbers in choices for number in numbers]
    most = len(drawn) // len(whose)
    asked = func.claim_first(cast(whose, ARRAY(Integer)), most, cast(drawn, ARRAY(LargeBinary)))
    return list(session.scalar(select(asked)) or ())
