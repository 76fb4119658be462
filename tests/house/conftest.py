"""The proofs count what they asked and tell it at the end of the run."""

from __future__ import annotations

from collections import Counter

import pytest

TALLY: Counter[str] = Counter()


@pytest.fixture
def tally():
    """Counts by words; everything in it is told in the terminal's summary."""
    return TALLY


def pytest_terminal_summary(terminalreporter):
    if TALLY:
        terminalreporter.section("proofs")
        for what, n in sorted(TALLY.items()):
            terminalreporter.write_line(f"{n:>9,}  {what}")
