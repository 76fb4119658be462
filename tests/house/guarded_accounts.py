"""The guards of accounts, groups and gifts that answer by a refusal: where, and who misses them."""

from __future__ import annotations

from app.views.scoped import ScopedInterface
from tests.house.guards import Guard, answers

OPENING, GROUPS = "tests/workflows/test_accounts.py", "tests/workflows/test_groups.py"
PAGES = "tests/views/screens/test_accounts.py"
MISSED = {  # a guard of app.workflows: the test that fails without it
    "accounts:is_enabled": (
        OPENING,
        "what_is_closed_is_not_closed_again_and_what_is_open_not_opened",
    ),
    "accounts:can_be_reopened": (
        OPENING,
        "what_waits_for_a_second_person_is_not_reopened_by_the_first",
    ),
    "accounts:waits_for_a_second": (OPENING, "an_enabled_account_is_not_confirmed"),
    "accounts:login_is_free": (OPENING, "a_login_is_taken_once"),
    "accounts:somebody_is_left": (OPENING, "the_last_who_holds_a_key_stays"),
    "accounts:somebody_can_confirm": (OPENING, "what_takes_two_finds_its_second_person"),
    "handover:cases_are_provided_for": (
        OPENING,
        "whoever_leaves_open_cases_names_a_successor_or_nobody",
    ),
    "handover:can_succeed": (OPENING, "a_successor_sits_at_the_same_desk"),
    "handover:adopt": (OPENING, "whoever_comes_to_the_desk_later_takes_what_was_left"),
    "closing_accounts:is_registrar": (
        OPENING,
        "only_a_sitting_registrar_is_replaced_and_by_one_of_the_school",
    ),
    "closing_accounts:sat_here": (
        OPENING,
        "only_a_sitting_registrar_is_replaced_and_by_one_of_the_school",
    ),
    "opening_accounts:only_teachers_have_classes": (OPENING, "classes_are_for_teachers"),
    "authorising:may_sign_in": (PAGES, "a_teacher_without_any_authorisation_stays_outside"),
    "authorising:is_teacher": (GROUPS, "classes_and_rights_are_for_teachers"),
    "authorising:can_give": (GROUPS, "a_group_hands_out_gifts_only"),
    "authorising:can_take": (GROUPS, "a_subject_teacher_takes_marks_only"),
    "authorising:classes_are_ours": (GROUPS, "classes_of_others_are_not_given"),
    "groups:name_is_free": (GROUPS, "a_name_is_taken_once"),
    "groups:are_our_teachers": (GROUPS, "members_are_the_own_teachers"),
}
ACCOUNT_RULES = {
    f"account-{where.partition(':')[2].replace('_', '-')}": Guard(
        "S19", f"app.workflows.{where}", answers(None), (f"{file}::test_{test}",)
    )
    for where, (file, test) in MISSED.items()
} | {
    "account-in-house": Guard(
        "A1",
        "app.views.screens.house_rows:InHouse.apply_filters",
        lambda _found: ScopedInterface.apply_filters,
        (
            f"{PAGES}::test_a_page_shows_the_accounts_of_the_own_house",
            f"{PAGES}::test_a_foreign_account_is_not_there",
        ),
    ),
}
