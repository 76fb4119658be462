"""疑似重复: who may be the same child without colliding; advice, which never stops anybody.

Looked for in the asker's own scope alone, with nothing widened: whoever may not see a record is not
told that it is there. Twins look like duplicates and are none: they are said to be twins.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ARRAY, ColumnElement, LargeBinary, any_, cast, func, select
from sqlalchemy.orm import Session, selectinload

from app.codes import id_number
from app.codes.pinyin import sound, spelt
from app.models.sealed import KEYS
from app.models.student import Status, Student

MOST = 20  # records one is told of
BORN_TOGETHER = 200  # of one day and one surname that are looked at for twins
DIGITS = "0123456789"
CHECKS = f"{DIGITS}X"
SEQUENCE = slice(14, 17)  # of a resident number: who was entered how manieth of a day
ALIKE = 3  # characters of a name at least, before one that differs is taken for a slip
NEXT_TO = 3  # sequences apart, of two entered one after the other: boys odd, girls even


class Why(StrEnum):
    """Why two records may be of one child, or of two born together."""

    ONE_OFF = "ONE_OFF"  # names alike; one character of the ID number is another, or two swapped
    SWAPPED = "SWAPPED"  # day and month of birth stand the wrong way round
    SOUND = "SOUND"  # born on one day, and the names sound alike
    TWIN = "TWIN"  # no advice: another child of the same day and family


class Likely(NamedTuple):
    """A record that may be the same child's; or a twin's, and then for no other reason."""

    student_id: int
    why: tuple[Why, ...]

    @property
    def is_twin(self) -> bool:
        """Tell whether the record is a twin's."""
        return self.why == (Why.TWIN,)


def likely(session: Session, pupil: Student, most: int = MOST) -> list[Likely]:
    """Return who in the asker's scope may be the same child as a pupil, the strongest first."""
    found: dict[int, tuple[Student, list[Why]]] = {}
    for why, condition in _questions(pupil):
        limit = BORN_TOGETHER if why is Why.TWIN else most
        for other in _asked(session, pupil, condition, limit):
            found.setdefault(other.id, (other, []))[1].append(why)
    told = [Likely(key, _judged(pupil, *one)) for key, one in found.items()]
    kept = [one for one in told if one.why]
    return sorted(kept, key=lambda one: (one.is_twin, -len(one.why), one.student_id))[:most]


def neighbours(number: str) -> set[str]:
    """Return the ID numbers that differ in one digit, or in two neighbours' places.

    Of a resident number both with the check character it has and with the one it should have:
    whoever mistypes a digit may have been asked to mend the last one.
    """
    body, check = (
        (number[: id_number.BODY], number[id_number.BODY :])
        if id_number.is_shaped(number)
        else (number, "")
    )
    near = set(_slips(body))
    if not check:
        return near - {number}
    checked = {one + id_number.check_character(one) for one in near}
    swapped = {body[:-1] + check + body[-1]}
    ends = {body + last for last in CHECKS}
    return ({one + check for one in near} | checked | swapped | ends) - {number}


# ── inside ───────────────────────────────────────────────────────────────────────────────


def _slips(text: str) -> Iterator[str]:
    for at, sign in enumerate(text):
        if sign in DIGITS:
            yield from (text[:at] + other + text[at + 1 :] for other in DIGITS if other != sign)
        pair = text[at : at + 2]
        if pair != pair[::-1]:
            yield text[:at] + pair[::-1] + text[at + 2 :]


def _questions(pupil: Student) -> Iterator[tuple[Why, ColumnElement[bool]]]:
    """Yield what is asked, each to be answered by an index."""
    same_day = Student.birth_date == pupil.birth_date
    if pupil.id_number:
        digests = [KEYS.digest(number) for number in sorted(neighbours(pupil.id_number))]
        yield Why.ONE_OFF, Student.id_digest == any_(cast(digests, ARRAY(LargeBinary)))
    if (turned := _turned(pupil.birth_date)) is not None:
        same = (Student.name_key == pupil.name_key) & (Student.gender == pupil.gender)
        yield Why.SWAPPED, same & (Student.birth_date == turned)
    letters = func.regexp_replace(func.translate(Student.name_pinyin, "üÜ", "vv"), r"\W", "", "g")
    collides = (Student.name_key == pupil.name_key) & (Student.gender == pupil.gender)
    yield Why.SOUND, same_day & (func.lower(letters) == _sound(pupil)) & ~collides
    yield Why.TWIN, same_day & Student.name_key.startswith(pupil.name_key[:1], autoescape=True)


def _asked(
    session: Session, pupil: Student, condition: ColumnElement[bool], most: int
) -> list[Student]:
    asked = select(Student).where(
        condition, Student.id != pupil.id, Student.status != Status.DELETED
    )
    with_family = asked.options(selectinload(Student.guardians))
    return list(session.scalars(with_family.order_by(Student.id).limit(most)))


def _judged(pupil: Student, other: Student, why: list[Why]) -> tuple[Why, ...]:
    """Return what is said of another record; nothing of a stranger born on the same day.

    ID numbers of one county and day differ in few characters: a slip needs a name that is alike.
    """
    if _are_twins(pupil, other):
        return (Why.TWIN,)
    no_news = {Why.TWIN} if _are_alike(pupil, other) else {Why.TWIN, Why.ONE_OFF}
    return tuple(reason for reason in why if reason not in no_news)


def _are_alike(one: Student, other: Student) -> bool:
    """Tell names that sound alike, or of which one character was written otherwise or left out."""
    if _sound(one) == _sound(other):
        return True
    long, short = sorted((one.name_key, other.name_key), key=len, reverse=True)
    if len(short) < ALIKE or len(long) - len(short) > 1:
        return False
    if len(long) == len(short):
        return sum(a != b for a, b in zip(long, short, strict=True)) == 1
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _are_twins(one: Student, other: Student) -> bool:
    """Tell two given names of one day, with a family in common or entered one after the other.

    Names that sound alike are rather one child's, written in two ways.
    """
    if one.birth_date != other.birth_date or _sound(one) == _sound(other):
        return False
    return _share_a_guardian(one, other) or _follow(one.id_number, other.id_number)


def _share_a_guardian(one: Student, other: Student) -> bool:
    mine, theirs = (
        {word for member in pupil.guardians for word in (member.name, member.phone) if word}
        for pupil in (one, other)
    )
    return bool(mine & theirs)


def _follow(one: str | None, other: str | None) -> bool:
    """Tell whether two resident numbers of one area and day stand next to each other."""
    if not (one and other and id_number.is_shaped(one) and id_number.is_shaped(other)):
        return False
    apart = abs(int(one[SEQUENCE]) - int(other[SEQUENCE]))
    return one[: SEQUENCE.start] == other[: SEQUENCE.start] and 0 < apart <= NEXT_TO


def _sound(pupil: Student) -> str:
    return sound(pupil.name_pinyin or spelt(pupil.name))


def _turned(born: date) -> date | None:
    """Return the date with day and month the other way round, if it is one, and another."""
    try:
        turned = date(born.year, born.day, born.month)
    except ValueError:
        return None
    return turned if turned != born else None
