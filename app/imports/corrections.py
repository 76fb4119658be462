"""学生信息批量修改: cells of pupils of the own school that are no key data, found by number (P07).

A cell that is filled in takes the place of what is on record, an empty one changes nothing. What a
school writes of a pupil is asked of `maintaining`, pupil by pupil: a controlled field that differs
refuses its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.codes.pinyin import spelt
from app.imports import lines
from app.imports.cellwise import put
from app.imports.check import Block
from app.imports.chosen import amended
from app.imports.clearing import WORD, correctable
from app.imports.entering import moved, swapped
from app.imports.lines import STAGED_CELL, STAGED_LINE, Line
from app.imports.one_pupil import AsItWouldBe, rejudge
from app.imports.pupil_rules import method_by_stage
from app.imports.spec import Facts, ImportSpec, Problem
from app.imports.staging import load_problems
from app.imports.striking import STRIKING
from app.imports.students import PUPIL
from app.imports.target import Target, Widen
from app.imports.whose_row import NAMED, NUMBERED, who, whose
from app.models.case import Case
from app.models.import_batch import ImportBatch, ImportCell, ImportLine, Verdict
from app.models.school import School
from app.models.student import Status, Student
from app.workflows.aux_once import FIELD, taken
from app.workflows.identity import among
from app.workflows.key_change import IDENTITY
from app.workflows.maintaining import Upkeep, is_disputed, kept_by_school

PLACED = ("school_code", "class_number")  # where a pupil is changes by moving, not by typing
EXAMPLES = {"talent": WORD, "phone": "0377-60000001", "seat_no": "2"}
CORRECTED = tuple(
    correctable(column, EXAMPLES.get(column.field, ""))
    for column in PUPIL
    if column.field not in (*IDENTITY, *PLACED)
)
FIELDS = tuple(column.field for column in CORRECTED)
SPEC = ImportSpec(
    name="corrections",
    sheet="学生信息批量修改",
    version="2026.1",
    columns=(*who(), *CORRECTED),
    rules=(),
)
HEADINGS = frozenset(column.heading for column in SPEC.columns)
CONTROLLED, BUSY = "E-REG-FIELD", "E-LOCK"


class Keeping:
    """What the school writes of its pupils, asked once for all pupils of one standing."""

    def __init__(self, session: Session, today: date) -> None:
        self.session, self.today = session, today
        self.known: dict[tuple[str, bool, bool], Upkeep] = {}

    def bound(self, pupil: Any, fields: Iterable[str]) -> list[str]:
        """Return which of the fields a case alone changes; ``pupil`` may be a row of a query."""
        waits = pupil.status is Status.PENDING_REGISTRATION
        path, disputed = pupil.owner_path, is_disputed(pupil)
        key = (path, waits, disputed)
        if key not in self.known:
            self.known[key] = kept_by_school(
                self.session, path, self.today, waits=waits, is_disputed=disputed
            )
        shut = set(fields) - self.known[key].writable
        return [name for name in FIELDS if name in shut]


# ── the look ─────────────────────────────────────────────────────────────────────────────


def load(session: Session, block: Block, facts: Facts) -> None:
    """Compare a block's rows with the pupils they are about."""
    found, problems = whose(session, SPEC, block, facts)
    keeping, busy = Keeping(session, facts.today), _busy(session, found.values())
    kept = []
    for at, pupil in found.items():
        row = block.numbers[at]
        changed = lines.differing(pupil, _wanted(block, at, pupil))
        problems += _judged(row, pupil, changed, facts, keeping)
        if changed and pupil.id in busy:
            problems.append(Problem(row, _heading(NAMED), BUSY, {}, None))
        verdict = Verdict.CHANGED if changed else Verdict.SAME
        cells = lines.cells_of(pupil, changed)
        version = pupil.row_version
        kept.append(Line(row, verdict, str(pupil.id), pupil.id, version, None, pupil.name, cells))
    lines.load(session, kept)
    load_problems(session, [*block.problems, *problems])


def _wanted(block: Block, at: int, pupil: Student) -> dict[str, Any]:
    """Return what a row gives, by field; what 其他 as a way of entry means, the stage tells."""
    given = {name: block.values[name][at] for name in FIELDS}
    given = {name: value for name, value in given.items() if value is not None}
    if "entry_method" in given and pupil.school_class is not None:
        given["entry_method"] = method_by_stage(given["entry_method"], pupil.school_class.number)
    if "name_pinyin" in given and not isinstance(given["name_pinyin"], str):
        given["name_pinyin"] = spelt(pupil.name)  # a name is spelt, always
    return given


