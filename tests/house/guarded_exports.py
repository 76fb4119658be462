"""The guards of exports: where they are, and which tests miss them (P30)."""

from __future__ import annotations

from app.exports.sources import SOURCES
from tests.house.guards import Guard, answers

EXPORTS_TESTS = "tests/exports"
ROWS = f"{EXPORTS_TESTS}/test_rows.py::test_"
PAGES = f"{EXPORTS_TESTS}/test_pages.py::test_"


def whole(cell_of):
    """Write every value whole, whatever was asked for."""
    return lambda *args, masked: cell_of(*args, masked=masked and False)


EXPORTS = {
    "export-asker": Guard(
        "A16",
        "app.exports.ending:is_of",
        answers(True),  # noqa: FBT003  the stand-in's answer
        (f"{PAGES}superiors_see_the_line_and_not_the_file",),
    ),
    "export-mask": Guard(
        "D8",
        "app.exports.making:cell_of",
        whole,
        (f"{EXPORTS_TESTS}/test_writing.py::test_a_routine_export_hides_what_is_personal",),
    ),
    "export-offered": Guard(
        "A13",
        "app.exports.asking:offered",
        answers(list(SOURCES.values())),
        (f"{ROWS}a_teacher_takes_out_the_masked_roster_of_the_own_class_alone",),
    ),
}
