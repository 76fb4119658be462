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
from tests.house import one_by_one
from tests.house.guarded import GUARDS
from tests.house.guards import located

FEW = ("policy-student", "picked", "epoch")
SECONDS = 3600
TESTS = re.compile(r"^def (test_\w+)", re.MULTILINE)
KILLED = re.compile(r"guards killed: (\d+)/(\d+) \((\d+) %\)")


def test_the_house_stands(house):
    assert house.database_url


def test_every_guard_is_where_the_list_says():
    for name, guard in GUARDS.items():
        assert located(guard.where), name
        assert guard.kills, name


def test_every_test_about_a_guard_is_there():
    nodes = [(name, node) for name, guard in GUARDS.items() for node in guard.kills]
    assert [(name, node) for name, node in nodes if not is_there(node)] == []


def is_there(node):
    path, _colons, test = node.partition("::")
    file = Path(ROOT) / path
    return file.exists() and test.partition("[")[0] in TESTS.findall(file.read_text())


def taken_away(names):
    """Take guards away, one by one, in a run of its own; give what it told."""
    nodes = {node for name in names for node in GUARDS[name].kills}
    here = f"{Path(__file__).relative_to(ROOT)}::{one_by_one.BOOT}"
    options = ["-q", "-p", one_by_one.__name__, "-p", "no:cacheprovider", "-m", ""]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, here, one_by_one.FAR, *sorted(nodes)],
        cwd=ROOT,
        env={**os.environ, one_by_one.ASKED: ",".join(names)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.stdout + done.stderr[-2000:]


def counted(told, tally):
    found = KILLED.search(told)
    assert found, told[-3000:]
    tally["guards taken away"] += int(found[2])
    tally["guards whose absence a test noticed"] += int(found[1])
    return found[1], found[2]


def test_a_few_guards_are_missed(tally):
    told = taken_away(FEW)
    killed, of = counted(told, tally)
    assert killed == of, told


@pytest.mark.soak
def test_every_guard_is_missed(capsys, tally):
    told = taken_away(tuple(GUARDS))
    with capsys.disabled():
        print("\n" + "\n".join(re.findall(r"^(?:alive .*|guards killed.*)$", told, re.MULTILINE)))  # noqa: T201
    killed, of = counted(told, tally)
    assert killed == of, told
