"""编排班内学号: the numbers of a class anew, by present order, by name, or as they are typed.

Who is in a case keeps the number (the record is locked); the others are numbered around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from sqlalchemy.orm import Session

from app.errors import Refusal, Refused, Stale
from app.models.school import SchoolClass
from app.models.student import Student
from app.policies.audit import record
from app.policies.roles import Actor
from app.workflows.class_change import busy_pupils
from app.workflows.class_roll import name_order, own_room, present_order, sitting, stamp, write

MOST = 9_999  # a number in class has four digits at most


class Order(StrEnum):
    """By what a class is numbered."""

    GAPS = "gaps"  # as it sits now, without gaps
    NAME = "name"  # as the names sound
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a class is to be numbered; ``typed`` holds what stands in the fields, by pupil."""

    order: Order
    typed: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A pupil, the number it would have, why it keeps its own, what is wrong with what was typed.

    ``then`` is None where nothing can be made of what was typed.
    """

    pupil: Student
    then: int | None
    held: Refusal | None = None
    wrong: Refusal | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether the number would be another one."""
        return self.held is None and self.then != self.pupil.seat_no


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to a class; ``seen`` changes as soon as anything of it does."""

    room: SchoolClass
    lines: tuple[Line, ...]
    seen: str

    @property
    def changed(self) -> dict[int, int]:
        """The numbers that would be written."""
        return {one.pupil.id: one.then for one in self.lines if one.is_new and one.then is not None}

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that stands in the way, each once."""
        wrong = [one.wrong for one in self.lines if one.wrong is not None]
        return tuple(one for at, one in enumerate(wrong) if one not in wrong[:at])


def look(session: Session, actor: Actor, class_id: int, wanted: Wanted | None = None) -> Plan:
    """Return what would become of a class of the own school; without a wish, how it is."""
    return _plan(session, actor, class_id, wanted, lock=False)


def renumber(session: Session, actor: Actor, class_id: int, wanted: Wanted, seen: str) -> int:
    """Number a class as it was looked at, or raise; return for how many; never commits."""
    plan = _plan(session, actor, class_id, wanted, lock=True)
    if plan.seen != seen:
        raise Stale
    if refusals := plan.refusals:
        raise Refused(*refusals)
    changed = plan.changed
    if not changed:
        raise Refused(Refusal("E-SEAT-SAME"))
    write(session, "seat_no", changed)
    record(
        session, "class.numbered", object_type="school_class", object_id=class_id,
        order=wanted.order.value, pupils=len(changed),
    )  # fmt: skip
    return len(changed)


def _plan(
    session: Session, actor: Actor, class_id: int, wanted: Wanted | None, *, lock: bool
) -> Plan:
    own_room(session, actor, class_id)
    pupils = sitting(session, (class_id,), lock=lock)
    busy = busy_pupils(session, [pupil.id for pupil in pupils])  # which expires what was loaded
    room, pupils = own_room(session, actor, class_id), sitting(session, (class_id,))
    held = {pupil.id: _kept(pupil) for pupil in pupils if pupil.id in busy}
    if wanted is None:
        lines = [Line(pupil, pupil.seat_no, held.get(pupil.id)) for pupil in pupils]
    elif wanted.order is Order.TYPED:
        lines = _typed(pupils, held, wanted.typed)
    else:
        by = name_order if wanted.order is Order.NAME else present_order
        lines = _counted(sorted(pupils, key=by), held)
    return Plan(room, tuple(lines), stamp(pupils))


def _kept(pupil: Student) -> Refusal:
    if pupil.seat_no is None:
        return Refusal("E-SEAT-EMPTY")
    return Refusal("E-SEAT-LOCK", {"seat": pupil.seat_no})


def _counted(pupils: list[Student], held: Mapping[int, Refusal]) -> list[Line]:
    """Count from one, past the numbers that are kept; in the order of the numbers."""
    kept = {pupil.seat_no for pupil in pupils if pupil.id in held}
    numbers = (number for number in count(1) if number not in kept)
    lines = [
        Line(pupil, pupil.seat_no, held[pupil.id])
        if pupil.id in held
        else Line(pupil, next(numbers))
        for pupil in pupils
    ]
    return _by_number(lines)


def _typed(
    pupils: list[Student], held: Mapping[int, Refusal], typed: Mapping[int, str]
) -> list[Line]:
    """Read what was typed; the lines change places only when nothing is wrong with any."""
    read = {
        pupil.id: pupil.seat_no if pupil.id in held else _whole(typed.get(pupil.id, ""))
        for pupil in pupils
    }
    numbers = [number for number in read.values() if number is not None]
    lines = [
        Line(pupil, read[pupil.id], held.get(pupil.id), _wrong(pupil, read, numbers, held))
        for pupil in pupils
    ]
    if any(line.wrong for line in lines):
        return lines
    return _by_number(lines)


def _by_number(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: line.then or MOST + 1)


def _whole(raw: str) -> int | None:
    text = raw.strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MOST))
    return (int(text) or None) if is_number else None


def _wrong(
    pupil: Student, read: Mapping[int, int | None], numbers: list[int], held: Mapping[int, Refusal]
) -> Refusal | None:
    if pupil.id in held:
        return None
    seat = read[pupil.id]
    if seat is None:
        return Refusal("E-SEAT-WHOLE", {"most": MOST})
    return Refusal("E-SEAT-TWICE", {"seat": seat}) if numbers.count(seat) > 1 else None
