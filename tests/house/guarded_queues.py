"""The guards of lists: whose filter, whose area, what an authority ends, what a job is told."""

from __future__ import annotations

from app.models.organisation import Organisation
from tests.house.guards import Guard, answers

INBOX = "tests/views/test_inbox.py::test_"
OVERDUE = "tests/views/test_overdue.py::test_"
CLEANING = "tests/workflows/test_cleaning.py::test_"

QUEUES = {
    "whose-filter": Guard(
        "A1",
        "app.views.saved_filters:drop",
        lambda _drop: drop_any,
        (f"{INBOX}filters_are_saved_applied_and_dropped_by_their_owner_alone",),
    ),
    "whose-area": Guard(
        "A1",
        "app.views.overdue_figures:area_of",
        lambda _area: (
            lambda session, actor, area_id: session.get_one(
                Organisation, area_id or actor.organisation_id
            )
        ),
        (f"{OVERDUE}areas_are_asked_level_by_level_and_never_beside_the_own_one",),
    ),
    "most-in-a-batch": Guard(
        "W15",
        "app.views.inbox_tabs:MOST",
        lambda most: most * 10,
        (f"{INBOX}a_batch_without_reason_versions_or_a_review_changes_nothing",),
    ),
    "may-clean": Guard(
        "A21",
        "app.workflows.persons:may_clean",
        answers("yes"),
        (f"{CLEANING}a_school_cleans_nothing",),
    ),
}


def drop_any(session, _user_id, filter_id):
    """Take anybody's filter away."""
    from app.models.saved_filter import SavedFilter

    session.delete(session.get_one(SavedFilter, filter_id))
    session.flush()
