"""The groups of a preview as tables: which rows a page of one shows, and how it is narrowed.

A student's row is read from the typed preview, a row of any other template from its line; the
cells of a changed row stand one below the other, what the registry has before what the file has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, null, select
from sqlalchemy.orm import Session, joinedload

from app.imports.chosen import many
from app.imports.desk import TARGETS
from app.imports.findings import HINT, Key
from app.models.import_batch import (
    ImportBatch,
    ImportCell,
    ImportLine,
    ImportProblem,
    ImportRaw,
    ImportRow,
    Severity,
    Verdict,
)
from app.models.page import Page, page_of
from app.models.student import Guardian, Student

Line = ImportRow | ImportLine


class Narrow(NamedTuple):
    """What a table is narrowed to: rows from one on, one class, one field that changes."""

    number: int = 1  # of the page
    since: int = 0  # a row of the file
    room: str = ""
    field: str = ""


class Change(NamedTuple):
    """One cell that would be written; a new record of a template may have none."""

    line: Line
    cell: ImportCell | None
    pupil: Student | None


def pupil_key(batch: ImportBatch, lines: Any) -> Any:
    """Return a line's pupil, column or id: the record itself, or whose family it is of, or None."""
    record = TARGETS[batch.template].record
    return (
        lines.target_id if record is Student else lines.parent_id if record is Guardian else null()
    )


def is_of_pupils(batch: ImportBatch) -> bool:
    """Tell whether the rows of a batch are pupils to be registered."""
    return TARGETS[batch.template].lines is ImportRow


def rows(session: Session, batch: ImportBatch, verdict: Verdict, narrow: Narrow) -> Page:
    """Return a page of the rows of a verdict, in the order of the file."""
    lines: Any = TARGETS[batch.template].lines
    return page_of(session, _narrowed(select(lines), lines, batch, verdict, narrow), narrow.number)


def changes(session: Session, batch: ImportBatch, verdict: Verdict, narrow: Narrow) -> Page:
    """Return a page of cells (`Change`) of the rows of a verdict."""
    lines: Any = TARGETS[batch.template].lines
    is_of_it = and_(ImportCell.batch_id == batch.id, ImportCell.row_no == lines.row_no)
    found = (
        select(lines, ImportCell, Student)
        .outerjoin(ImportCell, is_of_it)
        .outerjoin(Student, Student.id == pupil_key(batch, lines))
    )
    found = _narrowed(found, lines, batch, verdict, narrow).order_by(ImportCell.id)
    if narrow.field:
        found = found.where(ImportCell.field == narrow.field)
    page = page_of(session, found, narrow.number)
    return page._replace(items=[Change(*one) for one in page.items])


def fields(session: Session, batch: ImportBatch) -> list[tuple[str, int]]:
    """Return the fields that would change and in how many rows, the most frequent first."""
    lines: Any = TARGETS[batch.template].lines
    count = func.count()
    found = session.execute(
        select(ImportCell.field, count)
        .join(lines, and_(lines.batch_id == batch.id, lines.row_no == ImportCell.row_no))
        .where(ImportCell.batch_id == batch.id, lines.verdict == Verdict.CHANGED)
        .group_by(ImportCell.field)
        .order_by(count.desc(), ImportCell.field)
    )
    return [(field, many) for field, many in found]


def rooms(session: Session, batch: ImportBatch) -> Sequence[str]:
    """Return the numbers of the classes the readable rows name."""
    found = select(ImportRow.class_number).where(ImportRow.batch_id == batch.id).distinct()
    return session.scalars(found.order_by(ImportRow.class_number)).all()


def writes(session: Session, batch: ImportBatch) -> int:
    """Return how many rows would be written as things stand."""
    return many(session, TARGETS[batch.template].lines, batch)


def pupils(session: Session, batch: ImportBatch, lines: Iterable[Line]) -> Mapping[int, Student]:
    """Return the pupils of one's own that rows are about, by id; none for other records."""
    keys = (pupil_key(batch, line) for line in lines)
    wanted = {key for key in keys if isinstance(key, int)}
    if not wanted:
        return {}
    found = select(Student).where(Student.id.in_(wanted))
    found = found.options(joinedload(Student.school_class), joinedload(Student.grade))
    return {pupil.id: pupil for pupil in session.scalars(found)}


def problems(
    session: Session, batch_id: int, numbers: Iterable[int]
) -> Mapping[int, list[ImportProblem]]:
    """Return what was found in some rows, by row, in the order of the columns."""
    found = select(ImportProblem).where(
        ImportProblem.batch_id == batch_id, ImportProblem.row_no.in_(list(numbers))
    )
    by_row: dict[int, list[ImportProblem]] = defaultdict(list)
    for problem in session.scalars(found.order_by(ImportProblem.row_no, ImportProblem.id)):
        by_row[problem.row_no].append(problem)
    return by_row


def troubled(
    session: Session, batch_id: int, severity: Severity, key: Key | None, narrow: Narrow
) -> Page:
    """Return a page of the numbers of rows in which something was found, of one reason or any."""
    found = (
        select(ImportProblem.row_no)
        .distinct()
        .where(
            ImportProblem.batch_id == batch_id,
            ImportProblem.severity == severity,
            ImportProblem.row_no >= narrow.since,
        )
    )
    if severity is Severity.WARNING:
        refused = select(ImportProblem.row_no).where(
            ImportProblem.batch_id == batch_id, ImportProblem.severity == Severity.ERROR
        )
        found = found.where(ImportProblem.row_no.not_in(refused))
    if key:
        found = found.where(
            ImportProblem.code == key.code,
            ImportProblem.heading == key.heading,
            HINT.in_((key.hint,)),
        )
    return page_of(session, found.order_by(ImportProblem.row_no), narrow.number)


def raws(session: Session, batch_id: int, numbers: Iterable[int]) -> Mapping[int, str]:
    """Return refused rows as they were typed, JSON by row."""
    found = select(ImportRaw).where(
        ImportRaw.batch_id == batch_id, ImportRaw.row_no.in_(list(numbers))
    )
    return {raw.row_no: raw.cells for raw in session.scalars(found)}


def _narrowed(
    found: Select[Any], lines: Any, batch: ImportBatch, verdict: Verdict, narrow: Narrow
) -> Select[Any]:
    found = found.where(
        lines.batch_id == batch.id, lines.verdict == verdict, lines.row_no >= narrow.since
    )
    if narrow.room and lines is ImportRow:
        found = found.where(ImportRow.class_number == narrow.room)
    return found.order_by(lines.row_no)
