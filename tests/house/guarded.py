"""The guards: which row of the threat table, where, what stands in, which tests must fail."""

from __future__ import annotations

from app.models.sealed import KEYS
from app.models.student import Student
from app.policies.rls import SCOPED, Scoped
from tests.house.guarded_accounts import ACCOUNT_RULES
from tests.house.guarded_cases import CASES
from tests.house.guarded_covers import COVERS
from tests.house.guarded_evidence import EVIDENCE
from tests.house.guarded_exports import EXPORTS
from tests.house.guarded_files import FILES
from tests.house.guarded_keys import KEYS_CHANGED
from tests.house.guarded_movements import MOVEMENTS
from tests.house.guarded_problems import PROBLEMS
from tests.house.guarded_queues import QUEUES
from tests.house.guarded_registrations import REGISTRATIONS
from tests.house.guarded_requests import REQUESTS
from tests.house.guarded_sides import SIDES
from tests.house.guarded_templates import TEMPLATES
from tests.house.guards import (
    Anything,
    Guard,
    always_without,
    answers,
    by_get_too,
    given_to_teachers,
    open_table,
    said,
    same,
)

CLOSED_TO_TEACHERS = (
    "case_file",
    "import_batch",
    "import_row",
    "import_guardian",
    "import_problem",
    "import_line",
    "import_cell",
    "import_raw",
    "import_mapping",
    "export_share",
)
RLS = "app.policies.rls:SCOPED"
ALWAYS = "app.policies.triggers:ALWAYS"
HOUSE, BASE, GATE = "tests/house", "tests/views/base", "tests/views/sign_in"
SCREENS, POLICIES = "tests/views/screens", "tests/policies"
TABLES = f"{HOUSE}/test_rls.py::test_no_table_shows_or_gives_up_a_foreign_row"
TEACHERS = f"{HOUSE}/test_rls.py::test_a_teacher_sees_nothing_of_what_is_not_for_teachers"
PARENTS = f"{HOUSE}/test_rls.py::test_a_parent_out_of_scope_is_no_parent"
SESSIONS = f"{GATE}/test_sessions.py::test_a"
FACTOR = f"{GATE}/test_second_factor.py::test_"

