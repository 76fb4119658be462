"""The filters of the lists as an export repeats them: a column, the texts asked for, a condition.

They mean what the filters of the screens mean, word for word: several values are any of them, a
value that cannot be read matches nothing, and none at all narrows nothing. A test compares both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, union_all

from app.codes import id_number
from app.models.organisation import Organisation
from app.models.school import Grade, Stage
from app.models.sealed import KEYS
from app.models.student import NumberHistory, Student

LONGEST, MOST, BIGGEST = 100, 60, 2**31  # characters of a value, values of a filter, a key
Narrow = Callable[[Sequence[str]], ColumnElement[bool] | None]


def _filter(
    read: Callable[[str], Any], compare: Callable[[list[Any]], ColumnElement[bool]]
) -> Narrow:
    def narrow(texts: Sequence[str]) -> ColumnElement[bool] | None:
        asked = [text for text in texts if text][:MOST]
        values = [known for text in asked if (known := _known(read, text)) is not None]
        if not asked:
            return None
        return compare(values) if values else false()

    return narrow


def _known(read: Callable[[str], Any], text: str) -> Any:
    if len(text) > LONGEST or "\x00" in text:
        return None
    try:
        text.encode()  # a lone surrogate is no text
        return read(text.strip())
    except (ValueError, KeyError):
        return None


def prefix(column: Any) -> Narrow:
    """What begins with these characters."""
    return _filter(str, lambda values: column.op("^@", is_comparison=True)(values[0]))


def one_of(column: Any) -> Narrow:
    """One of these codes."""
    return _filter(str, column.in_)


def state(column: Any, states: type[Enum]) -> Narrow:
    """One of these states."""
    return _filter(lambda text: states[text], column.in_)


def relation(column: Any) -> Narrow:
    """The rows of chosen records, by their keys."""
    return _filter(_key, column.in_)


def within(column: Any) -> Narrow:
    """The rows of whole authorities: ranges of paths, read from the public tree."""

    def compare(keys: list[int]) -> ColumnElement[bool]:
        path = select(Organisation.path)
        below = [path.where(Organisation.id == key).scalar_subquery() for key in keys]
        return or_(
            *((column >= each) & (column < func.rtrim(each, "/").op("||")("0")) for each in below)
        )

    return _filter(_key, compare)


def level(grade: Any) -> Narrow:
    """The cohorts that are at a level now, such as 小学六年级 (``16``)."""

    def compare(levels: list[tuple[Stage, int]]) -> ColumnElement[bool]:
        at = or_(*((Grade.stage == stage) & (Grade.level == year) for stage, year in levels))
        found: ColumnElement[bool] = grade.in_(select(Grade.id).where(at))
        return found

    return _filter(lambda text: (Stage.of_digit(text[:1]), int(text[1:])), compare)


def number() -> Narrow:
    """The pupil who has, or once had, exactly this student number."""

    def compare(digests: list[bytes]) -> ColumnElement[bool]:
        now = select(Student.id).where(Student.number_digest.in_(digests))
        once = select(NumberHistory.student_id).where(NumberHistory.number_digest.in_(digests))
        return Student.id.in_(union_all(now, once))

    return _filter(lambda text: KEYS.digest(id_number.compact(text)), compare)


def identity() -> Narrow:
    """The pupils with exactly this identity number."""
    return _filter(lambda text: KEYS.digest(id_number.compact(text)), Student.id_digest.in_)


def _key(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < BIGGEST):
        raise ValueError(text)
    return int(text)
