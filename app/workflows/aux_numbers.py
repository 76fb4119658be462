"""编排学籍辅号 (P34): numbers by the province's rule, for a class or the whole school.

Once given, a number stays, whatever becomes of class and seat; only who asks for all of them anew
changes those that are there. In a province nobody has another's: the database says so at last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.codes.aux_pattern import Pattern, Seat
from app.errors import Refusal, Refused, Stale
from app.models.organisation import Organisation
from app.models.school import School, SchoolClass
from app.models.student import Student
from app.policies.audit import record
from app.policies.roles import Actor
from app.workflows.aux_once import FIELD, taken
from app.workflows.aux_rules import pattern_of
from app.workflows.class_change import busy_pupils
from app.workflows.class_roll import own_room, rooms_of, sitting, stamp, write
from app.workflows.controlled import locked


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose numbers: of a class or (None) of every class in use; ``anew``: given ones, too."""

    class_id: int | None
    anew: bool
    today: date


@dataclass(frozen=True, slots=True)
class Line:
    """A pupil, its class, the number it would have, and why it gets none."""

    pupil: Student
    room: SchoolClass
    then: str | None
    refusal: Refusal | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether the number would be another one."""
        return self.refusal is None and self.then != self.pupil.aux_number


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen; ``seen`` changes as soon as a record or the rule does."""

    pattern: Pattern
    lines: tuple[Line, ...]
    seen: str

    @property
    def changed(self) -> dict[int, str]:
        """The numbers that would be written."""
        return {one.pupil.id: one.then for one in self.lines if one.is_new and one.then}

    @property
    def kept(self) -> int:
        """How many keep the number they have."""
        return sum(1 for one in self.lines if one.refusal is None and not one.is_new)

    @property
    def stopped(self) -> list[Line]:
        """Who gets none, and why."""
        return [one for one in self.lines if one.refusal is not None]


def look(session: Session, actor: Actor, wanted: Wanted, *, lock: bool = False) -> Plan:
    """Return what would happen, or raise `Refused` where no rule holds."""
    pattern = pattern_of(session, actor.path)
    if pattern is None:
        raise Refused(Refusal("E-AUX-NONE"))
    rooms = _rooms(session, actor, wanted)
    ids = [pupil.id for pupil in sitting(session, rooms, lock=lock)]
    busy = busy_pupils(session, ids)  # which expires what was loaded
    rooms, pupils = _rooms(session, actor, wanted), sitting(session, rooms)
    bound = wanted.anew and FIELD in locked(session, actor.path, wanted.today)
    place = _place(session, actor)
    lines = [_line(pupil, rooms, pattern, place, wanted, bound) for pupil in pupils]
    lines = [_against_busy(line, busy) for line in lines]
    seen = f"{stamp(pupils)}-{stamp_of(pattern)}"
    return Plan(pattern, tuple(_against_others(session, actor.path, lines)), seen)


def give(session: Session, actor: Actor, wanted: Wanted, seen: str) -> int:
    """Give the numbers that were looked at, or raise; return how many; never commits."""
    plan = look(session, actor, wanted, lock=True)
    if plan.seen != seen:
        raise Stale
    changed = plan.changed
    if not changed:
        raise Refused(Refusal("E-AUX-NOBODY"))
    write(session, FIELD, changed)
    where = wanted.class_id or actor.organisation_id
    what = "school_class" if wanted.class_id else "school"
    deed = "aux.anew" if wanted.anew else "aux.given"
    record(session, deed, object_type=what, object_id=where, elevated=True, pupils=len(changed))
    return len(changed)


def stamp_of(pattern: Pattern) -> str:
    """Return the pattern as a part of what was seen."""
    return pattern.text.replace("{", "").replace("}", "")


# ── inside ───────────────────────────────────────────────────────────────────────────────


def _rooms(session: Session, actor: Actor, wanted: Wanted) -> dict[int, SchoolClass]:
    if wanted.class_id is not None:
        return {wanted.class_id: own_room(session, actor, wanted.class_id)}
    return {room.id: room for room in rooms_of(session, actor.organisation_id)}


def _place(session: Session, actor: Actor) -> tuple[str, str]:
    """Return the division of the actor's school and its code."""
    asked = select(School.division, Organisation.code).join(School.organisation)
    found = session.execute(asked.where(School.id == actor.organisation_id)).one()
    return found.division, found.code


def _line(  # noqa: PLR0913, PLR0917  everything a number is made of
    pupil: Student,
    rooms: Mapping[int, SchoolClass],
    pattern: Pattern,
    place: tuple[str, str],
    wanted: Wanted,
    bound: bool,
) -> Line:
    room = rooms[pupil.class_id or 0]
    if pupil.aux_number and not wanted.anew:
        return Line(pupil, room, pupil.aux_number)
    if pupil.aux_number and bound:
        return Line(pupil, room, None, Refusal("E-AUX-CONTROLLED"))
    if pupil.seat_no is None:
        return Line(pupil, room, None, Refusal("E-AUX-SEAT"))
    number = pattern.number(Seat(*place, room.number, pupil.seat_no))
    if number is None:
        return Line(pupil, room, None, Refusal("E-AUX-FITS", {"seat": pupil.seat_no}))
    return Line(pupil, room, number)


def _against_busy(line: Line, busy: Collection[int]) -> Line:
    if line.is_new and line.pupil.id in busy:
        return Line(line.pupil, line.room, None, Refusal("E-LOCK"))
    return line


def _against_others(session: Session, path: str, lines: list[Line]) -> list[Line]:
    """Refuse numbers that two would get, or that somebody has who keeps it.

    Who is refused keeps the own number, which may be in another's way: asked until nobody is.
    """
    new = {line.pupil.id: line.then for line in lines if line.is_new and line.then}
    often = Counter(new.values())
    others = taken(session, path, set(new.values()), set(new))
    wrong = dict.fromkeys(others, "E-AUX-TAKEN")
    wrong |= {number: "E-AUX-TWICE" for number, times in often.items() if times > 1}
    if not wrong:
        return lines
    codes = {key: wrong[number] for key, number in new.items() if number in wrong}
    judged = [
        Line(line.pupil, line.room, None, Refusal(codes[line.pupil.id]))
        if line.pupil.id in codes
        else line
        for line in lines
    ]
    return _against_others(session, path, judged)
