"""What a page, the command line and the error workbook say of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refusal
from app.imports import error_book, error_rows
from app.imports.desk import SPECS
from app.imports.error_book import Failed
from app.imports.rereading import typed_rows
from app.imports.spec import Problem
from app.messages.catalogue import fill, say
from app.models.import_batch import BatchState, ImportBatch, ImportProblem, Severity


def sentence(problem: ImportProblem | Problem, lang: str = "zh") -> str:
    """Return what is wrong as one sentence that names the heading."""
    params: Mapping[str, object] = {"heading": problem.heading, **problem.params}
    return fill(problem.code, params, lang)


def failure(batch: ImportBatch, lang: str = "zh") -> str:
    """Return why a file could not be read at all; empty when it could."""
    told = batch.failure
    if told is None:
        return ""
    params = told.get("params")
    blanks = params if isinstance(params, dict) else {}
    return say(Refusal(str(told["code"]), blanks), lang)


def problems(
    session: Session, batch_id: int, severity: Severity | None = None
) -> Iterator[ImportProblem]:
    """Yield what was found, by row and column order of the file."""
    found = select(ImportProblem).where(ImportProblem.batch_id == batch_id)
    if severity is not None:
        found = found.where(ImportProblem.severity == severity)
    yield from session.scalars(found.order_by(ImportProblem.row_no, ImportProblem.id))


def summary(session: Session, batch: ImportBatch, lang: str = "zh") -> dict[str, Any]:
    """Return the batch as the command line prints it; errors block, warnings do not."""
    found = list(problems(session, batch.id))
    said = {
        severity: [
            {"row": p.row_no, "heading": p.heading, "code": p.code, "message": sentence(p, lang)}
            for p in found
            if p.severity is severity
        ]
        for severity in Severity
    }
    told = {
        "batch": batch.id,
        "state": batch.state.value.lower(),
        "rows": batch.total,
        "new": batch.new,
        "changed": batch.changed,
        "same": batch.same,
        "likely": batch.likely,
        "elsewhere": batch.elsewhere,
        "missing": batch.missing,
        "refused": batch.refused,
        "warned": batch.warned,
        "errors": said[Severity.ERROR],
        "warnings": said[Severity.WARNING],
    }
    if batch.state is BatchState.FAILED and batch.failure is not None:
        told["failure"] = {"code": batch.failure["code"], "message": failure(batch, lang)}
    return told


def error_workbook(session: Session, batch: ImportBatch, out: IO[bytes], lang: str = "zh") -> int:
    """Write the failed rows of a batch as they were typed, with reasons; return how many."""
    spec = SPECS[batch.template]
    found: dict[int, list[Problem]] = defaultdict(list)
    for p in problems(session, batch.id):
        found[p.row_no].append(Problem(p.row_no, p.heading, p.code, p.params, p.value))
    failed = {row for row, some in found.items() if any(problem.is_error for problem in some)}
    typed = sorted(typed_rows(session, batch, spec, failed).items())
    rows = (Failed(row, cells, found[row]) for row, cells in typed)
    return error_book.write(spec, rows, out, lang, partial(error_rows.mark, batch))