def _judged(
    row: int, pupil: Student, changed: Mapping[str, Any], facts: Facts, keeping: Keeping
) -> Iterator[Problem]:
    """Yield what keeps a row out or is odd in it, once the pupil had the changed values."""
    bound = keeping.bound(pupil, changed)
    for name in bound:
        yield Problem(row, _heading(name), CONTROLLED, {}, None)
    if not changed or bound:
        return
    would, ours = cast("Student", AsItWouldBe(pupil, changed)), HEADINGS
    for refusal in rejudge(facts, would, set(changed)):
        told = dict(refusal.params)
        heading = str(told.pop("heading"))
        if heading not in ours:  # told at a field that is not corrected here
            heading = _heading(next(iter(changed)))
        yield Problem(row, heading, refusal.code, told, None)


def _heading(field: str) -> str:
    return SPEC.by_field[field].heading


def _busy(session: Session, pupils: Iterable[Student]) -> frozenset[int]:
    """Return who has business in progress, and stays as they are until its end (W10)."""
    asked = select(Case.student_id).where(
        among(Case.student_id, [pupil.id for pupil in pupils]),
        Case.closed_at.is_(None),
        Case.state != "RETURNED",
    )
    return frozenset(session.scalars(asked))


def judge(session: Session, batch: ImportBatch, _facts: Facts, _widen: Widen) -> Iterator[Problem]:
    """Yield the rows about one pupil, and the 辅号 given twice or held by somebody else."""
    yield from lines.twice(session, _heading(NUMBERED))
    asked = (
        select(STAGED_CELL.c.row_no, STAGED_LINE.c.target_id, STAGED_CELL.c.after)
        .join(STAGED_LINE, STAGED_LINE.c.row_no == STAGED_CELL.c.row_no)
        .where(STAGED_CELL.c.field == FIELD, STAGED_CELL.c.after.is_not(None))
        .order_by(STAGED_CELL.c.row_no)
    )
    given = session.execute(asked).all()
    path = session.scalars(select(School.owner_path).where(School.id == batch.school_id)).one()
    held = taken(session, path, {row.after for row in given}, [row.target_id for row in given])
    first: dict[str | None, int] = {}
    for row, _, number in given:
        other = first.setdefault(number, row)
        if number in held:
            yield Problem(row, _heading(FIELD), "E-DUP", {"where": "hint.aux_taken"}, None)
        elif other != row:
            told = {"where": "hint.same_row", "other": other}
            yield Problem(row, _heading(FIELD), "E-DUP", told, None)


# ── the writing ──────────────────────────────────────────────────────────────────────────


def changed(session: Session, batch: ImportBatch) -> Iterator[Problem]:
    """Yield what is not as it was reviewed: a pupil, a 辅号, which fields a case alone changes."""
    yield from moved(session, batch, ImportLine)
    yield from swapped(session, batch, ImportLine)
    line, cell, pupil = ImportLine, ImportCell, Student
    asked = (
        select(line.row_no, cell.field, pupil.owner_path, pupil.status, pupil.problem_flag)
        .join_from(line, cell, (cell.batch_id == line.batch_id) & (cell.row_no == line.row_no))
        .join(pupil, pupil.id == line.target_id)
        .where(amended(line, batch.id))
        .order_by(line.row_no)
    )
    checked = batch.checked_at
    keeping = Keeping(session, checked.date() if checked else date.max)
    for row in session.execute(asked):
        for name in keeping.bound(row, [row.field]):
            yield Problem(row.row_no, _heading(name), CONTROLLED, {}, None)


def write(session: Session, batch: ImportBatch) -> None:
    """Put the changed cells into the records."""
    put(session, Student, batch, "after")
    lines.note_versions(session, batch.id, Student)


CORRECTIONS = Target(
    spec=SPEC,
    record=Student,
    lines=ImportLine,
    staged=lines.STAGED,
    load=load,
    judge=judge,
    keep=lines.keep,
    changed=changed,
    write=write,
    undo=STRIKING,
)