POLICY = {
    f"policy-{table}": Guard("A1 A9 A16 A17", RLS, open_table(table), (TABLES,)) for table in SCOPED
}
KEPT_FROM_TEACHERS = {
    f"teacher-{table}": Guard("A21", RLS, given_to_teachers(table), (TEACHERS,))
    for table in CLOSED_TO_TEACHERS
}
DATABASE = {
    "class-teacher": Guard(
        "A21",
        "app.policies.rls:SCOPED",
        given_to_teachers("student"),
        (
            f"{POLICIES}/test_scope.py::test_a_class_teacher_sees_the_own_classes_and_their_families",
        ),
    ),
    "parent": Guard(
        "A4 A14",
        "app.policies.path_triggers:DERIVE",
        said("IF NOT FOUND THEN RAISE 'no such {parent}' USING ERRCODE = 'XJ404'; END IF;"),
        (PARENTS,),
    ),
    "owner-path": Guard(
        "A8",
        "app.policies.path_triggers:derive",
        lambda derive: lambda *args: derive(*args).replace(", owner_path", "", 1),
        (f"{POLICIES}/test_scope.py::test_a_spoofed_owner_is_overwritten",),
    ),
    "own-room": Guard(
        "A4",
        "app.policies.path_triggers:OWN_ROOM",
        said("IF NOT FOUND THEN RAISE 'no such school_class' USING ERRCODE = 'XJ404'; END IF;"),
        (f"{HOUSE}/test_rls.py::test_a_class_of_another_school_is_given_to_no_teacher",),
    ),
    "case-pupil": Guard(
        "A4",
        ALWAYS,
        always_without(
            "IF NOT FOUND THEN RAISE 'no such student' USING ERRCODE = 'XJ404'; END IF;"
        ),
        (f"{HOUSE}/test_rls.py::test_a_case_about_a_foreign_pupil_is_not_opened",),
    ),
    "own-role": Guard(
        "S19",
        ALWAYS,
        always_without("IF old.user_id = nullif(", "IF false AND old.user_id = nullif("),
        (f"{HOUSE}/test_rls.py::test_nobody_changes_their_own_role_place_or_state",),
    ),
    "epoch-of-a-changed-account": Guard(
        "A22 S2",
        ALWAYS,
        always_without("new.session_epoch := old.session_epoch + 1;"),
        (f"{SESSIONS}_changed_or_closed_account_is_signed_out_at_its_next_request",),
    ),
    "witness": Guard(
        "D6",
        "app.policies.trail_triggers:WITNESS",
        said("IF current_user = '{role}' AND", "IF false AND"),
        (f"{POLICIES}/test_audit.py::test_a_deed_without_an_event_does_not_commit",),
    ),
    "history": Guard(
        "D5",
        ALWAYS,
        always_without("WHERE changed.before IS NOT NULL;", "WHERE false;"),
        (f"{SCREENS}/test_students.py::test_an_open_field_is_kept_and_its_change_remembered",),
    ),
    "chain": Guard(
        "D5",
        ALWAYS,
        always_without("sha256(head.hash ||", "sha256(''::bytea ||"),
        (f"{POLICIES}/test_audit.py::test_a_log_nobody_touched_is_whole",),
    ),
    "append-only": Guard(
        "D5",
        "app.policies.rls:SCOPED",
        lambda scoped: {
            **scoped,
            "audit_event": Scoped(
                range=scoped["audit_event"].range, insert_anywhere=True, grants="ALL"
            ),
        },
        (f"{HOUSE}/test_tables.py::test_the_application_cannot_change_what_was_written_down",),
    ),
    "values-in-errors": Guard(
        "D1 D2",
        "config:ENGINE",
        lambda engine: {**engine, "hide_parameters": False},
        (f"{HOUSE}/test_rls.py::test_an_error_of_the_database_holds_no_value",),
    ),
    "patience": Guard(
        "I7",
        "app.factory:PATIENCE",
        lambda _patience: "0",
        (f"{HOUSE}/test_injection.py::test_no_page_waits_for_the_database_for_ever",),
    ),
}
DOORS = {
    "door": Guard(
        "A21",
        "app.views.doors:may",
        answers(True),  # noqa: FBT003
        (f"{SCREENS}/test_students.py::test_who_lacks_the_right_is_refused",),
    ),
    "door-with-a-name": Guard(
        "A21 S19",
        "app.views.security:XuejiSecurity.has_access",
        answers(True),  # noqa: FBT003
        (f"{SCREENS}/test_find.py::test_nobody_else_finds_pupils",),
    ),
    "gifts": Guard(
        "A21",
        "app.views.security:holds",
        answers(True),  # noqa: FBT003
        (
            f"{POLICIES}/test_matrix.py::test_a_gift_opens_its_door_to_the_teacher_who_got_it_and_to_no_other",
        ),
    ),
    "switch": Guard(
        "A21",
        "app.views.doors:insist_open",
        answers(None),
        (f"{SCREENS}/test_switches.py::test_the_national_look_up_is_closed_by_name",),
    ),
    "picked": Guard(
        "A2 A3",
        "app.views.acting:Acting._picked",
        lambda _picked: (
            lambda self, keys: [row for key in keys if (row := self.datamodel.get(key)) is not None]
        ),
        (f"{BASE}/test_acts.py::test_one_foreign_row_refuses_the_whole_batch",),
    ),
    "act-right": Guard(
        "A2 A21",
        "app.views.acting:Acting._act",
        lambda _act: (
            lambda self, name, keys, shape: self.actions[name].func(shape(self._picked(keys)))
        ),
        (f"{BASE}/test_acts.py::test_an_act_without_the_right_is_forbidden",),
    ),
    "chosen": Guard(
        "A4 A5",
        "app.views.lookup:LookupField.pre_validate",
        answers(None),
        (
            f"{HOUSE}/test_foreign_ids.py::test_a_foreign_key_in_a_form_is_a_key_nobody_has",
            f"{HOUSE}/test_foreign_ids.py::test_a_chosen_record_out_of_scope_refuses_a_form_that_is_right_else",
        ),
    ),
    "given": Guard(
        "A5",
        "app.views.lookup:numbers",
        answers({}),
        (f"{HOUSE}/test_foreign_ids.py::test_a_choice_agrees_with_the_rest_of_the_form",),
    ),
    "prefill": Guard(
        "A6",
        "app.views.writing:Writing._prefilled",
        answers({"name": "x"}),
        (f"{BASE}/test_forms.py::test_an_address_fills_in_what_is_declared_and_in_scope",),
    ),
    "locked": Guard(
        "A8",
        "app.views.forms:FormMaker.make",
        lambda make: (
            lambda self, columns, extra, *, versioned: make(
                self,
                [*columns, *self.view.locked_columns] if versioned else columns,
                extra,
                versioned=versioned,
            )
        ),
        (f"{BASE}/test_forms.py::test_a_locked_column_is_shown_and_never_stored",),
    ),
    "house-of-accounts": Guard(
        "A1 A17",
        "app.views.screens.house_rows:InHouse.apply_filters",
        lambda _narrow: (
            lambda self, query, filters: super(type(self), self).apply_filters(query, filters)
        ),
        (f"{SCREENS}/test_accounts.py::test_a_foreign_account_is_not_there",),
    ),
    "whose-job": Guard(
        "A16",
        "app.views.inbox:own_job",
        lambda _own: lambda job_id, _kind: _any_job(job_id),
        ("tests/views/test_inbox.py::test_everything_under_a_filter_is_agreed_to_by_a_job",),
    ),
    "files-by-name": Guard(
        "A11",
        "app.views.reading:Reading.download",
        lambda _none: by_name,
        (f"{BASE}/test_lists.py::test_files_do_not_leave_by_name",),
    ),
    "order": Guard(
        "A18",
        "app.views.reading:Reading.offered_orders",
        lambda _offered: lambda self: [*self.datamodel.list_columns],
        (f"{BASE}/test_lists.py::test_a_column_that_is_not_offered_neither_filters_nor_orders",),
    ),
    "filter": Guard(
        "A19",
        "app.views.reading:Reading._init_properties",
        lambda init: (
            lambda self: (
                setattr(self, "search_columns", [*self.datamodel.list_columns]),
                init(self),
            )[1]
        ),
        (f"{BASE}/test_lists.py::test_a_column_that_is_not_offered_neither_filters_nor_orders",),
    ),
    "scope-of": Guard(
        "A23",
        "app.policies.scope:NOBODY",
        lambda nobody: type(nobody)("/", "/"),
        (
            f"{POLICIES}/test_scope.py::test_a_disabled_account_sees_nothing",
            f"{POLICIES}/test_scope.py::test_without_a_scope_nothing_is_seen_and_nothing_can_be_written",
        ),
    ),
}
WEB = {
    "token": Guard(
        "S4 S7",
        "app.extensions:csrf.protect",
        answers(None),
        (f"{HOUSE}/test_posts.py::test_nothing_is_done_without_a_token",),
    ),
    **{
        f"post-alone-{name}": Guard(
            "S5 S6",
            where,
            by_get_too,
            (f"{HOUSE}/test_routes.py::test_nothing_that_changes_answers_to_get_or_head",),
        )
        for name, where in {
            "delete": "app.views.writing:Writing.delete",
            "act": "app.views.acting:Acting.action",
            "acts": "app.views.acting:Acting.action_post",
            "logout": "app.views.signing_in.gate:Gate.logout",
            "decide": "app.views.case_page:CaseView.decide",
        }.items()
    },
    "next": Guard(
        "S8",
        "app.views.frame:inside",
        same,
        (f"{HOUSE}/test_posts.py::test_nobody_is_sent_elsewhere",),
    ),
    "headers": Guard(
        "I6",
        "app.views.headers:ALWAYS",
        lambda _headers: {},
        (f"{HOUSE}/test_posts.py::test_every_answer_says_what_a_browser_must_not_do",),
    ),
    "frames": Guard(
        "I6",
        "app.views.headers:POLICY",
        said("frame-ancestors 'none'", "frame-ancestors *"),
        (f"{HOUSE}/test_posts.py::test_every_answer_says_what_a_browser_must_not_do",),
    ),
    "inline-scripts": Guard(
        "I1 I6",
        "app.views.headers:POLICY",
        said("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        (f"{HOUSE}/test_posts.py::test_every_answer_says_what_a_browser_must_not_do",),
    ),
    "page-size": Guard(
        "I4",
        "app.views.reading:PAGE_SIZES",
        lambda _sizes: Anything(),
        (f"{HOUSE}/test_fuzz.py::test_a_page_has_one_of_three_sizes",),
    ),
    "bent-key": Guard(
        "I4",
        "app.views.filters:key_of",
        lambda _key_of: int,
        (f"{BASE}/test_lists.py::test_a_bent_address_is_no_error",),
    ),
    "unreadable": Guard(
        "I3 I4",
        "app.views.filters:readable",
        same,
        (f"{SCREENS}/test_find.py::test_whatever_is_typed_is_answered",),
    ),
    "login-name": Guard(
        "I5 I4",
        "app.views.security:XuejiSecurity.find_user",
        lambda _find: _find_any,
        (f"{HOUSE}/test_injection.py::test_a_name_at_the_door_writes_no_line_of_its_own",),
    ),
    "escaping": Guard(
        "I1 I2",
        "flask.app:Flask.select_jinja_autoescape",
        answers(False),  # noqa: FBT003
        (f"{HOUSE}/test_injection.py::test_nothing_typed_runs_on_any_page",),
    ),
    "error-words": Guard(
        "D1",
        "app.views.errors_page:_record",
        lambda _record: lambda error: __import__("logging").getLogger("x").error("%s", error),
        (f"{BASE}/test_frame.py::test_what_broke_is_logged_by_place_and_never_by_word",),
    ),
    "once": Guard(
        "S4",
        "app.views.once:take",
        answers(None),
        (f"{HOUSE}/test_posts.py::test_a_class_and_a_family_member_sent_twice_are_one",),
    ),
    "hosts": Guard(
        "S9",
        "app.views.hosts:is_known",
        answers(True),  # noqa: FBT003
        ("tests/views/test_headers.py::test_a_foreign_host_is_refused_without_a_look_at_who_asks",),
    ),
    "safe-start": Guard(
        "S14 S16",
        "app.factory:require_safe",
        answers(None),
        ("tests/cli/test_production.py::test_each_of_them_keeps_the_web_from_starting",),
    ),
    "wrong-key": Guard(
        "D9",
        "app.policies.key_checks:require_ours",
        answers(None),
        ("tests/cli/test_keys.py::test_a_wrong_key_file_is_known_from_what_it_once_sealed",),
    ),
    "stale": Guard(
        "S4",
        "app.views.writing:Writing._is_stale",
        answers(False),  # noqa: FBT003
        (f"{HOUSE}/test_posts.py::test_two_tabs_and_the_later_one_loses_nothing",),
    ),
    "discreet": Guard(
        "D3",
        "app.views.reading:Reading._is_personal",
        answers(False),  # noqa: FBT003
        (f"{BASE}/test_lists.py::test_a_search_for_a_name_leaves_no_name_in_the_address",),
    ),
    "sealed-search": Guard(
        "A17 D3",
        "app.views.reading:unsealed",
        lambda _unsealed: lambda text, _user: unsealed_by_anybody(text),
        (f"{BASE}/test_lists.py::test_somebody_elses_sealed_search_finds_nothing_out",),
    ),
    "masks": Guard(
        "D3",
        "app.codes.masking:id_number",
        same,
        (f"{SCREENS}/test_archive.py::test_every_tab_opens_and_shows_no_sealed_value_whole",),
    ),
    "own-filters": Guard(
        "D10",
        "app.views.asking:copy",
        lambda _copy: lambda filters: filters,
        (f"{HOUSE}/test_threads.py::test_what_one_asks_no_other_is_answered",),
    ),
    "denied": Guard(
        "A1",
        "app.views.denials:is_denial",
        answers(False),  # noqa: FBT003
        ("tests/views/test_denials.py::test_a_foreign_row_is_written_down_with_its_id",),
    ),
}
SIGNING_IN = {
    "epoch": Guard(
        "S2",
        "app.views.signing_in.sessions:is_outdated",
        answers(False),  # noqa: FBT003
        (f"{SESSIONS}_kept_cookie_opens_nothing_after_the_sign_out",),
    ),
    "idle": Guard(
        "S17",
        "app.views.signing_in.sessions:is_idle",
        answers(False),  # noqa: FBT003
        (f"{SESSIONS}_session_ends_when_nothing_is_done",),
    ),
    "twelve-hours": Guard(
        "S17",
        "app.views.signing_in.sessions:is_too_long",
        answers(False),  # noqa: FBT003
        (f"{SESSIONS}_session_ends_after_twelve_hours_of_work",),
    ),
    "quiet-pages": Guard(
        "S17",
        "app.views.signing_in.sessions:is_quiet",
        answers(False),  # noqa: FBT003
        (f"{SESSIONS}_page_that_asks_by_itself_is_no_activity",),
    ),
    "afresh": Guard(
        "S1",
        "app.views.signing_in.sessions:start_afresh",
        answers(None),
        (f"{GATE}/test_gate.py::test_nothing_planted_before_the_sign_in_is_there_after_it",),
    ),
    "lock": Guard(
        "S10",
        "app.views.limits:Limit.hit",
        answers(True),  # noqa: FBT003
        (f"{GATE}/test_gate.py::test_five_wrong_tries_lock_an_account_for_fifteen_minutes",),
    ),
    "address": Guard(
        "S10 S11",
        "app.views.signing_in.proving:insist_on_address",
        answers(None),
        (
            f"{GATE}/test_gate.py::test_twenty_wrong_tries_shut_an_address_out_whatever_it_says_of_itself",
        ),
    ),
    "wrong-tries-in-the-log": Guard(
        "S12",
        "app.views.signing_in.proving:note_wrong",
        answers(None),
        (f"{GATE}/test_gate.py::test_a_wrong_try_is_written_down_once_without_what_was_typed",),
    ),
    "one-time-password": Guard(
        "S13",
        "app.views.signing_in.gate:is_outlived",
        answers(False),  # noqa: FBT003
        (f"{GATE}/test_gate.py::test_a_one_time_password_opens_for_three_days",),
    ),
    "must-change": Guard(
        "S13",
        "app.views.signing_in.aging:is_held",
        answers(False),  # noqa: FBT003
        (
            f"{GATE}/test_own_password.py::test_whoever_came_with_a_one_time_password_sees_nothing_else",
        ),
    ),
    "password-rules": Guard(
        "S15",
        "app.policies.passwords:why_not",
        answers([]),
        (
            f"{GATE}/test_own_password.py::test_a_password_is_refused_with_its_reason_and_nothing_changes",
        ),
    ),
    "old-password": Guard(
        "S15",
        "app.policies.credentials:knows_password",
        answers(True),  # noqa: FBT003
        (
            f"{GATE}/test_own_password.py::test_a_password_is_refused_with_its_reason_and_nothing_changes",
        ),
    ),
    "factor-asked": Guard(
        "S18",
        "app.views.signing_in.halfway:is_needed",
        answers(False),  # noqa: FBT003
        (f"{FACTOR}county_tier_and_above_and_the_administrators_are_asked",),
    ),
    "factor-once": Guard(
        "S18",
        "app.policies.second_factor:use_step",
        answers(True),  # noqa: FBT003
        (f"{FACTOR}a_code_opens_once",),
    ),
    "factor-drift": Guard(
        "S18",
        "app.policies.second_factor:DRIFT",
        lambda _drift: tuple(range(-5, 6)),
        (f"{FACTOR}one_step_off_is_let_pass_and_two_are_not",),
    ),
    "recovery-once": Guard(
        "S18",
        "app.policies.second_factor:use_recovery",
        lambda _use: _is_recovery,
        (f"{FACTOR}a_recovery_code_opens_once",),
    ),
    "half-way": Guard(
        "S18",
        "app.views.signing_in.halfway:is_fresh",
        answers(True),  # noqa: FBT003
        (f"{FACTOR}half_way_lasts_ten_minutes",),
    ),
}
PRIVACY = {
    "reason": Guard(
        "D8",
        "app.views.revealing:asked_reason",
        answers("duty"),
        (
            f"{SCREENS}/test_revealing.py::test_no_reason_of_the_list_no_value_and_no_word_of_it_in_the_ledger",
        ),
    ),
    "reveals": Guard(
        "D8",
        "app.views.revealing:insist_within_limits",
        answers(None),
        (f"{SCREENS}/test_revealing.py::test_who_saw_as_many_as_one_may_waits",),
    ),
    "scraping": Guard(
        "D8",
        "app.views.scraping:stop_scraping",
        answers(None),
        (
            f"{SCREENS}/test_scraping.py::test_who_opens_too_many_is_stopped_and_one_alarm_is_written",
        ),
    ),
    "look-ups-an-hour": Guard(
        "A20 D8",
        "app.policies.allowances:Allowance.closed_until",
        answers(None),
        (
            f"{SCREENS}/test_national.py::test_twenty_an_hour_are_the_most",
            f"{SCREENS}/test_students.py::test_a_number_registered_anywhere_is_told_of_twenty_times_an_hour",
        ),
    ),
    "name-and-number": Guard(
        "A20",
        "app.workflows.lookup:named",
        lambda _named: (
            lambda _name, number: Student.number_digest == KEYS.digest(number.strip().upper())
        ),
        (f"{SCREENS}/test_national.py::test_no_such_number_and_another_name_are_one_answer",),
    ),
    "looks": Guard(
        "D8",
        "app.views.scraping:note_look",
        answers(False),  # noqa: FBT003
        (
            f"{SCREENS}/test_scraping.py::test_an_archive_opened_leaves_one_line_an_hour_for_each_person",
        ),
    ),
    "sealed-fields": Guard(
        "D3",
        "app.views.screens.sealed_fields:SealedField.process_data",
        lambda _process: lambda self, value: setattr(self, "data", value),
        (
            f"{SCREENS}/test_revealing.py::test_the_upkeep_form_holds_no_sealed_value_and_so_counts_as_no_look",
        ),
    ),
    "sealed-columns": Guard(
        "D4",
        "app.models.sealed:Sealed.process_bind_param",
        lambda _seal: lambda _self, value, _dialect: value.encode() if value else None,
        (f"{HOUSE}/test_masks.py::test_no_row_of_any_table_holds_a_sealed_value_in_clear",),
    ),
    "workbooks-swept": Guard(
        "D7",
        "app.storage.sealed_files:sweep",
        answers(0),
        ("tests/imports/test_remains.py::test_a_file_without_a_row_goes_after_a_day",),
    ),
    "copies-swept": Guard(
        "D7",
        "app.imports.remains:sweep_copies",
        answers(0),
        (
            "tests/imports/test_remains.py::test_plain_copies_of_dead_processes_go_and_those_in_use_stay",
        ),
    ),
}
ACCOUNTS = {
    "opened-by": Guard(
        "S19",
        "app.workflows.accounts:is_opened_by",
        answers(None),
        (
            "tests/workflows/test_accounts.py::test_no_role_opens_more_than_its_own_tier_and_below",
            "tests/workflows/test_accounts.py::test_only_the_next_tier_opens_and_closes",
            "tests/workflows/test_accounts.py::test_who_runs_a_school_opens_its_accounts",
            "tests/workflows/test_accounts.py::test_each_role_opens_those_right_below_and_no_others",
        ),
    ),
    "right-below": Guard(
        "S19",
        "app.workflows.accounts:stands_right_below",
        answers(None),
        ("tests/workflows/test_accounts.py::test_a_place_that_is_not_right_below_is_refused",),
    ),
    "oneself": Guard(
        "S19",
        "app.workflows.accounts:is_somebody_else",
        answers(None),
        ("tests/workflows/test_accounts.py::test_nobody_disables_themself",),
    ),
    "second-person": Guard(
        "S19",
        "app.workflows.accounts:is_second_person",
        answers(None),
        (
            "tests/workflows/test_accounts.py::test_nobody_confirms_what_they_made_or_changed_or_are",
        ),
    ),
    "one-registrar": Guard(
        "S19",
        "app.workflows.accounts:seat_is_free",
        answers(None),
        ("tests/workflows/test_accounts.py::test_a_school_has_one_registrar",),
    ),
    "gifts-held": Guard(
        "S19",
        "app.workflows.authorising:is_held",
        answers(True),  # noqa: FBT003
        ("tests/workflows/test_groups.py::test_nobody_gives_what_they_do_not_hold",),
    ),
    "synchronised": Guard(
        "S19",
        "app.workflows.groups:is_own",
        answers(None),
        ("tests/workflows/test_groups.py::test_the_group_of_all_teachers_is_read_only",),
    ),
    "switch-person": Guard(
        "A21",
        "app.workflows.switching:_person",
        answers(()),
        ("tests/workflows/test_switching.py::test_only_those_the_switch_names_may_set_it",),
    ),
    "switch-bound": Guard(
        "A21",
        "app.workflows.switching:_bound",
        answers(None),
        (
            "tests/workflows/test_switching.py::test_where_a_superior_has_bound_everybody_nobody_below_says_otherwise",
        ),
    ),
}
GUARDS: dict[str, Guard] = (
    POLICY
    | KEPT_FROM_TEACHERS
    | DATABASE
    | DOORS
    | WEB
    | SIGNING_IN
    | PRIVACY
    | ACCOUNTS
    | ACCOUNT_RULES
    | CASES
    | COVERS
    | EVIDENCE
    | KEYS_CHANGED
    | MOVEMENTS
    | PROBLEMS
    | SIDES
    | QUEUES
    | REGISTRATIONS
    | EXPORTS
    | FILES
    | TEMPLATES
    | REQUESTS
)


# ── what some stand-ins do ───────────────────────────────────────────────────────────────


def by_name(*_args, **_kwargs):
    """Hand out whatever is asked for, as FAB's own method does."""
    return "file"


by_name._urls = [("/download/<string:filename>", ["GET"])]  # noqa: SLF001
by_name._permission_name = "download"  # noqa: SLF001


def _find_any(security, username=None, email=None):
    from flask_appbuilder.security.sqla.manager import SecurityManager

    return SecurityManager.find_user(security, username=username, email=email)


def _any_job(job_id):
    from app.models.job import Job
    from app.views.actor import session

    return session().get_one(Job, job_id)


def _is_recovery(session, user_id, code):
    from app.models.account import Credential
    from app.policies.second_factor import digest

    return digest(user_id, code) in session.get(Credential, user_id).recovery


def unsealed_by_anybody(text):
    """Open a sealed search whoever sealed it."""
    import base64
    import json

    from app.models.sealed import KEYS

    if not text:
        return ()
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return [tuple(pair) for pair in json.loads(KEYS.unseal(data, "_q"))["asked"]]
