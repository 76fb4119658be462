"""A run of the tests in which each guard is away once, in a process of its own (G24).

``python -m pytest -p tests.house.one_by_one`` boots the engines once and forks for every guard
named in the environment: the child takes the guard away, brings the database to what is declared
then, and runs the tests that must fail. The parent puts the database back.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from sqlalchemy import create_engine, make_url

from config import Config

ASKED = "XUEJI_GUARDS"
SECONDS = 240
BLANK = "blank"  # what `root` copies
BOOT = "test_the_house_stands"
FAR = "tests/codes/test_numbers.py"  # a room no guard is in: pytest tears down up to here, no more
IN_THE_DATABASE = (
    "app.policies.path_triggers",
    "app.policies.rls",
    "app.policies.trail_triggers",
    "app.policies.triggers",
)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    from tests.house.guarded import GUARDS

    names = os.environ[ASKED].split(",")
    first = next(item for item in session.items if item.name == BOOT)
    last = next(item for item in session.items if item.path.match(FAR))
    runtestprotocol(first, nextitem=last, log=False)
    house = Config.read()  # the engines of this run, as the fixture put them into the environment
    alive = []
    for name in names:
        told = without(name, GUARDS[name], session.items, last, house)
        print(f"{'alive ' if told else 'killed'} {name}{told and ': ' + told}", flush=True)  # noqa: T201
        alive += [name] if told else []
    share = 100 * (len(names) - len(alive)) // len(names)
    print(f"guards killed: {len(names) - len(alive)}/{len(names)} ({share} %)", flush=True)  # noqa: T201
    session.testsfailed = len(alive)
    return True


def without(name, guard, items, last, house):
    """Fork, take the guard away, run its tests; return nothing, or why no test failed."""
    child = os.fork()
    if child == 0:
        try:
            code = missed(name, guard, items, last, house)
        except BaseException as broken:  # noqa: BLE001  a child must never come back from here
            sys.stderr.write(f"{name}: {broken!r}\n")
            code = 3
        os._exit(code)
    _pid, status = os.waitpid(child, 0)
    if guard.where.startswith(IN_THE_DATABASE):
        sync(house)
    code = os.waitstatus_to_exitcode(status)
    return {0: "", 1: "no test failed", 2: "no such test"}.get(code, f"could not begin ({code})")


def missed(name, guard, items, last, house):
    """Run the tests about a guard without it; 0 when one of them failed."""
    from tests.house.guards import turn_off

    signal.alarm(SECONDS)
    turn_off(name)
    if guard.where.startswith(IN_THE_DATABASE):
        sync(house)
    wanted = [item for item in items if any(is_of(item, node) for node in guard.kills)]
    for item in wanted:
        reports = runtestprotocol(item, nextitem=last, log=False)
        if any(report.failed and report.when == "call" for report in reports):
            return 0
        if any(report.failed and report.when == "setup" for report in reports):
            sys.stderr.write(str(reports[0].longrepr)[-500:])
            return 3
    return 1 if wanted else 2


def is_of(item, node):
    path, _colons, test = node.partition("::")
    return item.path == Path(item.config.rootpath) / path and item.originalname == test


def sync(house):
    """Bring policies, triggers and grants to what is declared now, in the template as well."""
    from app.policies import rls

    url = make_url(house.owner_database_url)
    for database in (url.database, BLANK):
        engine = create_engine(url.set(database=database))
        with engine.begin() as connection:
            rls.sync(connection)
        engine.dispose()
