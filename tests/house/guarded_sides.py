"""The guards of the records side by side: who is shown whose, and that a form is not overtaken."""

from __future__ import annotations

from app.models.student import Student
from app.views.actor import session as _session
from app.workflows.comparing_sides import _whole
from tests.house.guards import Guard, answers

SIDE = "app.workflows.comparing_sides"
PAGES = "tests/views/test_problems.py::test_"

SIDES = {
    "sides-part-only": Guard(
        "",
        f"{SIDE}:_part_of",
        lambda _guard: lambda row, parts, beside, _is_open: _whole(row, parts, beside),
        (
            f"{PAGES}nothing_more_of_the_other_record_is_on_the_page_or_in_any_answer",
            f"{PAGES}of_other_fields_is_said_only_whether_they_differ",
            f"{PAGES}hidden_digits_of_another_number_are_not_told_by_their_marks",
        ),
    ),
    "sides-still-alike": Guard(
        "",
        f"{SIDE}:still_alike",
        lambda _guard: lambda parts, _is_open: parts,
        (f"{PAGES}a_record_that_was_changed_is_not_shown_any_more",),
    ),
    "sides-teacher": Guard(
        "",
        f"{SIDE}:sees_others",
        answers(value=True),
        (f"{PAGES}a_teacher_sees_the_own_record_and_how_many_others",),
    ),
    "problem-page-asked": Guard(
        "",
        "app.views.problems:in_question",
        lambda _guard: lambda student_id: _session().get(Student, student_id),
        (f"{PAGES}a_record_without_a_problem_has_no_page",),
    ),
    "problem-overtaken-form": Guard(
        "",
        "app.views.problem_preview:Asked.version",
        lambda _guard: property(lambda asked: asked.typed.seen),
        (f"{PAGES}a_refused_form_keeps_what_was_typed",),
    ),
}
