"""身份: what of a record is compared with others, and under which keys it may collide (P04)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    SQLColumnExpression,
    any_,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from app.codes import id_number
from app.codes.pinyin import spelt
from app.models.problem import ProblemKind
from app.models.sealed import KEYS
from app.models.student import IGNORED, Status, Student, Verification

RESIDENT = "1"  # 居民身份证 in table id_document_type


class Key(NamedTuple):
    """What collides: the kind, and the keyed digest of the value."""

    kind: ProblemKind
    digest: bytes


class Identity(NamedTuple):
    """What of a record is compared."""

    student_id: int
    status: Status
    name_key: str
    gender: str
    birth_date: date
    id_type: str
    id_digest: bytes | None
    id_number: str | None
    verification: Verification = Verification.NONE

    @property
    def keys(self) -> dict[ProblemKind, Key]:
        """The keys under which the record collides with whoever has the same."""
        held = {ProblemKind.DUP_NSB: nsb(self.name_key, self.gender, self.birth_date)}
        if self.id_digest is not None:
            held[ProblemKind.DUP_ID] = self.id_digest
            if self.is_wrong:
                held[ProblemKind.ID_ERROR] = alone(self.id_digest, self.student_id)
        return {kind: Key(kind, digest) for kind, digest in held.items()}

    @property
    def is_wrong(self) -> bool:
        """Tell whether a number contradicts itself or its record, or the police know it not."""
        if self.verification is Verification.FAILED:
            return True
        if self.id_type != RESIDENT or self.id_number is None:
            return False
        told = (id_number.birth_date(self.id_number), id_number.gender(self.id_number))
        is_odd = bool(id_number.problems(self.id_number, date.max))
        return is_odd or told != (self.birth_date, self.gender)


COMPARED = (
    Student.id, Student.status, Student.name_key, Student.gender, Student.birth_date,
    Student.id_type, Student.id_digest, Student.id_number, Student.verification,
)  # fmt: skip


def identities(session: Session, student_ids: Collection[int]) -> Iterator[Identity]:
    """Yield what is compared of these records."""
    asked = select(*COMPARED).where(among(Student.id, student_ids))
    return (Identity(*row) for row in session.execute(asked))


def spell(pupil: Student, changed: Collection[str] = ()) -> None:
    """Let the spelling follow a name that changed without it, and be there at all."""
    is_stale = "name" in changed and "name_pinyin" not in changed
    if is_stale or not pupil.name_pinyin:
        pupil.name_pinyin = spelt(pupil.name) or None


def name_key(name: str) -> ColumnElement[str]:
    """Return, as the database computes it, what of a name is compared."""
    narrow = func.normalize(name, literal_column("NFKC"))
    return func.upper(func.regexp_replace(narrow, IGNORED, "", "g"))


def nsb(name_key: str, gender: str, birth_date: date) -> bytes:
    """Return the keyed digest of name, gender and birth date."""
    return KEYS.digest(f"{name_key}|{gender}|{birth_date.isoformat()}")


def alone(digest: bytes, student_id: int) -> bytes:
    """Return the key of a wrong number: each record that carries it is a group of its own."""
    return KEYS.digest(f"{digest.hex()}|{student_id}")


def among(column: SQLColumnExpression[int], ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a key is one of these, however many, as one parameter."""
    return column == any_(cast(list(ids), ARRAY(Integer)))
