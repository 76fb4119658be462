"""Rows that are about records which may be there already: lines with the cells that differ.

A template's `load` makes a `Line` of each good row; from here on all such templates are alike.
Cells are texts as `values` writes them, sealed before they touch a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from app.imports.chosen import amended, chosen, made
from app.imports.spec import Mark, Problem
from app.imports.staging import STAGED_PROBLEM, cursor, into
from app.imports.values import text_of
from app.models.import_batch import (
    ImportBatch,
    ImportCell,
    ImportLine,
    ImportProblem,
    Severity,
    Verdict,
)
from app.models.sealed import KEYS, Sealed

SECRET = "import_cell"  # noqa: S105  the purpose cells are sealed for
Cells = Mapping[str, tuple[str | None, str | None]]  # field: before, after


class Line(NamedTuple):
    """What a good row would do; two rows of a file with one ``key`` are about one record."""

    row: int
    verdict: Verdict
    key: str
    target_id: int | None
    version: int | None
    parent_id: int | None
    told: str
    cells: Cells


def _temporary(name: str, *columns: Column[Any]) -> Table:
    return Table(
        name, MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP"
    )  # fmt: skip


STAGED_LINE = _temporary(
    "staged_line",
    Column("row_no", Integer),
    Column("verdict", String),
    Column("key", String),
    Column("target_id", BigInteger),
    Column("target_version", Integer),
    Column("parent_id", BigInteger),
    Column("told", String),
)
STAGED_CELL = _temporary(
    "staged_cell",
    Column("row_no", Integer),
    Column("field", String),
    Column("before", Sealed(SECRET)),
    Column("after", Sealed(SECRET)),
)
STAGED = (STAGED_LINE, STAGED_CELL, STAGED_PROBLEM)


# ── the look ─────────────────────────────────────────────────────────────────────────────


def differing(record: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields whose wanted value is not the record's; a cleared field wants nothing."""
    values = {name: None if value is Mark.CLEARED else value for name, value in wanted.items()}
    return {name: value for name, value in values.items() if value != getattr(record, name)}


def cells_of(record: Any, changed: Mapping[str, Any]) -> Cells:
    """Return the cells of a change, beside what the record has; without one, beside nothing."""
    return {
        name: (text_of(getattr(record, name)) if record is not None else None, text_of(value))
        for name, value in changed.items()
    }


def load(session: Session, lines: Iterable[Line]) -> None:
    """Load lines and their cells; psycopg does the quoting."""
    kept = list(lines)
    with cursor(session).copy(into(STAGED_LINE)) as copy:
        for line in kept:
            copy.write_row([line.row, line.verdict.name, *line[2:-1]])
    with cursor(session).copy(into(STAGED_CELL)) as copy:
        for line in kept:
            for field, (before, after) in line.cells.items():
                copy.write_row([line.row, field, sealed(before), sealed(after)])


def secret(key: str) -> str:
    """Return a key of rows that may hold a name, unreadable."""
    return KEYS.digest(key).hex()


def sealed(text: str | None) -> bytes | None:
    """Return a cell's text as it is stored."""
    return KEYS.seal(text, SECRET) if text else None


def twice(session: Session, heading: str) -> Iterator[Problem]:
    """Yield the rows that are about one record with another row of the file."""
    row, key = STAGED_LINE.c.row_no, STAGED_LINE.c.key
    first = func.first_value(row).over(partition_by=key, order_by=row)
    after = func.lead(row).over(partition_by=key, order_by=row)
    other = case((first == row, after), else_=first)
    pairs = select(row.label("row_no"), other.label("other")).subquery()
    asked = select(pairs.c.row_no, pairs.c.other).where(pairs.c.other.is_not(None))
    for number, beside in session.execute(asked.order_by(pairs.c.row_no)):
        told = {"where": "hint.same_row", "other": beside}
        yield Problem(number, heading, "E-DUP", told, None)


def staged_cells(
    session: Session, verdict: Verdict, field: str
) -> list[tuple[int, int, str | None]]:
    """Return row, parent and what is given for a field (or None), of the lines of a verdict."""
    line, cell = STAGED_LINE.c, STAGED_CELL.c
    beside = (cell.row_no == line.row_no) & (cell.field == field)
    asked = select(line.row_no, line.parent_id, cell.after).outerjoin_from(
        STAGED_LINE, STAGED_CELL, beside
    )
    return [tuple(row) for row in session.execute(asked.where(line.verdict == verdict.name))]


