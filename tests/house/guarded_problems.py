"""The guards of problem records: what is open, proven, left; whose identity waits (P04, P05)."""

from __future__ import annotations

from tests.house.guards import Guard, always_without, answers

FLOW = "app.workflows.problem:ProblemWorkflow"
TESTS = "tests/workflows/test_problem.py::test_"
NUMBERS = "tests/workflows/test_issuing.py::test_"
MOVED_ON = "a_record_that_moved_on_is_neither_answered_for_nor_written_over"
NEW_ONES = "SELECT id FROM came WHERE status"
NOTHING = answers(None)

PROBLEMS = {
    f"problem-{name}": Guard("", f"{FLOW}.{guard}", NOTHING, (f"{TESTS}{test}",))
    for name, guard, test in (
        ("school", "is_there", MOVED_ON),
        ("open", "is_open", "where_nothing_is_open_there_is_nothing_to_answer"),
        ("last", "leaves_one", "the_last_one_left_does_not_go_though_its_case_was_sent_back"),
        ("fields", "right_fields", "a_change_changes_something_and_only_a_change_does"),
        (
            "overtaken",
            "still_so",
            "a_record_that_moved_on_is_neither_answered_for_nor_written_over",
        ),
        ("differs", "differs", "a_change_changes_something_and_only_a_change_does"),
        ("fits-id", "fits_id", "a_change_agrees_with_the_number_beside_it"),
        ("words", "has_words", "an_answer_is_explained_and_proven"),
        ("evidence", "has_evidence", "an_answer_is_explained_and_proven"),
    )
} | {
    "problem-n-minus-one": Guard(
        "",
        "app.workflows.settling:settle",
        answers(set()),
        (f"{TESTS}when_the_one_goes_the_other_is_the_last_left",),
    ),
    "problem-remembered": Guard(
        "",
        "app.workflows.settling:_remember",
        NOTHING,
        (f"{TESTS}proven_pairs_are_not_raised_again_and_new_ones_are",),
    ),
    "problem-let-go": Guard(
        "",
        f"{FLOW}.undoing",
        lambda _undoing: (),
        (f"{TESTS}what_a_case_came_to_nothing_about_is_open_as_before",),
    ),
    "identity-waits": Guard(
        "",
        "app.policies.triggers:ALWAYS",
        always_without(NEW_ONES, NEW_ONES.replace("WHERE", "WHERE false AND")),
        (f"{TESTS}the_same_child_at_two_schools_is_a_problem_of_both",),
    ),
    "identity-verified-anew": Guard(
        "",
        "app.policies.triggers:ALWAYS",
        always_without("new.verification := 'NONE'; new.verified_on := NULL;"),
        (f"{NUMBERS}an_id_number_that_comes_later_turns_j_into_g_once_verified_again",),
    ),
}
