"""The guards of key data changes and maintained fields: what is controlled, open, still so."""

from __future__ import annotations

from app.workflows.maintaining import FIELDS, Upkeep
from tests.house.guards import Guard, always_without, answers

FLOW = "app.workflows.key_change:KeyChangeWorkflow"
CHANGE = "tests/workflows/test_key_change.py::test_"
PAGES = "tests/views/test_key_changing.py::test_"
FIELD_PAGES = "tests/views/screens/test_field_choices.py::test_"
UPKEEP = "tests/views/screens/test_students.py::test_"

KEYS_CHANGED = {
    "key-fields-are-set": Guard(
        "",
        f"{FLOW}.fields_are_set",
        answers(None),
        (f"{CHANGE}without_controlled_fields_no_change_begins",),
    ),
    "key-only-controlled": Guard(
        "",
        f"{FLOW}.only_controlled",
        answers(None),
        (
            f"{CHANGE}everything_in_the_way_is_said_at_once",
            f"{CHANGE}what_stopped_being_controlled_is_not_carried_out",
        ),
    ),
    "key-still-so": Guard(
        "W7",
        f"{FLOW}.still_so",
        answers(None),
        (f"{CHANGE}a_record_that_changed_since_is_not_written_over",),
    ),
    "key-differs": Guard(
        "",
        f"{FLOW}.differs",
        answers(None),
        (f"{CHANGE}a_change_of_nothing_is_none_and_needs_a_reason",),
    ),
    "key-fits-id": Guard(
        "",
        f"{FLOW}.fits_id",
        answers(None),
        (f"{CHANGE}the_identity_must_agree_with_the_id_number",),
    ),
    "key-aux-free": Guard(
        "",
        f"{FLOW}.aux_is_free",
        answers(None),
        (f"{CHANGE}an_auxiliary_number_of_somebody_else_is_not_asked_for",),
    ),
    "key-evidence": Guard(
        "",
        f"{FLOW}.has_evidence",
        answers(None),
        (f"{CHANGE}everything_in_the_way_is_said_at_once",),
    ),
    "key-doubles": Guard(
        "",
        "app.workflows.duplicates:check",
        answers(set()),
        (f"{CHANGE}whoever_is_the_same_as_another_becomes_a_problem_record",),
    ),
    "key-former-number": Guard(
        "",
        "app.policies.triggers:ALWAYS",
        always_without("digest = what AND student_id = whose", "digest = what"),
        (f"{CHANGE}a_former_number_of_another_is_never_issued_again",),
    ),
    "key-own-pupil": Guard(
        "A4",
        "app.workflows.opening_changes:own_pupil",
        lambda _own: lambda session, student_id, _act: _any_pupil(session, student_id),
        (f"{CHANGE}a_pupil_of_another_school_is_not_there",),
    ),
    "key-compare": Guard(
        "A21",
        "app.views.key_change_words:may_compare",
        answers("anybody"),
        (f"{PAGES}who_decides_compares_old_and_new_each_look_on_the_record",),
    ),
    "maintained-fields": Guard(
        "W10 W11",
        "app.workflows.maintaining:insist",
        answers(None),
        (
            f"{UPKEEP}the_identity_is_not_changed_by_the_form_whatever_is_sent",
            f"{UPKEEP}a_class_teacher_keeps_what_was_opened_and_reads_the_rest",
        ),
    ),
    "maintained-by-teachers": Guard(
        "A21",
        "app.workflows.maintaining:upkeep",
        answers(Upkeep(frozenset(FIELDS), frozenset(), is_set=True)),
        (f"{UPKEEP}a_class_teacher_keeps_what_was_opened_and_reads_the_rest",),
    ),
    "fields-seen": Guard(
        "W8",
        "app.views.screens.field_choices:_insist_seen",
        answers(None),
        (f"{FIELD_PAGES}who_was_overtaken_is_told_and_keeps_the_ticks",),
    ),
}


def _any_pupil(session, student_id):
    from app.models.student import Student

    return session.get_one(Student, student_id)
