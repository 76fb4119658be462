"""B11: every list, desk and archive page, for every tier, at the server.

Requests go through the whole application (session, scope, policies, templates) by Flask's test
client. The pages are found, not listed: every address without arguments that a tier may open, the
first card of every list, and the pupils' list in all its orders, depths and filters.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from http import HTTPStatus
from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from psycopg import Connection
from werkzeug.security import generate_password_hash

from app.bench.bare import bare_app
from app.bench.figures import Figures, spread, superuser
from app.factory import create_app
from app.views.interface import LEAF_LIMIT
from config import Config

TIERS = {
    "teacher": "teacher@2141000101",
    "school": "registrar@2141000101",
    "county": "registrar@411302",
    "city": "registrar@4113",
    "province": "registrar@41",
    "ministry": "operator@000000",
}
BARE = "bare FAB"
HIGHEST = "ministry"
WIDEST = "province"  # the highest tier that reads pupils outside a case
NOT_PAGES = re.compile(r"^/(static|lang|login|logout|back|healthz|readyz|frame)\b|/add$|/export")
CARD = re.compile(r'href="(/[a-z-]+/(?:show/)?\d+)[?"]')
PUPILS, PAGE, ARCHIVES = "/students/list/", 50, 10
BARE_ROUNDS = 3
WORST_MS, WORST_RATIO = 150, 0.05
OK, FOUND = HTTPStatus.OK, HTTPStatus.FOUND

Spread = tuple[float, float]  # median and 95th percentile, in seconds


class Visit(NamedTuple):
    """A page as a row of the table, and the addresses it is measured by."""

    name: str
    paths: list[str]


def measure(
    config: Config, root_url: str, rounds: int = 20, tiers: Collection[str] = tuple(TIERS)
) -> Figures:
    """Open every page as every tier and the same lists in bare FAB; return the figures."""
    password = secrets.token_urlsafe()
    with superuser(root_url) as root:
        root.execute("UPDATE ab_user SET password = %s", (generate_password_hash(password),))
        demo = replace(config, demo=True)  # whose accounts need no one-time code
        app = create_app(demo, WTF_CSRF_ENABLED=False)
        seen = {tier: dict(tour(app, TIERS[tier], password, root, rounds)) for tier in tiers}
        deepest = last_page(root, seen_path(root, TIERS[WIDEST]))
    plain = bare_app(root_url)
    seen[BARE] = dict(bare(plain, deepest))
    for made in (app, plain):
        with made.app_context():
            made.extensions["sqlalchemy"].engine.dispose()
    return table(seen, pupils_of(root_url))


def tour(
    app: Flask, login: str, password: str, root: Connection[tuple[int]], rounds: int
) -> Iterator[tuple[str, Spread]]:
    """Yield the pages an account may open, and what each costs."""
    client = app.test_client()
    answer = client.post("/login/", data={"username": login, "password": password})
    if answer.status_code != FOUND or "/login" in answer.location:
        raise RuntimeError(f"{login} cannot sign in: the bench registry is not a demo world")
    for visit in (*found(app, client), *pupils(client, root, seen_path(root, login))):
        yield visit.name, clocked(client, visit.paths, rounds)


def found(app: Flask, client: FlaskClient) -> Iterator[Visit]:
    """Yield every page without arguments, and the first card of every list."""
    rules = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and not NOT_PAGES.search(rule.rule)
    }
    seen: set[str] = set()
    for path in sorted(rules):
        answer = client.get(path)
        if answer.status_code != OK or answer.mimetype != "text/html":
            continue
        yield Visit(path, [path])
        card = next(iter(CARD.findall(answer.text)), None)
        if card and path != PUPILS and card not in seen and client.get(card).status_code == OK:
            seen.add(card)
            yield Visit(re.sub(r"\d+$", "…", card), [card])


def pupils(client: FlaskClient, root: Connection[tuple[int]], scope: str) -> Iterator[Visit]:
    """Yield the pupils' list in every order, at every depth, by every kind of filter; archives."""
    if client.get(PUPILS).status_code != OK:
        return
    deep = last_page(root, scope)
    for column in ("name", "seat_no"):
        for way in ("asc", "desc"):
            query = f"{PUPILS}?_oc_StudentView={column}&_od_StudentView={way}"
            yield Visit(f"pupils by {column} {way}", [query])
            yield Visit(
                f"pupils by {column} {way}, last page", [f"{query}&page_StudentView={deep}"]
            )
    yield Visit("pupils, last page", [f"{PUPILS}?page_StudentView={deep}"])
    yield Visit("pupils, 100 a page", [f"{PUPILS}?psize_StudentView=100"])
    yield Visit("pupils, suspended", [f"{PUPILS}?_flt_0_status=SUSPENDED"])
    yield Visit("pupils, girls", [f"{PUPILS}?_flt_0_gender=2"])
    yield Visit("pupils named 王…", [sought(client, "王")])
    yield Visit("pupils named 欧阳…", [sought(client, "欧阳")])
    rows = root.execute(
        "SELECT id FROM student WHERE owner_path ^@ %s ORDER BY hashint4(id) LIMIT %s",
        (scope, ARCHIVES),
    ).fetchall()
    paths = [f"/students/show/{row[0]}" for row in rows]
    open_ones = [path for path in paths if client.get(path).status_code == OK]
    if open_ones:
        yield Visit("archive of a pupil", open_ones)


