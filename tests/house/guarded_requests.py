"""The guards of export requests: where they are, and which tests miss them (P30)."""

from __future__ import annotations

from tests.house.guards import Guard, answers

RULES, PAGES = "tests/workflows/test_export_request.py", "tests/views/test_export_requests.py"
STEP = "app.workflows.export_guards"


def silent(name: str) -> object:
    """Stand in for the table of guards by the same, one of them never objecting."""
    return lambda guards: {**guards, name: lambda *_args: None}


REQUESTS = {
    **{
        f"request-{name.replace('_', '-')}": Guard(
            rows, f"{STEP}:GUARDS", silent(name), tuple(f"{RULES}::{test}" for test in tests)
        )
        for name, rows, tests in (
            ("is_whole", "W2", ("test_every_item_has_to_be_said",)),
            ("fields_fit", "D8", ("test_fields_beyond_the_purpose_are_named_and_refused",)),
            ("has_period", "W16", ("test_the_period",)),
            ("is_in_time", "W16", ("test_nothing_is_agreed_to_after_the_period",)),
            ("has_desks", "W2", ("test_a_province_with_one_registrar_has_nobody_who_reviews",)),
            ("is_other_person", "W2", ("test_nobody_reviews_what_they_asked_for",)),
            ("strikes_well", "W2", ("test_only_what_was_asked_for_is_struck_and_not_all_of_it",)),
            ("strikes_nothing", "W2", ("test_the_head_approves_what_was_reviewed",)),
            ("has_words", "W2", ("test_what_stops_a_request_is_explained",)),
        )
    },
    "request-desk": Guard(
        "W14",
        "app.workflows.export_request:is_here",
        answers(True),  # noqa: FBT003  the stand-in's answer
        (f"{RULES}::test_nobody_else_decides_anything",),
    ),
    "request-applicant": Guard(
        "W14",
        "app.workflows.export_request:is_applicant",
        answers(True),  # noqa: FBT003
        (
            f"{RULES}::test_the_applicant_alone_makes_it",
            f"{RULES}::test_a_draft_is_its_applicants_own",
        ),
    ),
    "request-file": Guard(
        "A17",
        "app.workflows.export_request:why_not_generate",
        answers(()),
        (
            f"{RULES}::test_no_file_before_the_last_approval",
            f"{RULES}::test_a_file_is_made_within_the_period",
            f"{RULES}::test_an_approved_request_makes_one_file_whole_of_exactly_its_fields",
        ),
    ),
}
