"""The look before the leap: read the workbook, stage it, ask the registry, count.

The whole look is one transaction: a preview is there as a whole or not at all, and looking again
gives the same. What a template's rows mean to the registry is its target's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import BadFile
from app.imports import sandbox, staging
from app.imports.alarm import alarm
from app.imports.batch import OPEN, facts_of, forget, held
from app.imports.check import checked
from app.imports.desk import TARGETS
from app.imports.mapping import Unmapped, arrange
from app.imports.missing import count_missing
from app.imports.reviewing import choose_again, chosen_so_far
from app.imports.spec import Facts
from app.imports.target import Widen
from app.imports.typed import Cells, Typed, in_order, keep, mended_rows
from app.models.import_batch import (
    BatchState,
    ImportBatch,
    ImportProblem,
    ImportRow,
    Severity,
    Verdict,
)
from app.storage.sealed_files import Folder, opened

Told = Callable[[int, int], None]  # rows read, rows there are
COUNTED = (Verdict.NEW, Verdict.CHANGED, Verdict.SAME, Verdict.LIKELY, Verdict.ELSEWHERE)


def look(
    session: Session, batch_id: int, today: date, widen: Widen, told: Told | None = None
) -> ImportBatch:
    """Check a batch and make its preview; a file that cannot be read fails the batch.

    Rows somebody mended stand for the file's own, and what was chosen of doubtful rows stays.
    """
    batch = held(session, batch_id)
    if batch.state not in OPEN:
        return batch
    target, facts = TARGETS[batch.template], facts_of(session, batch, today)
    mended, choices = mended_rows(session, batch_id), chosen_so_far(session, batch)
    forget(session, batch_id, problems=True)
    staging.make(session, *target.staged)
    try:
        typed = _stage(session, batch, facts, mended, told)
    except Unmapped as asked:
        batch.state, batch.headings, batch.mapping = BatchState.MAPPING, asked.headings, None
    except BadFile as bad:
        _fail(session, batch, bad)
    else:
        staging.load_problems(session, list(target.judge(session, batch, facts, widen)))
        target.keep(session, batch)
        keep(session, batch, typed, mended, mended)
        choose_again(session, batch, choices)
        batch.total = typed.rows
        count(session, batch)
        batch.state, batch.failure = BatchState.PREVIEW, None
    batch.revision += 1
    batch.checked_at = func.now()
    session.flush()
    return batch


def _fail(session: Session, batch: ImportBatch, bad: BadFile) -> None:
    refusal = bad.refusals[0]
    batch.state = BatchState.FAILED
    batch.failure = {"code": refusal.code, "params": dict(refusal.params)}
    batch.total = 0
    count(session, batch)


def _stage(
    session: Session,
    batch: ImportBatch,
    facts: Facts,
    mended: Mapping[int, Cells],
    told: Told | None,
) -> Typed:
    """Check the file and stage its rows; return them as they were typed."""
    target = TARGETS[batch.template]
    spec, typed = target.spec, Typed(target.spec)
    laid = {row: in_order(spec, cells) for row, cells in mended.items()}
    with opened(Folder.IMPORTS, batch.sha256) as path, sandbox.opened(path, spec.sheet) as sheet:
        for block in checked(spec, sheet, facts, arrange(batch, sheet), laid):
            target.load(session, block, facts)
            typed.add(block)
            if told is not None:
                told(typed.rows, sheet.rows)
    return typed


def count(session: Session, batch: ImportBatch) -> None:
    """Write the batch's figures, in rows."""
    rows = func.count(ImportProblem.row_no.distinct())
    found = session.execute(
        select(
            rows.filter(ImportProblem.severity == Severity.ERROR),
            rows.filter(ImportProblem.severity == Severity.WARNING),
        ).where(ImportProblem.batch_id == batch.id)
    ).one()
    batch.refused, batch.warned = found
    lines = TARGETS[batch.template].lines
    judged = session.execute(
        select(lines.verdict, func.count())
        .where(lines.batch_id == batch.id, lines.verdict != Verdict.REFUSED)
        .group_by(lines.verdict)
    )
    many: dict[Verdict, int] = dict(judged.all())
    for verdict in COUNTED:
        setattr(batch, verdict.value.lower(), many.get(verdict, 0))
    batch.missing = count_missing(session, batch) if lines is ImportRow else 0
    batch.alarm = alarm(session, batch)
