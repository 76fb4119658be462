"""The school's own records behind staged rows: what each row would change, cell by cell.

A record is found by its ID number. Who still waits for registration is corrected freely; of a
registered pupil only what is not controlled, and the class not at all (P06, P07). An empty cell
never takes a value away, and a spelling nobody typed never takes the place of one that was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Column, ColumnElement, Integer, and_, delete, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.codes.pinyin import spelt
from app.imports.families import PURPOSES as MEMBERS
from app.imports.families import (
    Cell,
    Family,
    as_bytes,
    differing,
    families,
    openers,
    purposes,
    unsealed,
)
from app.imports.pouring import like, pour
from app.imports.spec import Facts, ImportSpec, Problem
from app.imports.staging import (
    FROM_CELLS,
    STAGED_GUARDIAN,
    STAGED_KEY,
    STAGED_ROW,
    look_over,
    make,
)
from app.imports.values import text_of
from app.models.case import Case
from app.models.import_batch import ImportBatch, ImportCell, ImportRow, Verdict
from app.models.school import School, SchoolClass
from app.models.sealed import KEYS
from app.models.student import ProblemFlag, Status, Student
from app.workflows.controlled import locked
from app.workflows.key_change import IDENTITY

STAGED_MATCH = like(
    ImportRow.__table__, "staged_match", ("row_no", "verdict", "target_id", "target_version")
)
STAGED_CELL = like(
    ImportCell.__table__, "staged_cell", ("row_no", "field", "before", "after", "record_id")
)
ON_RECORD = (
    Status.PENDING_REGISTRATION, Status.IN_SCHOOL, Status.SUSPENDED, Status.MISSING,
    Status.SUSPECTED_DROPOUT,
)  # fmt: skip
IN_DISPUTE = (ProblemFlag.OPEN, ProblemFlag.IN_PROCESS)
RETURNED = "RETURNED"  # a case that is back at its beginning holds nothing fast
FIELDS = tuple(name for name in FROM_CELLS if name != "id_number")  # by which the record is found
PURPOSES = purposes(STAGED_ROW)
CLOSED = tuple(name for name in FIELDS if name in PURPOSES)  # sealed: compared unsealed, in Python
OPEN = tuple(name for name in FIELDS if name not in PURPOSES)
# The records in a table with statistics: row-level security makes the planner expect next to none.
STAGED_OWN = like(
    Student.__table__,
    "staged_own",
    ("id", "row_version", "status", "problem_flag", "class_id", *FIELDS),
)
STAGED_OWN.append_column(Column("row_no", Integer))
ROOM, NUMBER, NAME, SPELLING = "class_number", "id_number", "name", "name_pinyin"


class Pair(NamedTuple):
    """A row and the record it is of: what of the pupil's own fields differs."""

    row: int
    status: Status
    flag: ProblemFlag
    is_busy: bool
    room: str
    old_room: str | None
    changed: tuple[Cell, ...]

    @property
    def is_free(self) -> bool:
        """Nobody has agreed to the record yet."""
        return self.status is Status.PENDING_REGISTRATION


def meet(session: Session, spec: ImportSpec, batch: ImportBatch, facts: Facts) -> Iterator[Problem]:
    """Note the own record and the changes of every staged row that has one; yield what cannot be.

    The notes are `STAGED_MATCH` and `STAGED_CELL`.
    """
    look_over(session, STAGED_KEY, STAGED_ROW, STAGED_GUARDIAN)
    gone = _find(session, batch.school_id)
    heading = spec.by_field[NUMBER].heading
    yield from (Problem(row, heading, "E-DUP", {"where": "hint.registered"}, None) for row in gone)
    path = session.scalars(select(School.owner_path).where(School.id == batch.school_id)).one()
    bound = locked(session, path, facts.today)
    yield from _compare(session, spec, batch.school_id, bound)


def _compare(
    session: Session, spec: ImportSpec, school_id: int, bound: frozenset[str]
) -> list[Problem]:
    """Note every cell that differs; return those that cannot be written."""
    own = STAGED_OWN.c
    rows: dict[int, int] = dict(session.execute(select(own.id, own.row_no)).all())
    held, opens = families(session, rows), openers(MEMBERS)
    problems: list[Problem] = []
    changed: list[tuple[object, ...]] = []
    for pair in _pairs(session, school_id):
        cells = [*_own(pair), *held.get(pair.row, Family()).cells(opens)]
        problems += _refused(spec, pair, cells, bound)
        changed += ((pair.row, *_sealed(cell)) for cell in cells)
    pour(session, STAGED_CELL, changed)
    _same(session)
    return problems


