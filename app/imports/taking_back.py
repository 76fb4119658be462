"""Taking lines back: what was new goes again, changed cells get what they held before.

A record that somebody has changed since stays as it is; so does what others rely on by now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.imports.cellwise import Cells, cells_of
from app.imports.cellwise import put as cells_put
from app.imports.target import Fate, Undo
from app.imports.values import FALSE, TRUE, text_of
from app.models.import_batch import ImportBatch, ImportLine, Outcome, Verdict
from app.models.school import SchoolClass
from app.models.student import Enrolment, Guardian, Student
from app.workflows.identity import among

Stuck = Callable[[Session, Sequence[Any], Mapping[int, Any], Mapping[int, Cells]], dict[int, str]]


def undo_of(model: Any, stuck: Stuck, put: Callable[..., None] = cells_put) -> Undo:
    """Return how lines about a model are taken back; ``stuck`` gives the rows that cannot be."""

    def hold(session: Session, batch: ImportBatch, rows: Collection[int]) -> None:
        mine = [line.target_id for line in _lines(session, batch, rows)]
        asked = select(model.id).where(among(model.id, mine)).order_by(model.id)
        session.execute(asked.with_for_update())

    def fates(
        session: Session, batch: ImportBatch, rows: Collection[int], _today: date
    ) -> Iterator[Fate]:
        found = _lines(session, batch, rows)
        asked = select(model).where(among(model.id, [line.target_id for line in found]))
        records = session.scalars(asked.execution_options(populate_existing=True)).all()
        held = {record.id: record for record in records}
        before = cells_of(session, batch.id, "before", rows)
        after = cells_of(session, batch.id, "after", rows)
        why = stuck(session, found, held, before)
        for line in found:
            record = held.get(line.target_id)
            if record is None:
                yield Fate(line.row_no, Outcome.STUCK, "U-GONE")
            elif _is_edited(line, record, after.get(line.target_id, {})):
                yield Fate(line.row_no, Outcome.KEPT, "U-EDITED", record.updated_by)
            elif line.row_no in why:
                yield Fate(line.row_no, Outcome.STUCK, why[line.row_no])
            else:
                yield Fate(line.row_no, Outcome.REVERSED)

    def reverse(session: Session, batch: ImportBatch, rows: Collection[int]) -> None:
        found = _lines(session, batch, rows)
        new = [line.target_id for line in found if line.verdict is Verdict.NEW]
        session.execute(delete(model).where(among(model.id, new)))
        put(session, model, batch, "before", rows)

    return Undo(hold, fates, reverse)


def _lines(session: Session, batch: ImportBatch, rows: Collection[int]) -> Sequence[Any]:
    line = ImportLine
    asked = select(
        line.row_no, line.verdict, line.target_id, line.target_version, line.parent_id
    ).where(line.batch_id == batch.id, among(line.row_no, rows), line.target_id.is_not(None))
    return session.execute(asked.order_by(line.row_no)).all()


def _is_edited(line: Any, record: Any, after: Cells) -> bool:
    if line.verdict is Verdict.NEW:
        return bool(record.row_version != line.target_version)
    return any((text_of(getattr(record, field)) or None) != text for field, text in after.items())


# ── what cannot be taken back ────────────────────────────────────────────────────────────


def last_guardians(
    session: Session,
    found: Sequence[Any],
    held: Mapping[int, Guardian],
    before: Mapping[int, Cells],
) -> dict[int, str]:
    """Return the rows without which a pupil would have no guardian."""
    families = {kin.student_id for kin in held.values()}
    now: dict[int, set[int]] = defaultdict(set)
    asked = select(Guardian.student_id, Guardian.id).where(
        among(Guardian.student_id, families), Guardian.is_guardian
    )
    for pupil, one in session.execute(asked):
        now[pupil].add(one)
    less: dict[int, int] = {}  # row: whose guardian it made
    for line in found:
        kin = held.get(line.target_id)
        was = before.get(line.target_id, {}).get("is_guardian")
        if kin is None:
            continue
        if was == TRUE:
            now[kin.student_id].add(kin.id)
        elif kin.is_guardian and (line.verdict is Verdict.NEW or was == FALSE):
            now[kin.student_id].discard(kin.id)
            less[line.row_no] = kin.student_id
    return {row: "U-GUARDIAN" for row, pupil in less.items() if not now[pupil]}


def used_classes(
    session: Session,
    found: Sequence[Any],
    held: Mapping[int, SchoolClass],
    _before: Mapping[int, Cells],
) -> dict[int, str]:
    """Return the rows of new classes in which somebody was placed (P01)."""
    placed = select(Student.class_id).where(Student.class_id.in_(held))
    was = select(Enrolment.class_id).where(Enrolment.class_id.in_(held))
    used = {*session.scalars(placed), *session.scalars(was)}
    new = (line for line in found if line.verdict is Verdict.NEW)
    return {line.row_no: "U-USED" for line in new if line.target_id in used}


FAMILY = undo_of(Guardian, last_guardians)
