"""Writing single cells of records that are there: what an import changes, and puts back on an undo.

Cells are texts as `values` writes them. All records of one import are changed by one
statement; only where something follows from a cell (the digest and the number from an ID number,
the spelling from a name) one record after the other is, by the rules of a change by hand (P07).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    MetaData,
    Table,
    case,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.imports.staging import cursor, into, make
from app.imports.values import value_of
from app.models.import_batch import ImportBatch, ImportCell, ImportLine, Verdict
from app.models.school import SchoolClass
from app.models.sealed import KEYS, Sealed
from app.models.student import Student
from app.workflows.aux_once import LATER
from app.workflows.identity import among
from app.workflows.maintaining import follow

Side = Literal["before", "after"]
Cells = dict[str, str | None]  # field: text, None for nothing
KEYED = frozenset({"name", "id_type", "id_number"})  # something follows from them
SPELT = "name_pinyin"  # follows a name, and comes back with it
ROOM = "class_number"  # not a column: the class and its grade are


def put(
    session: Session, model: Any, batch: ImportBatch, side: Side, rows: Collection[int] = ()
) -> None:
    """Write the cells of a batch's changed lines into their records: of all, or of some rows."""
    held = cells_of(session, batch.id, side, rows)
    if not held:
        return
    if model is Student:
        _seat(session, batch.school_id, held)
        session.connection().exec_driver_sql(LATER)  # a class may swap its numbers
        keyed = {one: cells for one, cells in held.items() if KEYED & cells.keys()}
        for one, cells in _in_order(session, keyed):
            spelt = one.name_pinyin
            _by_hand(session, one, cells)
            if side == "after" and SPELT not in cells and one.name_pinyin != spelt:
                _note(session, batch, one.id, spelt, one.name_pinyin)
        session.flush()
        held = {one: cells for one, cells in held.items() if one not in keyed}
    _at_once(session, model.__table__, held)
    session.expire_all()


def cells_of(
    session: Session, batch_id: int, side: Side, rows: Collection[int] = ()
) -> dict[int, Cells]:
    """Return the cells of a batch's changed lines by the id of their record."""
    line, cell = ImportLine, ImportCell
    asked = (
        select(line.target_id, cell.field, getattr(cell, side))
        .join_from(line, cell, (cell.batch_id == line.batch_id) & (cell.row_no == line.row_no))
        .where(line.batch_id == batch_id, line.verdict == Verdict.CHANGED, line.taken)
    )
    if rows:
        asked = asked.where(among(line.row_no, rows))
    held: dict[int, Cells] = defaultdict(dict)
    for record_id, field, text in session.execute(asked):
        if record_id is not None:
            held[record_id][field] = text
    return dict(held)


# ── one record after the other ───────────────────────────────────────────────────────────


def _in_order(session: Session, held: Mapping[int, Cells]) -> list[tuple[Student, Cells]]:
    """Return pupils with their cells, by id: whoever changes the same ones waits, not for ever."""
    asked = select(Student).where(among(Student.id, held)).order_by(Student.id)
    pupils = session.scalars(asked.execution_options(populate_existing=True)).all()
    return [(pupil, held[pupil.id]) for pupil in pupils]


def _by_hand(session: Session, pupil: Student, cells: Cells) -> None:
    for field, text in cells.items():
        setattr(pupil, field, value_of(Student, field, text))
    follow(session, pupil, cells.keys() - {"aux_number"})  # asked for all of them before


def _note(
    session: Session, batch: ImportBatch, student_id: int, before: str | None, after: str | None
) -> None:
    """Keep a spelling that followed a name beside the cells, so that an undo knows the former."""
    line = ImportLine
    asked = select(line.row_no).where(line.batch_id == batch.id, line.target_id == student_id)
    row = session.scalars(asked).one()
    cell = ImportCell(batch_id=batch.id, row_no=row, field=SPELT, before=before, after=after)
    session.add(cell)


def _seat(session: Session, school_id: int, held: Mapping[int, Cells]) -> None:
    """Put the class and its grade in the place of a class number."""
    numbers = {cells[ROOM] for cells in held.values() if ROOM in cells}
    if not numbers:
        return
    room = SchoolClass
    asked = select(room.number, room.id, room.grade_id).where(
        room.school_id == school_id, room.number.in_(numbers)
    )
    rooms = {row.number: (str(row.id), str(row.grade_id)) for row in session.execute(asked)}
    for cells in held.values():
        if ROOM in cells:
            cells["class_id"], cells["grade_id"] = rooms[cells.pop(ROOM) or ""]


# ── all records at once ──────────────────────────────────────────────────────────────────


def _at_once(session: Session, table: Table, held: Mapping[int, Cells]) -> None:
    fields = sorted({field for cells in held.values() for field in cells})
    if not fields:
        return
    flags = [Column(f"has_{field}", Boolean) for field in fields]
    values = [Column(field, table.c[field].type) for field in fields]
    put = Table(
        "put_cells", MetaData(), Column("id", BigInteger), *flags, *values,
        prefixes=["TEMPORARY"], postgresql_on_commit="DROP",
    )  # fmt: skip
    make(session, put)
    with cursor(session).copy(into(put)) as copy:
        for one in sorted(held):
            copy.write_row([one, *_written(table, fields, held[one])])
    changed = {f: case((put.c[f"has_{f}"], put.c[f]), else_=table.c[f]) for f in fields}
    session.execute(update(table).where(table.c.id == put.c.id).values(changed))


def _written(table: Table, fields: list[str], cells: Cells) -> list[object]:
    """Return which cells there are, then the cells, as COPY takes them."""
    told: list[object] = [field in cells for field in fields]
    for field in fields:
        text, kind = cells.get(field), table.c[field].type
        secret = kind.purpose if isinstance(kind, Sealed) else None
        told.append(KEYS.seal(text, secret) if secret and text else text)
    return told