def keep(session: Session, batch: ImportBatch) -> None:
    """Copy what was staged into the preview; what is refused has no cells."""
    refused = (
        select(STAGED_PROBLEM.c.row_no)
        .where(STAGED_PROBLEM.c.severity == Severity.ERROR)
        .scalar_subquery()
    )
    line, cell = STAGED_LINE.c, STAGED_CELL.c
    verdict = case((line.row_no.in_(refused), Verdict.REFUSED.name), else_=line.verdict)
    names = ("row_no", "target_id", "target_version", "parent_id", "told")
    columns = {"batch_id": literal(batch.id), "verdict": verdict, **{n: line[n] for n in names}}
    _copy(session, ImportLine, select(*columns.values()), columns)
    columns = {"batch_id": literal(batch.id), **{c.name: c for c in cell}}
    good = select(*columns.values()).where(cell.row_no.not_in(refused))
    _copy(session, ImportCell, good, columns)
    columns = {"batch_id": literal(batch.id), **{c.name: c for c in STAGED_PROBLEM.c}}
    _copy(session, ImportProblem, select(*columns.values()), columns)


def _copy(session: Session, model: Any, rows: Any, columns: Mapping[str, Any]) -> None:
    session.execute(insert(model.__table__).from_select(list(columns), rows))


# ── the writing ──────────────────────────────────────────────────────────────────────────


def moved(session: Session, batch: ImportBatch, model: Any, heading: str) -> Iterator[Problem]:
    """Yield the rows whose record is not what it was at the look; records stay so from here on."""
    mine = amended(ImportLine, batch.id)
    wanted = select(ImportLine.target_id).where(mine).scalar_subquery()
    hold = select(model.id).where(model.id.in_(wanted)).order_by(model.id)
    session.execute(hold.with_for_update())
    asked = (
        select(ImportLine.row_no)
        .outerjoin(model, model.id == ImportLine.target_id)
        .where(mine, model.row_version.is_distinct_from(ImportLine.target_version))
        .order_by(ImportLine.row_no)
    )
    for row in session.scalars(asked):
        yield Problem(row, heading, "E-MOVED", {}, None)


def written_cells(
    session: Session, batch_id: int, verdict: Verdict, side: str = "after"
) -> dict[int, dict[str, str | None]]:
    """Return the cells of the chosen lines of a verdict, by row."""
    line, cell = ImportLine, ImportCell
    asked = (
        select(line.row_no, cell.field, getattr(cell, side))
        .join_from(line, cell, (cell.batch_id == line.batch_id) & (cell.row_no == line.row_no))
        .where(chosen(line, batch_id), line.verdict == verdict)
    )
    found: dict[int, dict[str, str | None]] = {}
    for row, field, text in session.execute(asked):
        found.setdefault(row, {})[field] = text
    return found


def parents(session: Session, batch_id: int) -> dict[int, int]:
    """Return by row the records that the chosen new ones are to hang on."""
    asked = select(ImportLine.row_no, ImportLine.parent_id).where(made(ImportLine, batch_id))
    return {row: parent for row, parent in session.execute(asked) if parent is not None}


def fresh_ids(session: Session, model: Any, rows: Sequence[int]) -> dict[int, int]:
    """Return ids that no record has, one for each row."""
    ids = func.nextval(func.pg_get_serial_sequence(model.__tablename__, "id"))
    asked = select(ids).select_from(func.generate_series(1, len(rows)))
    return dict(zip(rows, session.scalars(asked), strict=True))


def became(session: Session, batch_id: int, ids: Mapping[int, int]) -> None:
    """Write down which record each new row became: by row, the record's id."""
    rows, records = (cast(list(some), ARRAY(Integer)) for some in (ids, ids.values()))
    told = func.unnest(rows, records).table_valued("row_no", "id").render_derived()
    session.execute(
        update(ImportLine)
        .where(ImportLine.batch_id == batch_id, ImportLine.row_no == told.c.row_no)
        .values(target_id=told.c.id)
        .execution_options(synchronize_session=False)
    )


def note_versions(session: Session, batch_id: int, model: Any) -> None:
    """Write down the version that the written records have now."""
    session.flush()
    session.execute(
        update(ImportLine)
        .where(chosen(ImportLine, batch_id), model.id == ImportLine.target_id)
        .values(target_version=model.row_version)
        .execution_options(synchronize_session=False)
    )
