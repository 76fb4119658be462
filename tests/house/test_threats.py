"""Every row of the checklist has its guard and a test that is there."""

from tests.house.guarded import GUARDS
from tests.house.test_guards import is_there
from tests.house.threats import ROWS, THREATS


def test_every_row_is_mapped_and_no_other():
    assert list(THREATS) == ROWS


def test_every_test_named_is_there():
    named = [(row, node) for row, threat in THREATS.items() for node in threat.shown]
    assert [(row, node) for row, node in named if not is_there(node)] == []
    assert [row for row, threat in THREATS.items() if not threat.shown] == []


def test_every_guard_named_is_on_the_list_and_every_row_is_one_of_ours():
    named = {guard for threat in THREATS.values() for guard in threat.guards}
    assert named <= set(GUARDS)
    answered = {row for guard in GUARDS.values() for row in guard.rows.split()}
    assert answered <= set(ROWS)
