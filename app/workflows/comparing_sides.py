"""两边对照 (P05): the records of a problem side by side, each only as far as it may be seen.

What lies in one's own scope is seen whole. Of a record elsewhere: name, masked number, grade,
school and status (roles.md §3.2); birth date, gender and the masked ID number, because these
collide; and of a few fields that tell persons apart, only whether they are the same. A record
that was changed, or whose matter is settled on this side, is not shown any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.codes import id_number as ids
from app.codes import masking
from app.errors import Refusal
from app.models.organisation import Organisation
from app.models.problem import ItemState, ProblemGroup, ProblemItem, ProblemKind
from app.models.school import Grade
from app.models.student import Status, Student
from app.policies.audit import record
from app.policies.roles import Actor
from app.policies.scope import elevated
from app.workflows.controlled import CATALOGUE
from app.workflows.identity import RESIDENT, among
from app.workflows.key_change import TOLD_AT
from app.workflows.problem import others_left
from app.workflows.settling import GONE

DEED = "problem.compare"
KEY = ("name", "gender", "birth_date", "id_type", "id_number")  # what is looked at first
MOST = 8  # others shown beside a record
TELLING = (  # tells persons apart, and nothing of a child's health or home
    "id_type", "ethnic", "nationality", "birthplace", "native_place", "hukou_division",
    "entry_ym", "address_home", "phone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """How a record stands in one group."""

    kind: ProblemKind
    state: ItemState
    auto: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One record as somebody may see it.

    ``student_id`` and ``values`` (field → value) only in the own scope; ``same`` says of a field
    whether it equals that of the record compared with. ID number and number are always masked;
    ``id_marks`` are the places of the masked ID number that differ.
    """

    school: str
    parts: tuple[Part, ...]
    is_shown: bool = True
    student_id: int | None = None
    name: str = ""
    gender: str = ""
    birth_date: date | None = None
    id_number: str = ""
    number: str = ""
    grade: str = ""
    status: Status | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    same: Mapping[str, bool] = field(default_factory=dict)
    id_marks: frozenset[int] = frozenset()

    @property
    def is_ours(self) -> bool:
        """Tell whether the record lies in the own scope."""
        return self.student_id is not None

    @property
    def is_kept(self) -> bool:
        """Tell whether the record is still one of those alike."""
        return any(part.state not in GONE for part in self.parts)


@dataclass(frozen=True, slots=True)
class Sides:
    """A record of the own scope, and those it collides with.

    ``hidden``: how many more there are that are not shown here. ``left``: the fewest other records
    left in a group of what is open; None: nothing is open but a wrong number.
    """

    mine: Side
    others: tuple[Side, ...]
    hidden: int = 0
    left: int | None = None


def sides(session: Session, actor: Actor, pupil: Student) -> Sides:
    """Return a pupil's record beside those it collides with; a look on the record, never commits.

    A teacher sees the own record alone, and how many others there are.
    """
    mine_id = pupil.id
    with elevated(session, DEED):
        every = _parts(session, mine_id)
        parts = dict(list(every.items())[: MOST + 1])  # this one, and the first few others
        rows = _rows(session, [mine_id, *parts])
        left = others_left(session, mine_id)
    own = {*session.scalars(select(Student.id).where(among(Student.id, list(rows))))}
    here = rows[mine_id]
    mine = _whole(here, parts.pop(mine_id, ()), here)
    is_open = {part.kind for part in mine.parts if part.state is ItemState.OPEN}
    others = [
        _whole(rows[key], held, here) if key in own else _part_of(rows[key], held, here, is_open)
        for key, held in parts.items()
    ]
    shown = tuple(others) if sees_others(actor) else ()
    foreign = sum(1 for one in shown if one.is_shown and not one.is_ours)
    record(session, DEED, object_type="student", object_id=mine_id, n=foreign, elevated=True)
    return Sides(mine, shown, len(every) - 1 - len(shown), left)


def sees_others(actor: Actor) -> bool:
    """Tell whether somebody is a side of the matter at all: an office is, a teacher is not."""
    return not actor.role.is_teacher


