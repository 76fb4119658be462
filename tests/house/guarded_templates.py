"""The guards of the templates: whose rows, which fields, which records stay as they are (P29)."""

from __future__ import annotations

from tests.house.guards import Guard, answers

TESTS = "tests/imports"
CORRECTIONS, FAMILY = f"{TESTS}/test_corrections.py::test_", f"{TESTS}/test_family.py::test_"
ROOMS = f"{TESTS}/test_rooms.py::test_"
MOVED = "what_moved_since_the_look_goes_back_to_be_reviewed"


def unsealed(_sealed):
    """Keep a cell as it is read."""
    return lambda text: text.encode() if text else None


TEMPLATES = {
    "correction-controlled": Guard(
        "",
        "app.imports.corrections:Keeping.bound",
        answers([]),
        (f"{CORRECTIONS}a_controlled_field_that_differs_refuses_its_row",),
    ),
    "correction-busy": Guard(
        "",
        "app.imports.corrections:_busy",
        answers(frozenset()),
        (f"{CORRECTIONS}a_pupil_with_business_in_progress_stays_as_it_is",),
    ),
    "row-twice": Guard(
        "",
        "app.imports.lines:twice",
        answers(()),
        (f"{CORRECTIONS}who_a_row_is_about_has_to_be_certain",),
    ),
    "row-moved": Guard("", "app.imports.lines:moved", answers(()), (f"{ROOMS}{MOVED}",)),
    "cells-sealed": Guard(
        "", "app.imports.lines:sealed", unsealed, (f"{CORRECTIONS}cells_are_sealed_at_rest",)
    ),
    "family-guardian": Guard(
        "",
        "app.imports.guardians:_unguarded",
        answers(()),
        (f"{FAMILY}a_pupil_keeps_a_guardian",),
    ),
    "class-numbers-left": Guard(
        "",
        "app.imports.own_classes:beyond",
        answers(()),
        (f"{ROOMS}no_more_classes_than_numbers",),
    ),
}
