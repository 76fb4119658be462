"""The guards of evidence: what a file is, what is left of a picture, whose it is, that it stays."""

from __future__ import annotations

from app.models.attachment import Attachment
from tests.house.guards import Guard, always_without, answers, same

RULES = "tests/storage/test_evidence_rules.py::test_"
PAGES = "tests/views/test_evidence.py::test_"

EVIDENCE = {
    "evidence-sniffed": Guard(
        "F1",
        "app.storage.evidence_rules:MARKS",
        lambda _marks: {b"": "pdf"},
        (f"{RULES}what_lies_about_itself_or_is_no_evidence_is_refused",),
    ),
    "evidence-drawn-anew": Guard(
        "F1",
        "app.storage.evidence_rules:drawn_anew",
        lambda _draw: lambda _name, _kind, data: data,
        (
            f"{RULES}a_second_file_behind_a_picture_is_gone",
            f"{RULES}a_picture_loses_where_and_when_it_was_taken",
            f"{PAGES}a_picture_with_a_page_behind_it_holds_the_picture_alone",
        ),
    ),
    "evidence-inert": Guard(
        "F1",
        "app.views.evidence:inert",
        same,
        (f"{PAGES}nothing_is_ever_run_by_the_browser",),
    ),
    "evidence-pixels": Guard(
        "F3",
        "app.storage.evidence_rules:MOST_PIXELS",
        lambda _most: 10**12,
        (f"{RULES}a_bomb_is_refused_before_it_goes_off",),
    ),
    "evidence-stays": Guard(
        "F5",
        "app.policies.triggers:ALWAYS",
        always_without("IF tg_op = 'DELETE' OR to_jsonb(new)", "IF false AND to_jsonb(new)"),
        (f"{PAGES}evidence_of_a_case_is_never_changed",),
    ),
    "evidence-of-ones-own-case": Guard(
        "F5",
        "app.workflows.attaching:insist_open",
        answers(None),
        (f"{PAGES}the_originator_adds_to_a_case_that_was_sent_back",),
    ),
    "evidence-tray": Guard(
        "F5",
        "app.workflows.attaching:on_tray",
        lambda _tray: lambda _user: (Attachment.case_id.is_(None),),
        (f"{PAGES}a_file_of_another_tray_is_nobodys",),
    ),
    "trays-cleared": Guard(
        "F6",
        "app.workflows.attaching:clear_trays",
        answers(0),
        (f"{PAGES}a_tray_of_yesterday_is_cleared_and_its_file_goes",),
    ),
}
