"""docs/roles.md says what the matrix and the switches say."""

from app.policies.matrix import MATRIX
from app.policies.roles import Role
from app.policies.switches import SWITCHES
from tests.house.roles_page import PAGE, page


def test_the_page_is_what_the_data_says():
    assert PAGE.read_text("utf-8") == page(), "run `make roles`"


def test_every_function_and_switch_is_on_the_page_once():
    lines = page().splitlines()
    for function in MATRIX.values():
        rows = [line for line in lines if line.startswith(f"| {function.name.zh} |")]
        assert len(rows) == 1
        assert rows[0].count(" | ") == len(Role) + 1
    for key in SWITCHES:
        assert sum(f"`{key}`" in line for line in lines) == 1
