"""学籍号 (P34): giving out numbers, each to one person for life; the database has the last word.

A number is claimed before it is taken: of two who draw the same at the same moment, one waits for
the other and draws again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.codes.national_number import AREA_DIGITS, SEQUENCES, by_rule, temporary
from app.errors import Refusal, Refused
from app.models.sealed import KEYS
from app.models.student import Student

CLAIM = select(func.claim_number(bindparam("digest"), bindparam("pupil_id")))
DRAWS = 200  # of temporary numbers, before an area and day counts as used up


def claim(session: Session, pupil: Student, number: str) -> bool:
    """Claim a number for a pupil for good; False when it is or was somebody else's."""
    return bool(session.scalar(CLAIM, {"digest": KEYS.digest(number), "pupil_id": pupil.id}))


def temporary_number(session: Session, pupil: Student) -> str:
    """Draw and claim an L number, or raise `Refused` when the area and day is used up."""
    area = area_of(pupil)
    drawn = (temporary(area, pupil.birth_date, secrets.randbelow) for _ in range(DRAWS))
    return _first(session, pupil, drawn)


def number_by_rule(session: Session, pupil: Student) -> str:
    """Claim the next J number, or raise `Refused` when the area and day is used up."""
    area = area_of(pupil)
    inorder = (by_rule(area, pupil.birth_date, sequence) for sequence in SEQUENCES)
    return _first(session, pupil, inorder)


def area_of(pupil: Student) -> str:
    """Return the six digits of the county a pupil's school lies in."""
    return pupil.school.division[:AREA_DIGITS]


def _first(session: Session, pupil: Student, numbers: Iterator[str]) -> str:
    found = next((number for number in numbers if claim(session, pupil, number)), None)
    if found is None:
        raise Refused(Refusal("E-NUMBERS-OUT"))
    return found
