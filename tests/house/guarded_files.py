"""The guards before a stranger's file: what is looked for before anything parses it."""

from __future__ import annotations

from tests.house.guards import Guard, answers

FORMS = "tests/imports/test_forms.py::test_"

FILES = {
    "books-looked-into": Guard(
        "X3 X4",
        "app.imports.zipscan:_check_head",
        answers(None),
        ("tests/imports/test_bad_files.py::test_one_sentence_and_quickly",),
    ),
    "list-ends": Guard(
        "X5",
        "app.imports.zipscan:_check_list_ends",
        answers(None),
        (f"{FORMS}a_long_list_of_few_members_is_not_read_either",),
    ),
    "list-of-members": Guard(
        "X5",
        "app.imports.zipscan:_check_list",
        answers(None),
        ("tests/imports/test_bad_files.py::test_one_sentence_and_quickly",),
    ),
    "told-by-bytes": Guard(
        "X13",
        "app.imports.zipscan:form_of",
        answers("xlsx"),
        (f"{FORMS}an_old_book_that_is_locked_live_or_older",),
    ),
}
