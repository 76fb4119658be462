"""B4: pupils written to a workbook, next to COPY TO and to tablib as it is shipped.

The export is the real one: rows under the scope of a province's registrar, whole form or the usual
columns, every sealed value opened and masked, watermark and all, sealed into the file store. COPY
reads the same rows and columns under the same scope and writes them nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

import tablib
from psycopg import Cursor
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session
from tablib.formats._xlsx import XLSXFormat

from app.bench.figures import Figures, timed
from app.exports import making
from app.exports.cells import cell_of
from app.exports.reading import blocks, statement
from app.exports.sources import PUPILS
from app.jobs.sessions import engine
from app.models.account import Account
from app.models.export import Export
from app.models.sealed import KEYS
from app.policies import scope
from config import Config

POSTGRESQL: Any = postgresql  # its dialect is not annotated
WHO = "registrar@41"
SAMPLE = 2_000  # rows for tablib, which takes minutes for a hundred thousand
ROUNDS = 3
SHORT = "the usual columns"
SETS = {SHORT: PUPILS.defaults, "the whole form": [each.name for each in PUPILS.fields]}


def measure(config: Config, rows: int) -> Figures:
    """Write that many pupils three times each way; return the medians."""
    KEYS.unlock(config.key_file)
    figures = Figures(f"B4 export of {rows:,} pupils to .xlsx, medians of {ROUNDS}")
    with Session(engine()) as session:
        account = session.query(Account).filter_by(login=WHO).one()
        scope.enter(scope.scope_of(session, account.user_id), session)
        for name, columns in SETS.items():
            export = an_export(account, columns)
            session.add(export)
            session.flush()
            beside(session, figures, f"{name} ({len(columns)})", export, rows)
            session.rollback()
            scope.enter(scope.scope_of(session, account.user_id), session)
    return figures


def beside(session: Session, figures: Figures, name: str, export: Export, rows: int) -> None:
    """Measure one set of columns: ours, COPY, tablib."""
    ours, raw, theirs = [], [], []
    for _ in range(ROUNDS):
        written, seconds = timed(lambda: write(session, export, rows))
        ours.append(written / seconds)
        copied, seconds = timed(lambda: copy_out(session, export, rows))
        raw.append(copied / seconds)
        theirs.append(by_tablib(session, export))
    mine, bare, usual = median(ours), median(raw), median(theirs)
    figures.add(f"{name}: export", f"{mine:,.0f} rows/s")
    figures.add(f"{name}: COPY TO", f"{bare:,.0f} rows/s")
    figures.add(f"{name}: tablib as shipped", f"{usual:,.0f} rows/s")
    figures.add(f"B4 export ÷ COPY TO, {name}", f"{mine / bare:.2f}", "≥ 0.15")
    figures.add(f"B4 export ÷ tablib, {name}", f"{mine / usual:.1f}", "≥ 15")


def an_export(account: Account, columns: Sequence[str]) -> Export:
    """Return a masked export of pupils."""
    return Export(
        organisation_id=account.organisation_id,
        asked_by=account.user_id,
        asker=account,
        source=PUPILS.name,
        columns=list(columns),
        filters="{}",
        format="xlsx",
        language="zh",
        purpose="STATISTICS",
        created_at=datetime.now(UTC),
    )


def write(session: Session, export: Export, rows: int) -> int:
    """Write one part as the job does; it is taken back at the end."""
    with session.begin_nested() as held:
        mark = making.Mark()
        making.write_part(session, export, mark, lambda _rows: None, rows)
        held.rollback()
    return mark.rows


def copy_out(session: Session, export: Export, rows: int) -> int:
    """Read the same rows and columns by COPY TO, in the same scope; return how many there are."""
    fields = PUPILS.chosen(export.columns)
    asked = statement(PUPILS, fields, {}, None).limit(rows)
    compiled = asked.compile(dialect=POSTGRESQL.dialect(), compile_kwargs={"literal_binds": True})
    raw: Any = session.connection().connection.dbapi_connection
    cursor: Cursor[Any]
    with raw.cursor() as cursor, cursor.copy(f"COPY ({compiled}) TO STDOUT".encode()) as out:
        for _ in out:
            pass
    return rows


def by_tablib(session: Session, export: Export) -> float:
    """Return how many of the same rows a second tablib as shipped makes a workbook of.

    It reads, opens and masks them as the export does; only the writing is its own.
    """
    shipped: Any = XLSXFormat
    book, seconds = timed(lambda: read_into(session, export))
    _, written = timed(lambda: shipped.export_set(book))
    return len(book) / (seconds + written)


def read_into(session: Session, export: Export) -> tablib.Dataset:
    """Return the first rows of an export as a data set."""
    fields = PUPILS.chosen(export.columns)
    cells = [cell_of(each, "zh", lambda value: str(value or ""), masked=True) for each in fields]
    book = tablib.Dataset(headers=[each.zh for each in fields])
    for block in blocks(session, statement(PUPILS, fields, {}, None), SAMPLE):
        for row in block:
            book.append([cell(value) for cell, value in zip(cells, row, strict=False)])
    return book
