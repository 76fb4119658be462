"""Without its guard a test fails: each guard is taken away for one run of the tests about it (G24).

The suite takes a few away and holds the list to the code; `make soak` takes away every one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT
from tests.house.guarded import GUARDS
from tests.house.guards import SWITCH, located

FEW = ("picked", "door", "next")
SECONDS = 600
TESTS = re.compile(r"^def (test_\w+)", re.MULTILINE)


def outcome(name):
    """Run the tests of a guard without it; give pytest's exit code and its last lines."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=line", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *GUARDS[name].kills],
        cwd=ROOT,
        env={**os.environ, SWITCH: name},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, "\n".join(done.stdout.splitlines()[-6:] + done.stderr.splitlines()[-3:])


def is_killed(name):
    """Tell whether a test failed (1), and failed by itself: no test that could not even begin."""
    code, told = outcome(name)
    return code == 1 and " error" not in told.splitlines()[-1], told


def test_every_guard_is_where_the_list_says():
    for name, guard in GUARDS.items():
        assert located(guard.where), name
        assert guard.kills, name


def test_every_test_about_a_guard_is_there():
    missing = [
        (name, node) for name, guard in GUARDS.items() for node in guard.kills if not is_there(node)
    ]
    assert missing == []


def is_there(node):
    path, _colons, test = node.partition("::")
    file = Path(ROOT) / path
    return file.exists() and test.partition("[")[0] in TESTS.findall(file.read_text())


@pytest.mark.parametrize("name", FEW)
def test_without_a_guard_its_test_fails(name, tally):
    killed, told = is_killed(name)
    tally["guards taken away and missed by a test"] += killed
    assert killed, told


@pytest.mark.soak
def test_every_guard_is_missed(capsys):
    alive = {}
    for name in GUARDS:
        killed, told = is_killed(name)
        if not killed:
            alive[name] = told
    share = 100 * (len(GUARDS) - len(alive)) / len(GUARDS)
    with capsys.disabled():
        print(f"\nguards killed: {len(GUARDS) - len(alive)}/{len(GUARDS)} ({share:.0f} %)")  # noqa: T201
    assert alive == {}
