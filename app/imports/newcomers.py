"""新生与在校生登记: checked rows of the students' template become pupils who wait for registration.

A handful of statements, whatever the size: staged rows become a typed preview of themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import String, and_, case, insert, literal, select
from sqlalchemy.orm import Session

from app.imports import staging
from app.imports.entering import changed, write
from app.imports.likeness import alike
from app.imports.matching import STAGED_CELL, STAGED_MATCH, meet
from app.imports.spec import Facts, Problem
from app.imports.staging import (
    STAGED_GUARDIAN,
    STAGED_PROBLEM,
    STAGED_ROW,
    make,
)
from app.imports.striking import STRIKING
from app.imports.students import SPEC
from app.imports.target import Target, Widen
from app.imports.twice import doubles
from app.models.import_batch import (
    ImportBatch,
    ImportCell,
    ImportGuardian,
    ImportProblem,
    ImportRow,
    Severity,
    Verdict,
)
from app.models.student import Student

ELSEWHERE = "W-DUP"  # another school has the number


def judge(session: Session, batch: ImportBatch, facts: Facts, widen: Widen) -> Iterator[Problem]:
    """Yield what only the registry knows of the staged rows."""
    make(session, STAGED_MATCH, STAGED_CELL)
    found = [
        *meet(session, SPEC, batch, facts),
        *doubles(session, SPEC, batch.school_id, widen),
    ]
    yield from found
    refused = {problem.row for problem in found if problem.is_error}
    yield from alike(session, SPEC, batch, refused)


def keep(session: Session, batch: ImportBatch) -> None:
    """Copy what was staged into the typed preview."""
    row, match, code = STAGED_ROW.c, STAGED_MATCH.c, STAGED_PROBLEM.c.code
    refused = _rows(STAGED_PROBLEM.c.severity == Severity.ERROR)
    verdict = case(
        (row.row_no.in_(refused), Verdict.REFUSED.name),
        (match.verdict.is_not(None), match.verdict.cast(String)),
        (row.row_no.in_(_rows(code == ELSEWHERE)), Verdict.ELSEWHERE.name),
        else_=Verdict.NEW.name,
    )
    _copy(
        session, ImportRow, STAGED_ROW.outerjoin(STAGED_MATCH, match.row_no == row.row_no),
        {c.name: c for c in row}, batch, verdict=verdict,
        target_id=match.target_id, target_version=match.target_version,
        taken=match.verdict.is_distinct_from(Verdict.LIKELY),
    )  # fmt: skip
    for model, staged in (
        (ImportGuardian, STAGED_GUARDIAN), (ImportProblem, STAGED_PROBLEM),
    ):  # fmt: skip
        _copy(session, model, staged, {c.name: c for c in staged.c}, batch)
    changed = STAGED_CELL.join(
        STAGED_MATCH,
        and_(
            match.row_no == STAGED_CELL.c.row_no,
            match.verdict == Verdict.CHANGED,
            match.row_no.not_in(refused),
        ),
    )
    _copy(session, ImportCell, changed, {c.name: c for c in STAGED_CELL.c}, batch)


def _rows(condition: Any) -> Any:
    return select(STAGED_PROBLEM.c.row_no).where(condition).scalar_subquery()


def _copy(
    session: Session,
    model: Any,
    staged: Any,
    columns: dict[str, Any],
    batch: ImportBatch,
    **more: Any,
) -> None:
    whose = {"batch_id": literal(batch.id), "owner_path": literal(batch.owner_path)}
    columns = {**columns, **whose, **more}
    rows = select(*columns.values()).select_from(staged)
    session.execute(insert(model.__table__).from_select(list(columns), rows))


NEWCOMERS = Target(
    spec=SPEC,
    record=Student,
    lines=ImportRow,
    staged=staging.STAGED,
    load=staging.load,
    judge=judge,
    keep=keep,
    changed=changed,
    write=write,
    undo=STRIKING,
)
