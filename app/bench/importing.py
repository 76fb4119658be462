"""B1 to B3: pupils from a workbook, next to COPY, to tablib and to django-import-export.

The import is the real one: a workbook in the national layout, both jobs (look, commit), the
school's own registrar, families included; its pupils are taken out again afterwards.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import tablib
from psycopg import Connection, sql
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.bench import peer
from app.bench.figures import Figures, superuser, timed
from app.bench.jobs import done
from app.demo import workbook
from app.demo.plan import RoomPlan, rooms
from app.imports import batch as batches
from app.imports import sandbox
from app.imports.students import SPEC
from app.jobs.importing import ask_check, ask_commit
from app.jobs.sessions import engine
from app.models.account import Account
from app.models.sealed import KEYS
from app.policies import scope
from config import Config

REGISTRAR = "registrar@2141000101"
TABLES = ("student", "guardian")
COHORT = """
SELECT coalesce(sum(n), 0)::int FROM headcount h
JOIN grade g ON g.id = h.grade_id
JOIN school s ON s.id = h.school_id
JOIN organisation o ON o.id = s.territorial_id
WHERE o.code = %s AND g.stage = %s AND g.entry_year = %s
"""


def measure(config: Config, root_url: str, rows: int, venv: Path | None) -> Figures:
    """Import a workbook of that many pupils and take them out again; return the figures."""
    KEYS.unlock(config.key_file)
    with superuser(root_url) as root, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pupils.xlsx"
        workbook.write(path, newcomers(root, rows))
        figures = Figures(
            f"B1–B3 import of {rows:,} pupils with their families into {registered(root):,}"
        )
        reading(figures, path, rows)
        batch_id, looked, committed = imported(path)
        ours = looked + committed
        figures.add("look: read, judge, preview", f"{looked:.2f} s")
        figures.add("commit", f"{committed:.2f} s")
        figures.add("B1 import", f"{rows / ours:,.0f} rows/s")
        try:
            raw = copied(root, batch_id, Path(folder))
        finally:
            take_out(root, batch_id)
        figures.add("raw COPY of the same rows", f"{rows / raw:,.0f} rows/s")
        figures.add("B1 import ÷ COPY", f"{raw / ours:.3f}", "≥ 0.08")
        if venv is not None:
            theirs = peer.measure(venv, path, root_url)
            figures.add("django-import-export, use_bulk", f"{rows / theirs:,.0f} rows/s")
            figures.add("B2 import ÷ django-import-export", f"{theirs / ours:.1f}", "≥ 20")
    return figures


def newcomers(root: Connection[tuple[int]], rows: int) -> RoomPlan:
    """Return a class of that many pupils nobody has seen yet, at the first demo school."""
    one = next(room for room in rooms() if room.level == 1)
    cohort = (one.school.territorial, one.stage.name, one.entry_year)
    row = root.execute(COHORT, cohort).fetchone()
    return RoomPlan(one.school, one.stage, 1, 1, rows, first=row[0] if row else 0)


def registered(root: Connection[tuple[int]]) -> int:
    """Return how many pupils there are."""
    row = root.execute("SELECT coalesce(sum(n), 0)::int FROM headcount").fetchone()
    return row[0] if row else 0


# ── reading alone ────────────────────────────────────────────────────────────────────────


def reading(figures: Figures, path: Path, rows: int) -> None:
    """Measure the reader against the parser inside it and against the usual one."""
    _, ours = timed(lambda: product_reader(path))
    _, raw = timed(lambda: calamine(path))
    _, usual = timed(lambda: stock_tablib(path))
    for name, seconds in (("product reader", ours), ("calamine", raw), ("stock tablib", usual)):
        figures.add(f"reading by {name}", f"{rows / seconds:,.0f} rows/s")
    figures.add("B3 product reader ÷ calamine", f"{raw / ours:.2f}", "≥ 0.9")
    figures.add("B3 product reader ÷ stock tablib", f"{usual / ours:.1f}", "≥ 8")


def product_reader(path: Path) -> int:
    """Read as an import does: looked at first, parsed by a limited child, columns over a pipe."""
    with sandbox.opened(path, SPEC.sheet) as sheet:
        return sum(len(columns[0]) for _, columns in sheet.blocks)


def calamine(path: Path) -> int:
    """Read with the parser alone."""
    return sum(1 for _ in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows())


def stock_tablib(path: Path) -> int:
    """Read as tablib does as shipped (openpyxl)."""
    with path.open("rb") as stream:
        return int(tablib.Dataset().load(stream, format="xlsx").height)


# ── the import and its opposite ──────────────────────────────────────────────────────────


def imported(path: Path) -> tuple[int, float, float]:
    """Upload, look and commit; return the batch and the seconds of both jobs."""
    batch_id, looked = timed(lambda: looked_at(path))
    _, committed = timed(lambda: done(asked(lambda session: ask_commit(session, batch_id, me()))))
    return batch_id, looked, committed


def looked_at(path: Path) -> int:
    """Receive a workbook as the registrar and do the first job; return the batch."""
    kept: list[int] = []

    def upload(session: Session) -> int | None:
        batch = batches.receive(session, me(), path.name, path.read_bytes()).batch
        kept.append(batch.id)
        return ask_check(session, batch)

    result = done(asked(upload))
    if result.get("refused"):
        raise RuntimeError(f"{result['refused']} rows were refused: the workbook is wrong")
    return kept[0]


def asked(ask: Callable[[Session], int | None]) -> int | None:
    """Ask for a job as the registrar and commit."""
    with Session(engine()) as session, session.begin():
        scope.enter(scope.scope_of(session, me()), session)
        return ask(session)


def me() -> int:
    """Return the registrar's account."""
    with Session(engine()) as session:
        return session.scalars(select(Account.user_id).filter_by(login=REGISTRAR)).one()


