"""Every list and count of the inbox, the overdue table and pending business, on 200,000 cases.

The statements are those the pages run, by the same functions, in the scope of an account of each
tier. What the planner does with each is asked as well: none may read all the cases.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Select, event, func, select
from sqlalchemy.orm import Session

from app.bench.figures import Figures, spread, superuser
from app.bench.many_cases import lay
from app.codes.workdays import BEIJING
from app.jobs.sessions import engine
from app.models.account import Account
from app.models.every import MODULES
from app.policies import scope
from app.policies.roles import Actor, Role
from app.views import inbox_tabs as tabs
from app.views import overdue_figures as overdue
from app.workflows import cleaning
from app.workflows.cleaning import Choice

assert MODULES  # noqa: S101  every table is known

PEOPLE = {
    "school": "registrar@2141000101",
    "leader": "leader@2141000101",
    "county": "registrar@411302",
    "city": "registrar@4113",
    "province": "registrar@41",
    "ministry": "operator@000000",
}
PROMISE_MS = 100
NANO = 1_000_000_000
FILTERS = {
    "late": {"due": "late"},
    "suspensions": {"kind": "suspension"},
    "between provinces": {"kind": "cross"},
    "10 days": {"age": "10"},
    "with a school": {"step": "school"},
}
Look = Callable[[Session], Any]


class Cell(NamedTuple):
    """What a statement cost a tier in seconds, and whether it read all the cases.

    ``worked`` is the processor's time of one look, ours and the backend's together: what the clock
    shows beyond it was spent waiting for a busy machine.
    """

    middle: float
    slow: float
    reads_all: bool
    worked: float


def measure(root_url: str, cases: int, rounds: int) -> Figures:
    """Lay cases on the desks unless they are there, run every statement; return the figures."""
    with superuser(root_url) as root:
        count = lay(root, cases)
    today, told = datetime.now(BEIJING).date(), {}
    for tier, login in PEOPLE.items():
        with Session(engine()) as session:
            actor = arrive(session, login)
            looks = dict(looks_of(actor, today))
            told[tier] = {name: clocked(session, look, rounds) for name, look in looks.items()}
            session.rollback()
    scope.leave()
    return table(told, count)


def arrive(session: Session, login: str) -> Actor:
    """Enter the scope of an account."""
    scope.enter(scope.SYSTEM, session)
    account = session.scalars(select(Account).where(Account.login == login)).one()
    place = account.organisation
    actor = Actor(account.user_id, Role(account.role), place.id, place.path)
    scope.enter(scope.scope_of(session, actor.user_id), session)
    return actor


def looks_of(actor: Actor, today: date) -> Iterator[tuple[str, Look]]:
    """Yield what the pages ask for, by name."""
    yield "badge and menu", lambda session: tabs.waiting_by_kind(session, actor)
    for name, tab in tabs.TABS.items():
        asked = tab.statement(actor)
        yield f"{name}: count", partial(tabs.count, statement=asked)
        yield f"{name}: first page", partial(_page, asked=asked, page=1)
        yield f"{name}: last page", partial(_page, asked=asked, page=tabs.LAST_PAGE)
        for word, filters in FILTERS.items():
            narrowing = tabs.Narrowing.read(filters)
            narrowed = tabs.narrowed(asked, narrowing, today, actor.user_id, tab.due)
            if tab.is_open and not (name == "waiting" and "step" in filters):
                yield (
                    f"{name}, {word}: list and count",
                    partial(_both, asked=narrowed, in_order=bool(narrowing.due)),
                )
    at = partial(overdue.area_of, actor=actor, area_id=None)
    yield "overdue: by area", lambda session: overdue.areas(session, at(session), today)
    for word, choice in (("graduating", Choice(graduating=True)), ("all", Choice())):
        asked = cleaning.pending(actor, choice, today)
        yield f"pending, {word}: list and count", partial(_both, asked=asked)


def _page(session: Session, asked: Select[Any], page: int) -> Any:
    return tabs.page_of(session, asked, page)


def _both(session: Session, asked: Select[Any], *, in_order: bool = False) -> Any:
    return tabs.page_of(session, asked, 1), tabs.count(session, asked, in_order=in_order)


def clocked(session: Session, look: Look, rounds: int) -> Cell:
    """Return what a look costs once it has been taken, and how the planner goes about it."""
    reads_all = any(_explained(session, *one) for one in _statements(session, look))
    backend = session.scalar(select(func.pg_backend_pid())) or 0
    taken, before = [], _worked(backend)
    for _round in range(rounds):
        session.expunge_all()
        started = time.perf_counter()
        look(session)
        taken.append(time.perf_counter() - started)
    return Cell(*spread(taken), reads_all, (_worked(backend) - before) / rounds)


def _worked(backend: int) -> float:
    """Return the seconds of processor this process and a backend have had; the kernel's count."""
    own, theirs = (Path(f"/proc/{one}/schedstat").read_text() for one in ("self", backend))
    return (int(own.split()[0]) + int(theirs.split()[0])) / NANO


def _statements(session: Session, look: Look) -> list[tuple[str, Any]]:
    """Return what a look sends to the database."""
    said: list[tuple[str, Any]] = []

    def hear(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        said.append((statement, parameters))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", hear)
    try:
        look(session)
    finally:
        event.remove(connection, "before_cursor_execute", hear)
    return said


def _explained(session: Session, statement: str, parameters: Any) -> bool:
    """Tell whether a statement walks over the whole table of cases."""
    raw: Any = session.connection().connection.dbapi_connection
    plan: Any = raw.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchone()[0]
    plan = plan if isinstance(plan, list) else json.loads(plan)
    return any(
        node["Node Type"] == "Seq Scan" and node.get("Relation Name") == "case_file"
        for node in _nodes(plan[0]["Plan"])
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def table(told: dict[str, dict[str, Cell]], count: int) -> Figures:
    """Return one line a statement, one column a tier, and how the promise is kept."""
    title = f"inbox of {count:,} open cases: p50 / p95 in ms, and (of the processor)"
    figures = Figures(title, ("", *told))
    for name in dict.fromkeys(name for cells in told.values() for name in cells):
        figures.add(name, *(said(cells.get(name)) for cells in told.values()))
    every = [cell for cells in told.values() for cell in cells.values()]
    slow = [cell.slow * 1000 for cell in every]
    kept = sum(ms <= PROMISE_MS for ms in slow)
    figures.add("slowest p95", f"{max(slow):.0f}", f"≤ {PROMISE_MS}")
    figures.add("cells that keep it", f"{kept} of {len(slow)}")
    figures.add("statements that read all cases (*)", sum(cell.reads_all for cell in every), "= 0")
    return figures


def said(cell: Cell | None) -> str:
    """Return a cell: on the clock, of the processor; a star says that all the cases were read."""
    if cell is None:
        return "–"
    star = " *" if cell.reads_all else ""
    worked = f"({cell.worked * 1000:.0f})"
    return f"{cell.middle * 1000:.0f} / {cell.slow * 1000:.0f} {worked}{star}"
