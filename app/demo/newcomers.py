"""Newcomers of the demo world: entered by hand after the year began, each like a classmate.

The form of a newcomer is a classmate's, but for what identifies: so every field is filled, and
nobody is anybody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update

from app.codes.id_number import check_character
from app.demo.past import Past
from app.demo.scenes import Pupil
from app.models.organisation import Organisation
from app.models.problem import ProblemItem
from app.models.pupil import GuardianFields, PupilFields
from app.models.school import SchoolClass
from app.models.student import Student
from app.workflows import duplicates
from app.workflows.admission import admit

OWN = {  # what is not a classmate's
    "id_digest", "former_name", "name_pinyin", "aux_number", "seat_no", "id_validity", "talent",
}  # fmt: skip
AREA_DIGITS = 6
ITEMS = ProblemItem.__table__


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A child to be entered: ``like`` is the classmate whose form is taken.

    ``sequence`` are the three digits of the ID number that tell boys (odd) from girls; ``same`` is
    who this really is. ``odd`` are other fields of the form.
    """

    like: Pupil
    name: str = ""
    born: date | None = None
    sequence: int = 0
    same: Pupil | Newcomer | None = None
    id_number: str | None = None
    odd: tuple[tuple[str, Any], ...] = ()

    @property
    def gender(self) -> str:
        """Return 1 of boys, 2 of girls."""
        return "1" if self.sequence % 2 else "2"


def enter(past: Past, one: Newcomer, ids: dict[Newcomer, int], today: date) -> int:
    """Enter a newcomer as the registrar of the school, compared at once; returns the key."""
    like = person(past, one.like)
    identity = identity_of(past, one, ids)
    facts = {name: getattr(like, name) for name in PupilFields.__annotations__ if name not in OWN}
    family = [
        {name: getattr(member, name) for name in GuardianFields.__annotations__}
        for member in like.guardians
    ]
    family = [member | {"name": identity["name"][0] + member["name"][1:]} for member in family]
    past.arrive(f"registrar@{one.like.school}", today)
    room = past.session.get_one(SchoolClass, like.class_id)
    pupil = admit(past.session, room, {**facts, **identity, **dict(one.odd)}, family)
    past.oversee()
    duplicates.check(past.session, [pupil.id])
    date_items(past)
    ids[one] = pupil.id
    return pupil.id


def date_items(past: Past) -> None:
    """Date what was found and settled just now, which the database dates by its own clock."""
    for column in (ITEMS.c.opened_at, ITEMS.c.settled_at):
        just_now = update(ITEMS).where(column == func.now())
        past.session.execute(just_now.values({column: past.moment}))


def identity_of(past: Past, one: Newcomer, ids: dict[Newcomer, int]) -> dict[str, Any]:
    """Return what identifies a newcomer: the own facts, or those of whoever this is."""
    if one.same is not None:
        known = (
            past.session.get_one(Student, ids[one.same])
            if isinstance(one.same, Newcomer)
            else person(past, one.same)
        )
        held = {name: getattr(known, name) for name in ("name", "gender", "birth_date", "id_type")}
        return {**held, "id_number": one.id_number or known.id_number}
    like = person(past, one.like)
    born = one.born or like.birth_date
    number = one.id_number or a_number(str(like.hukou_division)[:AREA_DIGITS], born, one.sequence)
    return {
        "name": one.name, "gender": one.gender, "birth_date": born, "id_type": "1",
        "id_number": number, "nationality": "CHN", "overseas_status": "00",
    }  # fmt: skip


def a_number(area: str, born: date, sequence: int) -> str:
    """Return a resident number with its check character."""
    body = f"{area}{born:%Y%m%d}{sequence:03d}"
    return body + check_character(body)


def person(past: Past, meant: Pupil) -> Student:
    """Return a pupil of the world by school, class and seat."""
    past.oversee()
    asked = (
        select(Student)
        .join(SchoolClass, SchoolClass.id == Student.class_id)
        .join(Organisation, Organisation.id == SchoolClass.school_id)
        .where(
            Organisation.code == meant.school,
            SchoolClass.number == meant.room,
            Student.seat_no == meant.seat,
        )
    )
    return past.session.scalars(asked).one()
