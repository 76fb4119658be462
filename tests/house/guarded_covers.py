"""The guards of leave covers, notices and the hook: where they are, and which tests miss them."""

from __future__ import annotations

from sqlalchemy import false

from app.models.substitution import Substitution
from app.policies.rights import holds
from tests.house.guards import Guard, answers

RULES, PAGES = "tests/workflows/test_covering.py", "tests/views/test_covering.py"
CLOCK, HOOK = "tests/workflows/test_reminding.py", "tests/jobs/test_hook.py"


def whatever_lies_there(_worn):
    """Stand in for the question of a hat by the cover's row, in force or not."""
    return lambda session, _user_id, cover_id, _today: session.get(Substitution, cover_id)


COVERS = {
    "cover-who-names": Guard(
        "W2",
        "app.workflows.covering:may_name",
        answers(True),  # noqa: FBT003  the stand-in's answer
        (f"{RULES}::test_the_tier_above_helps_a_school_with_one_registrar",),
    ),
    "cover-who-ends": Guard(
        "W14",
        "app.workflows.covering:may_end",
        answers(True),  # noqa: FBT003
        (f"{RULES}::test_nobody_else_ends_it",),
    ),
    "cover-officers": Guard(
        "W14",
        "app.workflows.covering:is_officer",
        answers(True),  # noqa: FBT003
        (
            f"{RULES}::test_teachers_and_technicians_neither_leave_a_desk_nor_sit_at_one",
            f"{RULES}::test_a_substitute_is_another_open_officer_of_the_same_place",
        ),
    ),
    "cover-days": Guard(
        "W16",
        "app.workflows.covering:_days",
        answers(()),
        (f"{RULES}::test_a_cover_begins_today_or_later_and_is_not_for_ever",),
    ),
    "cover-chains": Guard(
        "W2",
        "app.workflows.covering:_others",
        answers(()),
        (f"{RULES}::test_no_chains", f"{RULES}::test_nobody_is_covered_for_twice_on_a_day"),
    ),
    "hat-in-force": Guard(
        "W14",
        "app.workflows.covering:worn",
        whatever_lies_there,
        (
            f"{PAGES}::test_a_hat_whose_cover_is_over_is_refused_at_the_next_request",
            f"{PAGES}::test_nobody_puts_on_another_ones_hat",
        ),
    ),
    "hat-lost": Guard(
        "W14",
        "app.views.hat:insist_on_hat",
        answers(None),
        (f"{PAGES}::test_a_hat_whose_cover_is_over_is_refused_at_the_next_request",),
    ),
    "hat-shut": Guard(
        "A21",
        "app.policies.hats:wears",
        lambda _wears: holds,
        (
            f"{PAGES}::test_a_hat_keeps_some_doors_shut",
            f"{RULES}::test_no_hat_opens_power_over_people_or_the_house",
        ),
    ),
    "notice-once": Guard(
        "W4",
        "app.workflows.reminding:_was_told",
        answers(false()),
        (f"{CLOCK}::test_the_next_desk_is_reminded_again_and_a_mark_is_no_new_desk",),
    ),
    "hook-address": Guard(
        "S1",
        "config:hook_address",
        lambda _guard: lambda url, **_demo: url,
        (f"{HOOK}::test_a_hook_that_is_not_safe_is_not_begun",),
    ),
    "hook-secrets": Guard(
        "S1",
        "config:hook_secrets",
        lambda _guard: lambda env: (env.get("XUEJI_HOOK_SECRET", ""),),
        (f"{HOOK}::test_a_hook_that_is_not_safe_is_not_begun",),
    ),
}
