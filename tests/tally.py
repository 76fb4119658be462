"""The proofs count what they asked and tell it at the end of the run, however many ran it."""

from __future__ import annotations

from collections import Counter

import pytest

TALLY: Counter[str] = Counter()


@pytest.fixture
def tally():
    """Counts by words; everything in it is told in the terminal's summary."""
    return TALLY


def pytest_sessionfinish(session):
    """Hand the counts to whoever leads the run."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tally"] = dict(TALLY)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take over the counts of one of the run's processes."""
    TALLY.update(getattr(node, "workeroutput", {}).get("tally", {}))


def pytest_terminal_summary(terminalreporter):
    """Tell the counts."""
    if TALLY:
        terminalreporter.section("proofs")
        for what, n in sorted(TALLY.items()):
            terminalreporter.write_line(f"{n:>9,}  {what}")
