"""A few pages at rest, and the same while a workbook is looked at and written by a worker's child.

Pages are asked for one after the other through the whole application by Flask's test client, in a
process of their own; the jobs run in another, as gently as a worker runs them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from flask.testing import FlaskClient

from app.bench.figures import Figures, spread
from app.bench.pages import FOUND, OK
from app.jobs import registry
from app.jobs.worker import GENTLE, perform
from app.models.sealed import KEYS
from config import ROOT, Config

SCHOOL, COUNTY = "registrar@2141000201", "registrar@411302"
PAGES = (
    (COUNTY, "/schools/list/"),
    (COUNTY, "/inbox"),
    (COUNTY, "/desk/"),
    (SCHOOL, "/students/list/"),
    (SCHOOL, "/inbox"),
    (SCHOOL, "/desk/"),
)
ROUNDS = 40
WORST_RATIO = 1.5

Times = list[list[float]]  # seconds, of each page in turn
Opened = list[tuple[FlaskClient, str]]


def opened(sign_in: Callable[[str], FlaskClient]) -> Opened:
    """Return the pages with somebody signed in, each opened once."""
    clients = {login: sign_in(login) for login in (COUNTY, SCHOOL)}
    pages = [(clients[login], path) for login, path in PAGES]
    for _ in range(3):
        once(pages)
    return pages


def at_rest(pages: Opened) -> Times:
    """Return what the pages cost when nothing else is done."""
    return turned([once(pages) for _ in range(ROUNDS)])


def beside(pages: Opened, job_id: int | None) -> Times:
    """Do a job in a process of its own; return what the pages cost meanwhile."""
    job = subprocess.Popen([sys.executable, "-m", __name__, str(job_id)], cwd=ROOT)  # noqa: S603  our own module
    rounds = []
    while job.poll() is None:
        rounds.append(once(pages))
    if job.returncode:
        raise RuntimeError(f"job {job_id} failed")
    return turned(rounds)


def once(pages: Opened) -> list[float]:
    """Return the seconds each page takes now."""
    taken = []
    for client, path in pages:
        started = time.perf_counter()
        status = client.get(path).status_code
        taken.append(time.perf_counter() - started)
        if status != OK:
            raise RuntimeError(f"{path} answers {status}")
    return taken


def turned(rounds: list[list[float]]) -> Times:
    """Return the times by page."""
    return [list(page) for page in zip(*rounds, strict=True)]


def told(figures: Figures, rest: Times, busy: Times) -> None:
    """Add a line for every page, then the one that all of them promise."""
    for name, before, during in lines(rest, busy):
        ms = [f"{1000 * value:.0f}" for value in (*spread(before), *spread(during))]
        figures.add(name, f"{ms[0]} / {ms[1]} → {ms[2]} / {ms[3]} ms")
    calm, pressed = (spread([t for page in times for t in page])[1] for times in (rest, busy))
    figures.add("p95 beside ÷ p95 at rest", f"{pressed / calm:.2f}", f"≤ {WORST_RATIO}")


def lines(rest: Times, busy: Times) -> Iterator[tuple[str, list[float], list[float]]]:
    """Yield each page with its times at rest and beside."""
    for (login, path), before, during in zip(PAGES, rest, busy, strict=True):
        yield f"{path} ({login.partition('@')[2]})", before, during


def sign_in_with(
    app_client: Callable[[], FlaskClient], password: str
) -> Callable[[str], FlaskClient]:
    """Return how somebody signs in."""

    def sign_in(login: str) -> FlaskClient:
        client = app_client()
        answer = client.post("/login/", data={"username": login, "password": password})
        if answer.status_code != FOUND or "/login" in answer.location:
            raise RuntimeError(f"{login} cannot sign in: the bench registry is not a demo world")
        return client

    return sign_in


def work(job_id: int) -> None:
    """Do one job as a worker's child does."""
    os.nice(GENTLE)
    registry.load()
    KEYS.unlock(Path(Config.read().key_file))
    if perform(job_id, "bench") != "done":
        sys.exit(1)


if __name__ == "__main__":
    work(int(sys.argv[1]))
