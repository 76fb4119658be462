"""The school's own records behind staged rows: what each row would change, cell by cell.

A record is found by its ID number. Who still waits for registration is corrected freely; of a
registered pupil only what is not controlled, and the class not at all (P06, P07). An empty cell
never takes a value away, and a spelling nobody typed never takes the place of one that was.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, select, text
from sqlalchemy.orm import Session

from app.codes.pinyin import spelt
from app.imports.families import (
    Cell,
    Family,
    as_bytes,
    differing,
    families,
    purposes,
    unsealed,
)
from app.imports.pouring import like, pour
from app.imports.spec import Facts, ImportSpec, Problem
from app.imports.staging import FROM_CELLS, STAGED_KEY, STAGED_ROW
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
    for table in ("staged_key", "staged_row", "staged_guardian"):
        session.execute(text(f"ANALYZE {table}"))  # or the planner reads the whole registry
    gone = list(_find(session, batch.school_id))
    heading = spec.by_field[NUMBER].heading
    yield from (Problem(row, heading, "E-DUP", {"where": "hint.registered"}, None) for row in gone)
    path = session.scalars(select(School.owner_path).where(School.id == batch.school_id)).one()
    bound = locked(session, path, facts.today)
    problems: list[Problem] = []
    pour(session, STAGED_CELL, list(_cells(session, spec, bound, problems)))
    _same(session)
    yield from problems


def _find(session: Session, school_id: int) -> Iterator[int]:
    """Note the records behind staged numbers; yield the rows of pupils who have left for good."""
    found = (
        select(STAGED_KEY.c.row_no, func.min(Student.id).label("id"))
        .join(Student, Student.id_digest == STAGED_KEY.c.id_digest)
        .where(Student.school_id == school_id, Student.status != Status.DELETED)
        .group_by(STAGED_KEY.c.row_no)
        .subquery()
    )
    rows = session.execute(
        select(found.c.row_no, Student.id, Student.row_version, Student.status)
        .join(Student, Student.id == found.c.id)
        .order_by(found.c.row_no)
    ).all()
    kept = [row for row in rows if row.status in ON_RECORD]
    pour(
        session,
        STAGED_MATCH,
        ((row, Verdict.CHANGED.name, record, version) for row, record, version, _ in kept),
    )
    return (row.row_no for row in rows if row.status not in ON_RECORD)


def _cells(
    session: Session, spec: ImportSpec, bound: frozenset[str], problems: list[Problem]
) -> Iterator[tuple[object, ...]]:
    """Yield every cell that differs, sealed; add to ``problems`` what must not."""
    seal = KEYS.seal
    held = families(session, STAGED_MATCH)
    for pair in _pairs(session):
        cells = [*_own(pair), *held.get(pair.row, Family()).cells()]
        problems += _refused(spec, pair, cells, bound)
        for cell in cells:
            before, after = (
                None if text is None else seal(text, "import_cell")
                for text in (text_of(cell.before), text_of(cell.after))
            )
            yield pair.row, cell.field, before, after, cell.record


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


def _pairs(session: Session) -> Iterator[Pair]:
    """Yield the rows that could be read with what differs from the records they are of."""
    busy = exists().where(
        Case.student_id == Student.id, Case.closed_at.is_(None), Case.state != RETURNED
    )
    pupil, row = Student.__table__.c, STAGED_ROW.c
    same = and_(*(func.coalesce(row[f], pupil[f]).is_not_distinct_from(pupil[f]) for f in OPEN))
    asked = (
        select(
            row.row_no, Student.status, Student.problem_flag, busy, row.class_number,
            SchoolClass.number, same, *(as_bytes(row[f]) for f in CLOSED),
            *(as_bytes(pupil[f]) for f in CLOSED),
        )
        .join(STAGED_MATCH, STAGED_MATCH.c.row_no == row.row_no)
        .join(Student, Student.id == STAGED_MATCH.c.target_id)
        .outerjoin(SchoolClass, SchoolClass.id == Student.class_id)
        .order_by(row.row_no)
    )  # fmt: skip
    plain = _plain(session, same)
    for number, status, flag, is_busy, room, old_room, is_same, *sealed in session.execute(asked):
        new, old = sealed[: len(CLOSED)], sealed[len(CLOSED) :]
        changed = () if is_same else plain[number]
        closed = unsealed(CLOSED, PURPOSES, new, old)
        yield Pair(number, status, flag, is_busy, room, old_room, (*changed, *closed))


def _plain(session: Session, same: ColumnElement[bool]) -> dict[int, tuple[Cell, ...]]:
    """Return what differs of the fields that are not sealed, by row."""
    rows = session.execute(
        select(
            STAGED_ROW.c.row_no, STAGED_ROW.c[NAME], *(STAGED_ROW.c[f] for f in OPEN),
            *(Student.__table__.c[f] for f in OPEN),
        )
        .join(STAGED_MATCH, STAGED_MATCH.c.row_no == STAGED_ROW.c.row_no)
        .join(Student, Student.id == STAGED_MATCH.c.target_id)
        .where(~same)
    )  # fmt: skip
    width = len(OPEN)
    return {
        number: tuple(_named(name, differing(OPEN, values[:width], values[width:])))
        for number, name, *values in rows
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