def sought(client: FlaskClient, name: str) -> str:
    """Return the address under which the list shows pupils of a name."""
    answer = client.post("/students/search", data={"_flt_0_name": name})
    return answer.location


def clocked(client: FlaskClient, paths: list[str], rounds: int) -> Spread:
    """Return what opening these pages costs, once they have been opened."""
    for path in paths:
        client.get(path)
    taken = []
    for nth in range(max(rounds, len(paths))):
        started = time.perf_counter()
        status = client.get(paths[nth % len(paths)]).status_code
        taken.append(time.perf_counter() - started)
        if status != OK:
            raise RuntimeError(f"{paths[nth % len(paths)]} answers {status}")
    return spread(taken)


def bare(app: Flask, deepest: int) -> Iterator[tuple[str, Spread]]:
    """Yield the same lists in bare FAB, by the names they have in ours."""
    client = app.test_client()
    order = f"{PUPILS}?_oc_PlainPupils=name&_od_PlainPupils=asc"
    for name, path in (
        (PUPILS, PUPILS),
        ("pupils by name asc", order),
        ("pupils by name asc, last page", f"{order}&page_PlainPupils={deepest}"),
        ("pupils, last page", f"{PUPILS}?page_PlainPupils={deepest}"),
        ("/schools/list/", "/schools/list/"),
    ):
        yield name, clocked(client, [path], BARE_ROUNDS)


def table(seen: dict[str, dict[str, Spread]], count: int) -> Figures:
    """Return one line a page, one column a tier, and how the promise is kept."""
    figures = Figures(f"B11 pages of a registry of {count:,} pupils: p50 / p95 in ms", ("", *seen))
    for name in dict.fromkeys(name for pages in seen.values() for name in pages):
        figures.add(name, *(said(pages.get(name)) for pages in seen.values()))
    ours = {tier: pages for tier, pages in seen.items() if tier != BARE}
    worst = max(p95 for pages in ours.values() for _, p95 in pages.values())
    figures.add("slowest p95", f"{worst * 1000:.0f}", f"≤ {WORST_MS}")
    for name, (theirs, _) in seen[BARE].items():
        top = ours[HIGHEST].get(name) or ours[WIDEST][name]
        figures.add(f"÷ bare FAB: {name}", f"{top[0] / theirs:.3f}", f"≤ {WORST_RATIO}")
    return figures


def said(cost: Spread | None) -> str:
    """Return a cell."""
    return f"{cost[0] * 1000:.0f} / {cost[1] * 1000:.0f}" if cost else "–"


def seen_path(root: Connection[tuple[int]], login: str) -> str:
    """Return the path of the organisation an account belongs to."""
    row = root.execute(
        "SELECT path FROM organisation JOIN account ON organisation_id = organisation.id"
        " WHERE login = %s",
        (login,),
    ).fetchone()
    if row is None:
        raise RuntimeError(f"there is no account {login}: the bench registry is not a demo world")
    return str(row[0])


def last_page(root: Connection[tuple[int]], scope: str) -> int:
    """Return the number of the last page of pupils that can be leafed to below a path."""
    row = root.execute(
        "SELECT coalesce(sum(n), 0)::int FROM headcount WHERE owner_path ^@ %s", (scope,)
    ).fetchone()
    return max(0, min(row[0] if row else 0, LEAF_LIMIT) - 1) // PAGE


def pupils_of(root_url: str) -> int:
    """Return how many pupils the registry has."""
    with superuser(root_url) as root:
        row = root.execute("SELECT coalesce(sum(n), 0)::int FROM headcount").fetchone()
    return row[0] if row else 0