def copied(root: Connection[tuple[int]], batch_id: int, folder: Path) -> float:
    """Return the seconds PostgreSQL needs to COPY the batch's rows into bare tables."""
    seconds = 0.0
    for table in TABLES:
        data = folder / f"{table}.copy"
        write_out(root, table, batch_id, data)
        root.execute(sql.SQL("CREATE TABLE raw (LIKE {})").format(sql.Identifier(table)))
        seconds += timed(lambda data=data: read_in(root, data))[1]  # type: ignore[misc]
        root.execute("DROP TABLE raw")
    return seconds


def write_out(root: Connection[tuple[int]], table: str, batch_id: int, data: Path) -> None:
    """Write a table's rows of the batch to a file."""
    query = {
        "student": "SELECT * FROM student WHERE import_batch_id = {}",
        "guardian": "SELECT g.* FROM guardian g JOIN student s ON s.id = g.student_id"
        " WHERE s.import_batch_id = {}",
    }[table]
    copy = sql.SQL("COPY (" + query + ") TO STDOUT").format(sql.Literal(batch_id))
    with data.open("wb") as out, root.cursor().copy(copy) as stream:
        for part in stream:
            out.write(part)


def read_in(root: Connection[tuple[int]], data: Path) -> None:
    """COPY a file in."""
    with data.open("rb") as source, root.cursor().copy("COPY raw FROM STDIN") as stream:
        while part := source.read(1 << 16):
            stream.write(part)


def take_out(root: Connection[tuple[int]], batch_id: int) -> None:
    """Remove a batch, its pupils and the history that leaves; the bench can be repeated."""
    with root.transaction():
        ids = sql.SQL("(SELECT id FROM student WHERE import_batch_id = {})").format(
            sql.Literal(batch_id)
        )
        root.execute(sql.SQL("CREATE TEMP TABLE gone ON COMMIT DROP AS {}").format(ids))
        root.execute("DELETE FROM guardian WHERE student_id IN (SELECT id FROM gone)")
        root.execute("DELETE FROM student WHERE id IN (SELECT id FROM gone)")
        root.execute("DELETE FROM row_history WHERE student_id IN (SELECT id FROM gone)")
        root.execute("DELETE FROM import_batch WHERE id = %s", (batch_id,))
