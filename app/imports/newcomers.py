"""新生与在校生登记: checked rows of the students' template become pupils who wait for registration.

A handful of statements, whatever the size: staged rows become a typed preview of themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import case, insert, literal, select
from sqlalchemy.orm import Session

from app.imports import staging
from app.imports.entering import changed, write
from app.imports.spec import Facts, Problem
from app.imports.staging import (
    STAGED_GUARDIAN,
    STAGED_PROBLEM,
    STAGED_ROW,
)
from app.imports.students import SPEC
from app.imports.target import Target, Widen
from app.imports.twice import doubles
from app.models.import_batch import (
    ImportBatch,
    ImportGuardian,
    ImportProblem,
    ImportRow,
    Severity,
    Verdict,
)


def judge(session: Session, batch: ImportBatch, _facts: Facts, widen: Widen) -> Iterable[Problem]:
    """Return what only the registry knows of the staged rows."""
    return doubles(session, SPEC, batch.school_id, widen)


def keep(session: Session, batch: ImportBatch) -> None:
    """Copy what was staged into the typed preview; the database derives whose it is."""
    refused = (
        select(STAGED_PROBLEM.c.row_no)
        .where(STAGED_PROBLEM.c.severity == Severity.ERROR)
        .scalar_subquery()
    )
    verdict = case((STAGED_ROW.c.row_no.in_(refused), Verdict.REFUSED.name), else_=Verdict.NEW.name)
    _copy(session, ImportRow, STAGED_ROW, batch.id, verdict=verdict)
    _copy(session, ImportGuardian, STAGED_GUARDIAN, batch.id)
    _copy(session, ImportProblem, STAGED_PROBLEM, batch.id)


def _copy(session: Session, model: Any, staged: Any, batch_id: int, **more: Any) -> None:
    columns = {column.name: column for column in staged.c}
    columns |= {"batch_id": literal(batch_id), **more}
    rows = select(*columns.values()).select_from(staged)
    session.execute(insert(model.__table__).from_select(list(columns), rows))


NEWCOMERS = Target(
    spec=SPEC,
    lines=ImportRow,
    staged=staging.STAGED,
    load=staging.load,
    judge=judge,
    keep=keep,
    changed=changed,
    write=write,
)
