"""The guards of every case: who may press what, how long to wait, one at a time, the lock."""

from __future__ import annotations

from app.workflows.desk import Trigger
from tests.house.guards import Guard, always_without, answers

FLOWS = "tests/workflows"
TRANSFERS = f"{FLOWS}/test_transfer.py::test_"
STEPS_IN = f"{FLOWS}/test_intervention.py::test_"
LOCKED = f"{FLOWS}/test_locked.py::test_"
KEYS = f"{FLOWS}/test_key_change.py::test_"
TRANSFER = "app.workflows.transfer:TransferWorkflow"
KEY_CHANGE = "app.workflows.key_change:KeyChangeWorkflow"
YES, NOTHING = answers("yes"), answers(None)

CASES = {
    "out-of-turn": Guard(
        "W3",
        "app.workflows.persons:is_here",
        YES,
        (f"{TRANSFERS}nobody_decides_out_of_turn_or_their_own_or_twice",),
    ),
    "own-and-twice": Guard(
        "W1 W2",
        "app.workflows.persons:is_other_person",
        YES,
        (
            f"{TRANSFERS}nobody_decides_out_of_turn_or_their_own_or_twice",
            f"{STEPS_IN}who_stepped_in_once_does_not_step_in_again",
        ),
    ),
    "seen": Guard(
        "W4 W5 W8",
        "app.workflows.engine:Workflow.fire",
        lambda fire: (
            lambda flow, session, case, act, _seen=None, **more: fire(
                flow, session, case, act, None, **more
            )
        ),
        (f"{TRANSFERS}a_stale_page_decides_nothing",),
    ),
    "ended": Guard(
        "W4 W12",
        "app.workflows.engine:Workflow.triggers",
        lambda _offered: lambda _flow, _case: tuple(Trigger),
        (f"{LOCKED}nothing_undoes_what_was_carried_out",),
    ),
    "may-withdraw": Guard(
        "W6",
        "app.workflows.persons:may_withdraw",
        YES,
        (f"{TRANSFERS}who_submitted_takes_it_back_nobody_else_and_not_once_somebody_agreed",),
    ),
    "who-asks-to-intervene": Guard(
        "W3",
        "app.workflows.persons:may_escalate",
        YES,
        (f"{STEPS_IN}only_the_side_that_waits_may_ask",),
    ),
    "waited": Guard(
        "W16",
        "app.workflows.intervention:checks",
        answers([]),
        (f"{STEPS_IN}a_step_has_to_lie_ten_working_days_holidays_not_counted",),
    ),
    "intervention-of-others": Guard(
        "W3",
        "app.workflows.intervention:is_offered",
        answers("yes"),
        (f"{STEPS_IN}nobody_asks_against_their_own_school",),
    ),
    "explained": Guard(
        "W3",
        "app.workflows.engine:needs_reason",
        answers(False),  # noqa: FBT003
        (
            f"{STEPS_IN}it_is_asked_for_and_done_with_a_reason",
            f"{TRANSFERS}disagreeing_needs_a_reason_and_ends_the_case_without_effect",
        ),
    ),
    "stands-again": Guard(
        "W7",
        f"{TRANSFER}.standing",
        lambda _standing: (),
        (f"{TRANSFERS}guards_are_asked_again_when_a_step_is_taken",),
    ),
    "still-so": Guard(
        "W7",
        f"{KEY_CHANGE}.still_so",
        NOTHING,
        (f"{KEYS}a_record_that_changed_since_is_not_written_over",),
    ),
    "transfer-window": Guard(
        "W16",
        f"{TRANSFER}.not_frozen",
        NOTHING,
        (f"{LOCKED}transfers_stop_from_the_first_day_of_the_window_to_its_last",),
    ),
    "transfer-stopped": Guard(
        "W16",
        f"{TRANSFER}.not_stopped",
        NOTHING,
        (f"{LOCKED}what_an_authority_has_stopped_does_not_begin",),
    ),
    "lock": Guard(
        "W10",
        "app.policies.triggers:ALWAYS",
        always_without("RAISE 'business in progress' USING ERRCODE = 'XJ423';", "NULL;"),
        (f"{LOCKED}the_database_keeps_the_record_while_a_case_is_open",),
    ),
    "key-evidence": Guard(
        "", f"{KEY_CHANGE}.has_evidence", NOTHING, (f"{KEYS}everything_in_the_way_is_said_at_once",)
    ),
    "key-unset": Guard(
        "",
        f"{KEY_CHANGE}.fields_are_set",
        NOTHING,
        (f"{KEYS}without_controlled_fields_no_change_begins",),
    ),
    "key-controlled": Guard(
        "",
        f"{KEY_CHANGE}.only_controlled",
        NOTHING,
        (f"{KEYS}everything_in_the_way_is_said_at_once",),
    ),
    "key-differs": Guard(
        "",
        f"{KEY_CHANGE}.differs",
        NOTHING,
        (f"{KEYS}a_change_of_nothing_is_none_and_needs_a_reason",),
    ),
    "key-fits": Guard(
        "",
        f"{KEY_CHANGE}.fits_id",
        NOTHING,
        (f"{KEYS}the_identity_must_agree_with_the_id_number",),
    ),
}