def still_alike(parts: tuple[Part, ...], is_open: Collection[ProblemKind]) -> tuple[Part, ...]:
    """Return in what a record of another scope is still alike an open one of ours."""
    return tuple(p for p in parts if p.kind in is_open and p.state is not ItemState.CHANGED)


def contradictions(pupil: Student, today: date) -> list[Refusal]:
    """Return in what a record's resident number is wrong; nothing: it was refused elsewhere."""
    number = pupil.id_number
    if pupil.id_type != RESIDENT or not number:
        return []
    codes = ["E-ID-CHK"] if ids.problems(number, today) else []
    codes += ["E-ID-DATE"] if ids.birth_date(number) != pupil.birth_date else []
    codes += ["E-ID-SEX"] if ids.gender(number) not in (None, pupil.gender) else []
    return [Refusal(code, {"field": TOLD_AT[code]}) for code in codes]


# ── inside ──────────────────────────────────────────────────────────────────────────────────


def _parts(session: Session, student_id: int) -> dict[int, tuple[Part, ...]]:
    """Return how every record stands in the groups of this one; this one first."""
    mine, item = aliased(ProblemItem), ProblemItem
    asked = (
        select(item.student_id, ProblemGroup.kind, item.state, item.auto)
        .join(ProblemGroup, ProblemGroup.id == item.group_id)
        .join(mine, (mine.group_id == item.group_id) & (mine.student_id == student_id))
        .order_by(item.student_id != student_id)
        .order_by(item.state.in_(GONE), item.student_id, ProblemGroup.kind)
    )
    found: defaultdict[int, list[Part]] = defaultdict(list)
    for key, kind, state, auto in session.execute(asked):
        found[key].append(Part(kind, state, auto))
    return {key: tuple(held) for key, held in found.items()}


def _rows(session: Session, ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """Return the records themselves, as plain values: no object of another scope stays behind."""
    fields = [getattr(Student, name) for name in CATALOGUE]
    asked = (
        select(Student.id, Student.number, Student.status, *fields)
        .add_columns(Grade.stage, Grade.level, Organisation.name.label("school"))
        .join(Grade, Grade.id == Student.grade_id)
        .join(Organisation, Organisation.id == Student.school_id)
        .where(among(Student.id, list(ids)))
    )
    return {row["id"]: dict(row) for row in session.execute(asked).mappings()}


def _whole(row: Mapping[str, Any], parts: tuple[Part, ...], beside: Mapping[str, Any]) -> Side:
    """Return a record of the own scope."""
    marks = differing(beside["id_number"] or "", row["id_number"] or "")
    return Side(
        **_known(row, parts),
        student_id=row["id"],
        values={name: row[name] for name in CATALOGUE},
        same={name: row[name] == beside[name] for name in CATALOGUE},
        id_marks=frozenset(marks),
    )


def _part_of(
    row: Mapping[str, Any],
    parts: tuple[Part, ...],
    beside: Mapping[str, Any],
    is_open: Collection[ProblemKind],
) -> Side:
    """Return a record of another scope, while it still collides with an open one of ours."""
    if not still_alike(parts, is_open):
        return Side(school=row["school"], parts=parts, is_shown=False)
    known = _known(row, parts)
    ours = masking.id_number(beside["id_number"] or "")
    marks = differing(ours, known["id_number"])  # of what is masked: no hidden digit is told
    same = {name: row[name] == beside[name] for name in (*KEY, *TELLING)}
    return Side(**known, same=same, id_marks=frozenset(marks))


def _known(row: Mapping[str, Any], parts: tuple[Part, ...]) -> dict[str, Any]:
    """Return what may be seen from every side."""
    return {
        "school": row["school"],
        "parts": parts,
        "name": row["name"],
        "gender": row["gender"],
        "birth_date": row["birth_date"],
        "id_number": masking.id_number(row["id_number"] or ""),
        "number": masking.national_number(row["number"] or ""),
        "grade": f"{row['stage'].digit}{row['level']}",
        "status": row["status"],
    }


def differing(one: str, other: str) -> set[int]:
    """Return the places of a text at which another is different, or ends before it."""
    return {n for n, letter in enumerate(other) if n >= len(one) or one[n] != letter}
