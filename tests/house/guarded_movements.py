"""The guards of movements and class changes: stage, state, school, window, evidence, places."""

from __future__ import annotations

from tests.house.guards import Guard, answers

FLOW = "app.workflows.movement:MovementWorkflow"
MOVEMENT = "tests/workflows/test_movement.py::test_"
AGAIN = "tests/workflows/test_resubmitting.py::test_"
ROOMS = "tests/workflows/test_class_change.py::test_"
PAGES = "tests/views/test_moving.py::test_"

MOVEMENTS = {
    "movement-stage": Guard(
        "",
        "app.workflows.movement:in_stage",
        answers(None),
        (f"{MOVEMENT}stages_and_states_are_those_of_the_law",),
    ),
    "movement-status": Guard(
        "",
        "app.workflows.movement:from_status",
        answers(None),
        (f"{MOVEMENT}stages_and_states_are_those_of_the_law",),
    ),
    "movement-school": Guard(
        "A4",
        f"{FLOW}.right_school",
        answers(None),
        (f"{AGAIN}a_school_that_receives_a_pupil_makes_no_other_movement_of_it",),
    ),
    "movement-problem": Guard(
        "",
        f"{FLOW}.has_no_problem",
        answers(None),
        (f"{MOVEMENT}every_reason_is_told_at_once",),
    ),
    "movement-class": Guard(
        "A4",
        f"{FLOW}.class_chosen",
        answers(None),
        (f"{MOVEMENT}a_year_is_skipped_by_one_level",),
    ),
    "movement-window": Guard(
        "",
        f"{FLOW}.not_frozen",
        answers(None),
        (f"{MOVEMENT}the_frozen_weeks_of_graduating_grades",),
    ),
    "movement-cause": Guard(
        "",
        f"{FLOW}.has_cause",
        answers(None),
        (f"{MOVEMENT}dates_reasons_and_class_of_a_suspension",),
    ),
    "movement-dates": Guard(
        "",
        f"{FLOW}.has_dates",
        answers(None),
        (f"{MOVEMENT}dates_reasons_and_class_of_a_suspension",),
    ),
    "movement-evidence": Guard(
        "",
        f"{FLOW}.has_evidence",
        answers(None),
        (f"{MOVEMENT}evidence_is_asked_for_where_the_law_wants_it",),
    ),
    "movement-allowance": Guard(
        "A20",
        "app.views.screens.national:closed",
        answers(None),
        (f"{PAGES}wrong_name_and_unknown_number_are_answered_alike_and_counted",),
    ),
    "class-change-pupil": Guard(
        "",
        "app.workflows.class_change:against",
        answers([]),
        (
            f"{ROOMS}another_grade_and_the_same_class_are_refused",
            f"{ROOMS}every_reason_is_told_at_once_and_nobody_moves",
        ),
    ),
    "class-change-busy": Guard(
        "",
        "app.workflows.class_change:busy_pupils",
        answers(frozenset()),
        (f"{ROOMS}every_reason_is_told_at_once_and_nobody_moves",),
    ),
    "class-change-places": Guard(
        "",
        "app.workflows.class_change:against_all",
        answers([]),
        (f"{ROOMS}the_places_are_counted_for_the_whole_group",),
    ),
}
