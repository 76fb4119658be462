"""The guards of registration: the year, the switches of the authorities, age, papers (P02, P24)."""

from __future__ import annotations

from tests.house.guards import Guard, answers

FLOW = "app.workflows.registration:RegistrationWorkflow"
TESTS = "tests/workflows/test_registration.py::test_"
NOTHING = answers(None)

REGISTRATIONS = {
    f"registration-{name}": Guard("", f"{FLOW}.{guard}", NOTHING, (f"{TESTS}{test}",))
    for name, guard, test in (
        ("problem", "has_no_problem", "a_pupil_with_an_open_problem_is_not_registered"),
        ("year", "year_turned", "first_graders_wait_until_the_year_has_turned"),
        (
            "in-school",
            "in_school_open",
            "an_authority_closes_the_registration_of_in_school_pupils",
        ),
        (
            "age",
            "old_enough",
            "a_child_under_six_waits_unless_the_authority_lets_younger_ones_in",
        ),
        ("no-id", "no_id_allowed", "a_pupil_without_any_document_is_let_in_by_the_province"),
        ("papers", "has_papers", "another_document_than_the_resident_id_needs_its_scan"),
    )
}
