"""B1 to B3: pupils from a workbook, next to COPY, to tablib and to django-import-export.

The import is the real one: a workbook in the national layout, both jobs (look, commit), the
school's own registrar, families included; its pupils are taken out again afterwards.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import NamedTuple

import tablib
from psycopg import Connection
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.bench import beside, crowd, peer
from app.bench.copying import copied, take_out
from app.bench.figures import Figures, superuser, timed
from app.bench.jobs import done
from app.demo import workbook
from app.demo.plan import RoomPlan, rooms
from app.factory import create_app
from app.imports import batch as batches
from app.imports import sandbox
from app.imports.students import SPEC
from app.jobs.importing import ask_check, ask_commit
from app.jobs.sessions import engine
from app.models.account import Account
from app.models.sealed import KEYS
from app.policies import scope
from config import Config

REGISTRAR = "registrar@2141000102"  # a crowd stands at the first school, pages are another's
LOOKED_AT, LOOK_SECONDS = 20_000, 10  # rows, from upload to preview
COHORT = """
SELECT coalesce(sum(n), 0)::int FROM headcount h
JOIN grade g ON g.id = h.grade_id
JOIN school s ON s.id = h.school_id
JOIN organisation o ON o.id = s.territorial_id
WHERE o.code = %s AND g.stage = %s AND g.entry_year = %s
"""


class Plan(NamedTuple):
    """What is to be measured: rows, pupils laid beside the demo world, the peer's environment."""

    rows: int
    rounds: int = 1
    crowd: int = 0
    peer: Path | None = None
    beside: bool = False


class Times(NamedTuple):
    """Seconds of one import and of COPY with the same rows."""

    looked: float
    committed: float
    raw: float


def measure(config: Config, root_url: str, plan: Plan) -> Figures:
    """Import a workbook of new pupils and take them out again, so often; return the figures."""
    KEYS.unlock(config.key_file)
    with superuser(root_url) as root, tempfile.TemporaryDirectory() as folder:
        stand(root, plan.crowd)
        path = Path(folder) / "pupils.xlsx"
        workbook.write(path, newcomers(root, plan.rows))
        figures = Figures(
            f"B1–B3 import of {plan.rows:,} pupils with their families into {registered(root):,},"
            f" median of {plan.rounds}"
        )
        if plan.beside:
            with_pages(figures, config, root, path)
            return figures
        if plan.rows <= LOOKED_AT:  # tablib takes minutes for more
            reading(figures, path, plan.rows)
        times = [one_round(root, path, Path(folder)) for _ in range(plan.rounds)]
        ours = told(figures, plan.rows, Times(*map(median, zip(*times, strict=True))))
        if plan.peer is not None:
            theirs = median(peer.measure(plan.peer, path, root_url) for _ in range(plan.rounds))
            figures.add("django-import-export, use_bulk", f"{plan.rows / theirs:,.0f} rows/s")
            figures.add("B2 import ÷ django-import-export", f"{theirs / ours:.1f}", "≥ 20")
    return figures


def one_round(root: Connection[tuple[int]], path: Path, folder: Path) -> Times:
    """Import the workbook, COPY the same rows, and take the pupils out again."""
    batch_id, looked, committed = imported(path)
    try:
        return Times(looked, committed, copied(root, batch_id, folder))
    finally:
        take_out(root, batch_id)


def told(figures: Figures, rows: int, times: Times) -> float:
    """Add what the import took; return its seconds."""
    ours = times.looked + times.committed
    promise = f"≤ {LOOK_SECONDS} s" if rows == LOOKED_AT else ""
    figures.add("upload to preview", f"{times.looked:.2f} s", promise)
    figures.add("commit", f"{times.committed:.2f} s")
    figures.add("B1 import", f"{rows / ours:,.0f} rows/s")
    figures.add("raw COPY of the same rows", f"{rows / times.raw:,.0f} rows/s")
    figures.add("B1 import ÷ COPY", f"{times.raw / ours:.3f}", "≥ 0.08")
    return ours


def with_pages(figures: Figures, config: Config, root: Connection[tuple[int]], path: Path) -> None:
    """Import the workbook in another process and open pages meanwhile."""
    password = secrets.token_urlsafe()
    root.execute("UPDATE ab_user SET password = %s", (generate_password_hash(password),))
    app = create_app(replace(config, demo=True), WTF_CSRF_ENABLED=False)
    pages = beside.opened(beside.sign_in_with(app.test_client, password))
    rest = beside.at_rest(pages)
    batch_id, job_id = uploaded(path)
    try:
        looked, first = timed(lambda: beside.beside(pages, job_id))
        job_id = asked(lambda session: ask_commit(session, batch_id, me()))
        written, second = timed(lambda: beside.beside(pages, job_id))
    finally:
        take_out(root, batch_id)
    figures.add("upload to preview, pages beside", f"{first:.2f} s")
    figures.add("commit, pages beside", f"{second:.2f} s")
    beside.told(figures, rest, [a + b for a, b in zip(looked, written, strict=True)])
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


def stand(root: Connection[tuple[int]], pupils: int) -> None:
    """Lay so many more pupils with two family members each, if they do not stand there yet."""
    if pupils:
        crowd.stand(root, pupils)
        crowd.families(root)


def newcomers(root: Connection[tuple[int]], rows: int) -> RoomPlan:
    """Return a class of that many pupils nobody has seen yet, at the importing school."""
    code = REGISTRAR.partition("@")[2]
    one = next(room for room in rooms() if room.level == 1 and room.school.code == code)
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
    batch_id, job_id = uploaded(path)
    result = done(job_id)
    if result.get("refused"):
        raise RuntimeError(f"{result['refused']} rows were refused: the workbook is wrong")
    return batch_id


def uploaded(path: Path) -> tuple[int, int | None]:
    """Receive a workbook as the registrar; return the batch and the job that looks at it."""
    kept: list[int] = []

    def upload(session: Session) -> int | None:
        batch = batches.receive(session, me(), path.name, path.read_bytes()).batch
        kept.append(batch.id)
        return ask_check(session, batch)

    job_id = asked(upload)
    return kept[0], job_id


def asked(ask: Callable[[Session], int | None]) -> int | None:
    """Ask for a job as the registrar and commit."""
    with Session(engine()) as session, session.begin():
        scope.enter(scope.scope_of(session, me()), session)
        return ask(session)


def me() -> int:
    """Return the registrar's account."""
    with Session(engine()) as session:
        return session.scalars(select(Account.user_id).filter_by(login=REGISTRAR)).one()