def _find(session: Session, school_id: int) -> list[int]:
    """Note the records behind staged numbers; return the rows of pupils who have left for good."""
    make(session, STAGED_OWN)
    names = [column.name for column in STAGED_OWN.c]
    pupil = Student.__table__.c
    found = (
        select(*(pupil[name] for name in names[:-1]), STAGED_KEY.c.row_no)
        .join(Student, Student.id_digest == STAGED_KEY.c.id_digest)
        .where(Student.school_id == school_id, Student.status != Status.DELETED)
        .ext(distinct_on(STAGED_KEY.c.row_no))
        .order_by(STAGED_KEY.c.row_no, Student.id)
    )
    session.execute(insert(STAGED_OWN).from_select(names, found))
    own = STAGED_OWN.c
    rows = session.execute(select(own.row_no, own.id, own.row_version, own.status)).all()
    kept = [row for row in rows if row.status in ON_RECORD]
    pour(
        session,
        STAGED_MATCH,
        ((row, Verdict.CHANGED.name, record, version) for row, record, version, _ in kept),
    )
    session.execute(delete(STAGED_OWN).where(own.status.not_in(ON_RECORD)))
    pour(session, STAGED_OWN, ())
    return sorted(row.row_no for row in rows if row.status not in ON_RECORD)


def _sealed(cell: Cell) -> tuple[object, ...]:
    """Return a cell as it is staged, what it has and had sealed."""
    texts = (text_of(cell.before), text_of(cell.after))
    before, after = (None if text is None else KEYS.seal(text, "import_cell") for text in texts)
    return cell.field, before, after, cell.record


def _own(pair: Pair) -> Iterator[Cell]:
    """Yield the pupil's own cells that differ, the class among them."""
    yield from pair.changed
    if pair.room != pair.old_room:
        yield Cell(ROOM, pair.old_room, pair.room)


def _refused(
    spec: ImportSpec, pair: Pair, cells: list[Cell], bound: frozenset[str]
) -> Iterator[Problem]:
    """Yield why the cells of a row cannot be written directly."""
    if cells and pair.is_busy:
        yield Problem(pair.row, spec.by_field[NAME].heading, "E-LOCK", {}, None)
        return
    dispute = IDENTITY if pair.flag in IN_DISPUTE else ()
    for cell in cells:
        column = spec.by_field[cell.field]
        told: tuple[str, dict[str, object]] | None = None
        if cell.field in dispute:
            told = "E-REG-DISPUTE", {}
        elif cell.field in bound and not pair.is_free:
            told = "E-REG-FIELD", {}
        elif cell.field == ROOM and not pair.is_free:
            told = "E-REG-CLASS", {"room": pair.old_room or "-"}
        if told is not None:
            shown = text_of(cell.after)
            value = column.mask(shown) if shown and column.mask else shown
            yield Problem(pair.row, column.heading, *told, value)


def _pairs(session: Session, school_id: int) -> Iterator[Pair]:
    """Yield the rows that could be read with what differs from the records they are of."""
    own, row = STAGED_OWN.c, STAGED_ROW.c
    same = and_(*(func.coalesce(row[f], own[f]).is_not_distinct_from(own[f]) for f in OPEN))
    asked = select(
        row.row_no, own.id, own.status, own.problem_flag, row.class_number, own.class_id, same,
        *(as_bytes(row[f]) for f in CLOSED), *(as_bytes(own[f]) for f in CLOSED),
    ).join_from(STAGED_ROW, STAGED_OWN, own.row_no == row.row_no)  # fmt: skip
    plain, busy, opens = _plain(session, same), _busy(session, school_id), openers(PURPOSES)
    rooms = dict(
        session.execute(
            select(SchoolClass.id, SchoolClass.number).where(SchoolClass.school_id == school_id)
        ).all()
    )
    found = session.execute(asked.order_by(row.row_no))
    for number, record, status, flag, room, old, is_same, *sealed in found:
        changed = () if is_same else plain[number]
        closed = unsealed(CLOSED, opens, sealed[: len(CLOSED)], sealed[len(CLOSED) :])
        is_busy = record in busy
        yield Pair(number, status, flag, is_busy, room, rooms.get(old), (*changed, *closed))


def _busy(session: Session, school_id: int) -> frozenset[int]:
    """Return the school's pupils with business in progress: they stay as they are (W10)."""
    asked = select(Case.student_id).where(
        Case.owner_id == school_id, Case.closed_at.is_(None), Case.state != RETURNED
    )
    return frozenset(session.scalars(asked))


def _plain(session: Session, same: ColumnElement[bool]) -> dict[int, tuple[Cell, ...]]:
    """Return what differs of the fields that are not sealed, by row."""
    own, row = STAGED_OWN.c, STAGED_ROW.c
    asked = select(
        row.row_no, row[NAME], *(row[f] for f in OPEN), *(own[f].label(None) for f in OPEN)
    ).join_from(STAGED_ROW, STAGED_OWN, own.row_no == row.row_no)
    width = len(OPEN)
    return {
        number: tuple(_named(name, differing(OPEN, values[:width], values[width:])))
        for number, name, *values in session.execute(asked.where(~same))
    }


def _named(name: str, cells: Iterator[Cell]) -> Iterator[Cell]:
    """Leave out a spelling that nobody typed, where the record is spelt and the name stays."""
    found = list(cells)
    renamed = any(cell.field == NAME for cell in found)
    for cell in found:
        by_rule = cell.field == SPELLING and cell.before and cell.after == spelt(name)
        if renamed or not by_rule:
            yield cell


def _same(session: Session) -> None:
    """Note which records would stay as they are."""
    changed = select(STAGED_CELL.c.row_no)
    session.execute(
        STAGED_MATCH.update()
        .where(STAGED_MATCH.c.row_no.not_in(changed))
        .values(verdict=Verdict.SAME)
    )
