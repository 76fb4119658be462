"""A file of any template, typed into as a person would, and what became of it."""

import csv
import io
from datetime import date

from sqlalchemy import select

from app.imports import batch as batches
from app.imports.commit import commit
from app.imports.desk import SPECS
from app.imports.preview import look
from app.imports.undoing import begin_undo, turn
from app.jobs.importing import everywhere
from app.models.import_batch import ImportCell, ImportLine, ImportProblem
from app.policies.roles import Actor, Role

TODAY = date(2026, 9, 1)


def a_text(template, *rows):
    """Return rows (heading → cell) as the bytes of a csv with the headings somebody wrote in."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    known = {column.heading for column in SPECS[template].columns}
    assert set(headings) <= known, set(headings) - known
    out = io.StringIO()
    paper = csv.DictWriter(out, headings, restval="")
    paper.writeheader()
    paper.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def looked_at(session, account, template, *rows, data=None):
    """Hand a file in and look at it."""
    data = data or a_text(template, *rows)
    received = batches.receive(session, account.user_id, f"{template}.csv", data, template)
    return look(session, received.batch.id, TODAY, everywhere)


def written(session, batch, **how):
    """Write what was reviewed."""
    batches.begin_commit(session, batch.id, sure=True, **how)
    return commit(session, batch.id)


def undone(session, batch, account):
    """Take a written batch back."""
    actor = Actor(
        account.user_id, Role(account.role), account.organisation_id, account.organisation.path
    )
    begin_undo(session, batch.id, actor, None, TODAY)
    while not turn(session, batch.id, TODAY).is_over:
        pass
    return batch


def verdicts(session, batch):
    """Return the verdict of each line, by row."""
    asked = select(ImportLine.row_no, ImportLine.verdict).where(ImportLine.batch_id == batch.id)
    return {row: verdict.value for row, verdict in session.execute(asked)}


def cells(session, batch):
    """Return the cells that would be written: (row, field, before, after)."""
    cell = ImportCell
    asked = select(cell.row_no, cell.field, cell.before, cell.after)
    found = session.execute(asked.where(cell.batch_id == batch.id))
    return sorted(tuple(row) for row in found)


def problems(session, batch):
    """Return what was said of rows: (row, heading, code)."""
    said = ImportProblem
    asked = select(said.row_no, said.heading, said.code).where(said.batch_id == batch.id)
    return sorted(tuple(row) for row in session.execute(asked))


def outcomes(session, batch):
    """Return what became of each written row: outcome, why."""
    line = ImportLine
    asked = select(line.row_no, line.outcome, line.why).where(line.batch_id == batch.id)
    return {row: (end.value, why) for row, end, why in session.execute(asked)}
