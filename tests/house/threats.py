"""The checklist of threats as data: each row, what guards against it, and the tests that show it.

``guards`` are keys of `guarded.GUARDS`; a row without one is held by what is not there at all (no
machine door, no upload under /static), which its tests look for.
"""

# ruff: noqa: E501  names of tests are as long as they are
from __future__ import annotations

from dataclasses import dataclass

MATRIX = "tests/house/test_matrix.py::test_nobody_reaches_across"
ALIKE = "tests/house/test_matrix.py::test_not_yours_and_not_there_look_alike"
LISTS = "tests/house/test_matrix.py::test_lists_name_nobody_else"
FOREIGN = "tests/house/test_foreign_ids.py::test_"
POSTS = "tests/house/test_posts.py::test_"
TYPED = "tests/house/test_injection.py::test_"
RLS = "tests/house/test_rls.py::test_"
BASE = "tests/views/base/test_"
SCREENS = "tests/views/screens/test_"
GATE = "tests/views/sign_in/test_gate.py::test_"
SESSIONS = "tests/views/sign_in/test_sessions.py::test_"
FACTOR = "tests/views/sign_in/test_second_factor.py::test_"
PASSWORD = "tests/views/sign_in/test_own_password.py::test_"
PRODUCTION = "tests/cli/test_production.py::test_"
RULES, PAPERS = "tests/storage/test_evidence_rules.py::test_", "tests/views/test_evidence.py::test_"
HEADERS = "tests/views/test_headers.py::test_"
FLOWS = "tests/workflows/test_"
EXPORTS = "tests/exports/test_"
TRANSFERS, LOCKED = f"{FLOWS}transfer.py::test_", f"{FLOWS}locked.py::test_"

BAD, FORMS = "tests/imports/test_bad_files.py::test_", "tests/imports/test_forms.py::test_"
HOSTILE, CELLS = "tests/imports/test_hostile.py::test_", "tests/imports/test_odd_cells.py::test_"


@dataclass(frozen=True)
class Threat:
    """A row: what it is about, the guards, the tests."""

    about: str
    guards: tuple[str, ...]
    shown: tuple[str, ...]


THREATS: dict[str, Threat] = {
    "A1": Threat(
        "a foreign row by its key",
        ("policy-student", "house-of-accounts", "denied"),
        (MATRIX, ALIKE, "tests/views/test_denials.py::test_a_foreign_row_is_written_down_with_its_id"),
    ),
    "A2": Threat(
        "an act on one foreign row",
        ("picked", "act-right"),
        (f"{BASE}acts.py::test_an_act_on_one_record_asks_for_scope_too", MATRIX),
    ),
    "A3": Threat(
        "a foreign row among many",
        ("picked",),
        (
            f"{BASE}acts.py::test_one_foreign_row_refuses_the_whole_batch",
            f"{FOREIGN}one_foreign_row_among_the_picked_refuses_all",
            f"{FOREIGN}a_foreign_key_among_many_is_a_line_like_that_of_nobody",
        ),
    ),
    "A4": Threat(
        "a foreign key in a select",
        ("chosen", "parent", "own-room", "case-pupil"),
        (
            f"{FOREIGN}a_foreign_key_in_a_form_is_a_key_nobody_has",
            f"{FOREIGN}a_chosen_record_out_of_scope_refuses_a_form_that_is_right_else",
            f"{RLS}a_parent_out_of_scope_is_no_parent",
        ),
    ),
    "A5": Threat(
        "a foreign key in a look-up",
        ("chosen", "given"),
        (
            f"{FOREIGN}a_look_up_offers_nobody_else",
            f"{BASE}forms.py::test_a_choice_must_agree_with_the_rest_of_the_form",
        ),
    ),
    "A6": Threat(
        "a foreign key in the address of a form",
        ("prefill",),
        (f"{FOREIGN}an_address_fills_in_nobody_else",),
    ),
    "A7": Threat("a foreign key by a machine", (), (f"{POSTS}no_machine_door_and_no_manual_of_one_is_open",)),
    "A8": Threat(
        "an own row moved out of scope",
        ("owner-path", "locked"),
        (
            f"{FOREIGN}what_a_form_does_not_show_is_not_taken_from_it",
            "tests/policies/test_scope.py::test_a_spoofed_owner_is_overwritten",
        ),
    ),
    "A9": Threat("a foreign row by a machine", (), (f"{POSTS}no_machine_door_and_no_manual_of_one_is_open", MATRIX)),
    "A10": Threat(
        "what belongs to a foreign row",
        ("policy-guardian", "policy-enrolment"),
        (MATRIX, f"{BASE}lists.py::test_related_rows_are_shown_to_those_who_may_list_them"),
    ),
    "A11": Threat(
        "a file by its name", ("files-by-name",), (f"{BASE}lists.py::test_files_do_not_leave_by_name",)
    ),
    "A12": Threat("a picture without signing in", (), ("tests/house/test_static.py::test_only_our_own_files_are_static",)),
    "A13": Threat(
        "a file with more than the list",
        ("policy-import_batch", "policy-import_row", "policy-student", "export-offered"),
        (
            "tests/views/test_importing.py::test_the_error_workbook_holds_the_failed_rows",
            "tests/views/test_importing.py::test_a_foreign_batch_is_not_there",
            f"{EXPORTS}rows.py::test_a_role_takes_out_what_it_lists",
            f"{EXPORTS}rows.py::test_filters_mean_what_they_mean_in_the_list",
            f"{EXPORTS}rows.py::test_a_forged_filter_column_or_list_is_refused",
        ),
    ),
    "A14": Threat(
        "a row of a file about another school",
        ("parent",),
        ("tests/imports/test_students.py::test_a_row_bent_by_one_fact_says_just_that",),
    ),
    "A15": Threat(
        "a known number of another school in a file",
        ("policy-student",),
        (
            "tests/imports/test_batch.py::test_another_child_under_a_number_of_the_own_school_is_refused_one_of_elsewhere_is_told",
            "tests/imports/test_corrections.py::test_a_pupil_of_another_school_is_refused_in_the_words_for_nobody",
            "tests/imports/test_rooms.py::test_a_class_of_another_school_is_nobodys",
        ),
    ),
    "A16": Threat(
        "somebody else's job or result",
        ("whose-job", "policy-job", "policy-export", "export-asker"),
        (MATRIX, f"{EXPORTS}pages.py::test_superiors_see_the_line_and_not_the_file",
         f"{EXPORTS}pages.py::test_another_school_sees_nothing_of_it", f"{SCREENS}house.py::test_a_job_is_seen_by_its_subtree_and_called_off_by_a_registrar"),
    ),
    "A17": Threat(
        "a search that finds others",
        ("policy-student", "sealed-search", "house-of-accounts"),
        (
            LISTS,
            f"{SCREENS}find.py::test_the_beginning_of_a_name_finds_pupils_in_scope_only",
            f"{FOREIGN}a_look_up_offers_nobody_else",
        ),
    ),
    "A18": Threat(
        "an order by a hidden column",
        ("order",),
        (f"{BASE}lists.py::test_a_column_that_is_not_offered_neither_filters_nor_orders",),
    ),
    "A19": Threat(
        "a filter on a hidden column",
        ("filter",),
        (f"{BASE}lists.py::test_a_column_that_is_not_offered_neither_filters_nor_orders",),
    ),
    "A20": Threat(
        "asking whether a number exists",
        ("look-ups-an-hour",),
        (
            f"{SCREENS}students.py::test_a_number_registered_anywhere_is_told_of_twenty_times_an_hour",
            f"{SCREENS}national.py::test_twenty_an_hour_are_the_most",
        ),
    ),
    "A21": Threat(
        "a function of another role",
        ("door", "gifts", "switch", "class-teacher"),
        (
            "tests/policies/test_matrix.py::test_the_console_answers_every_door_as_the_table_does",
            f"{SCREENS}students.py::test_who_lacks_the_right_is_refused",
            MATRIX,
        ),
    ),
    "A22": Threat(
        "a change of role that takes effect too late",
        ("epoch-of-a-changed-account", "epoch"),
        (
            f"{SESSIONS}a_changed_or_closed_account_is_signed_out_at_its_next_request",
            "tests/jobs/test_jobs.py::test_a_disabled_account_stops_its_job",
        ),
    ),
    "A23": Threat(
        "a job without a person",
        ("scope-of",),
        (
            "tests/policies/test_scope.py::test_without_a_scope_nothing_is_seen_and_nothing_can_be_written",
            "tests/jobs/test_jobs.py::test_a_job_sees_what_the_account_that_asked_sees",
        ),
    ),
    "A24": Threat(
        "a new door nobody thought about",
        (),
        (
            "tests/house/test_routes.py::test_every_route_is_placed",
            "tests/house/test_tables.py::test_every_table_is_scoped_or_listed_as_public",
            "tests/house/test_views.py::test_every_screen_is_scoped",
        ),
    ),
    "S1": Threat("a session laid out beforehand", ("afresh",), (
        f"{GATE}nothing_planted_before_the_sign_in_is_there_after_it",)),
    "S2": Threat("a kept cookie", ("epoch", "epoch-of-a-changed-account"), (
        f"{SESSIONS}a_kept_cookie_opens_nothing_after_the_sign_out",
        f"{SESSIONS}signing_out_ends_the_other_sessions_too",
        f"{SESSIONS}a_reset_by_the_tier_above_ends_all_sessions")),
    "S3": Threat("signing somebody out by a link", ("post-alone-logout",), (
        f"{GATE}only_a_post_with_its_token_signs_in_or_out",)),
    "S4": Threat("a forged post", ("token",), (
        f"{POSTS}nothing_is_done_without_a_token", f"{POSTS}with_its_token_a_form_is_taken")),
    "S5": Threat("a deed by GET", ("post-alone-delete", "post-alone-act"), (
        "tests/house/test_routes.py::test_nothing_that_changes_answers_to_get_or_head", MATRIX)),
    "S6": Threat("a deed by HEAD", ("post-alone-acts", "post-alone-decide"), (
        "tests/house/test_routes.py::test_nothing_that_changes_answers_to_get_or_head", MATRIX)),
    "S7": Threat("a machine door with a cookie", ("token",), (
        f"{POSTS}no_machine_door_and_no_manual_of_one_is_open",
        f"{GATE}tokens_keys_and_remembered_browsers_open_nothing")),
    "S8": Threat("being sent elsewhere", ("next",), (
        f"{POSTS}nobody_is_sent_elsewhere", f"{POSTS}a_header_of_the_caller_names_no_host")),
    "S9": Threat("a foreign host's name", ("hosts",), (
        f"{HEADERS}a_foreign_host_is_refused_without_a_look_at_who_asks",)),
    "S10": Threat("trying passwords", ("lock", "address"), (
        f"{GATE}five_wrong_tries_lock_an_account_for_fifteen_minutes",
        f"{GATE}tries_from_many_addresses_are_one_accounts")),
    "S11": Threat("counting per process, or by what a caller says", ("address",), (
        f"{GATE}another_process_counts_the_same_tries",
        f"{GATE}twenty_wrong_tries_shut_an_address_out_whatever_it_says_of_itself",
        "tests/views/test_limits.py::test_processes_count_together")),
    "S12": Threat("finding out who has an account", ("wrong-tries-in-the-log",), (
        f"{GATE}unknown_wrong_locked_and_closed_are_answered_alike",
        "tests/views/sign_in/test_timing.py::test_known_and_unknown_take_as_long")),
    "S13": Threat("an account everybody knows", ("must-change", "one-time-password"), (
        f"{GATE}a_fresh_installation_has_no_account",
        f"{PASSWORD}whoever_came_with_a_one_time_password_sees_nothing_else")),
    "S14": Threat("a weak secret, or the debugger", ("safe-start",), (
        f"{PRODUCTION}what_is_wrong_is_seen",
        f"{PRODUCTION}each_of_them_keeps_the_web_from_starting")),
    "S15": Threat("a password changed by a passer-by, or a weak one",
                  ("old-password", "password-rules"), (
        f"{PASSWORD}a_password_is_refused_with_its_reason_and_nothing_changes",
        "tests/policies/test_passwords.py::test_dengbao3_says_every_reason")),
    "S16": Threat("a cookie in the open", ("safe-start",), (
        f"{SESSIONS}the_cookie_is_for_this_site_and_not_for_scripts",
        f"{PRODUCTION}what_is_wrong_is_seen")),
    "S17": Threat("a session without end", ("idle", "twelve-hours", "quiet-pages"), (
        f"{SESSIONS}a_session_ends_when_nothing_is_done",
        f"{SESSIONS}a_session_ends_after_twelve_hours_of_work")),
    "S18": Threat("a one-time code twice", ("factor-once", "factor-drift", "factor-asked",
                                            "recovery-once", "half-way"), (
        f"{FACTOR}a_code_opens_once", f"{FACTOR}half_way_opens_nothing")),
    "S19": Threat("giving oneself a role", ("own-role", "oneself", "second-person", "opened-by",
                                            "right-below", "gifts-held"), (
        f"{RLS}nobody_changes_their_own_role_place_or_state",
        "tests/policies/test_matrix.py::test_the_three_administrators_share_nothing_that_changes",
        f"{SCREENS}accounts.py::test_the_frameworks_own_security_screens_are_closed")),
    "S20": Threat("signed in twice", ("epoch",), (
        f"{SESSIONS}a_new_sign_in_ends_the_earlier_session_and_says_so",)),
    "I1": Threat("a script in a text", ("escaping", "inline-scripts"), (
        f"{TYPED}nothing_typed_runs_on_any_page", f"{TYPED}nothing_typed_runs_in_an_answer_to_it",
        f"{TYPED}a_flash_and_a_struck_pupil_are_escaped")),
    "I2": Threat("a template in a text", ("escaping",), (
        f"{TYPED}nothing_typed_runs_on_any_page", f"{TYPED}a_template_is_never_made_of_data")),
    "I3": Threat("SQL in an order or a filter", ("order", "filter", "unreadable"), (
        "tests/house/test_fuzz.py::test_no_bent_address_breaks_anything",
        "tests/house/test_tables.py::test_no_statement_is_built_from_strings_outside_the_policies")),
    "I4": Threat("a bent address", ("page-size", "bent-key", "unreadable"), (
        "tests/house/test_fuzz.py::test_no_bent_address_breaks_anything",
        "tests/house/test_fuzz.py::test_a_page_has_one_of_three_sizes")),
    "I5": Threat("a line of one's own in the log", ("login-name",), (
        f"{TYPED}a_name_at_the_door_writes_no_line_of_its_own",)),
    "I6": Threat("a page in a frame, guessed or kept", ("headers", "frames"), (
        f"{POSTS}every_answer_says_what_a_browser_must_not_do",)),
    "I7": Threat("a search that never ends", ("patience",), (
        f"{TYPED}a_wildcard_is_a_letter",
        f"{TYPED}no_page_waits_for_the_database_for_ever")),
    "I8": Threat("a manual for machines", (), (
        f"{POSTS}no_machine_door_and_no_manual_of_one_is_open",)),
    "D1": Threat("an error that tells", ("error-words", "values-in-errors"), (
        f"{TYPED}an_error_page_says_nothing_of_the_error",
        f"{TYPED}a_broken_rule_of_the_database_is_told_without_sql_or_value",
        f"{RLS}an_error_of_the_database_holds_no_value")),
    "D2": Threat("people in logs", ("values-in-errors", "error-words"), (
        "tests/web/test_canaries.py::test_nobody_is_heard_of_outside_the_registry",
        f"{BASE}frame.py::test_what_broke_is_logged_by_place_and_never_by_word")),
    "D3": Threat("people in addresses and cookies", ("discreet", "masks"), (
        f"{BASE}lists.py::test_a_search_for_a_name_leaves_no_name_in_the_address",
        f"{SCREENS}find.py::test_what_was_typed_is_in_no_address_and_in_no_cookie")),
    "D4": Threat("a stolen dump", (), (
        "tests/demo/test_world.py::test_personal_data_are_sealed_and_found_by_digest",
        "tests/cli/test_keys.py::test_every_sealed_column_is_found_and_holds_something",
        "tests/imports/test_batch.py::test_the_stored_file_is_unreadable_at_rest")),
    "D5": Threat("a changed log", ("append-only", "chain", "history"), (
        "tests/policies/test_audit.py::test_whatever_is_done_to_the_log_is_found",
        "tests/house/test_tables.py::test_the_application_cannot_change_what_was_written_down")),
    "D6": Threat("a log that cannot be written", ("witness",), (
        "tests/policies/test_audit.py::test_an_event_that_cannot_be_written_takes_the_deed_back",
        "tests/policies/test_audit.py::test_a_deed_without_an_event_does_not_commit")),
    "D7": Threat("what stays behind", (), (
        "tests/imports/test_remains.py::test_a_file_without_a_row_goes_after_a_day",
        "tests/imports/test_remains.py::test_plain_copies_of_dead_processes_go_and_those_in_use_stay")),
    "D8": Threat("reading by the hundred", ("scraping", "reveals", "reason", "look-ups-an-hour"), (
        f"{SCREENS}scraping.py::test_who_opens_too_many_is_stopped_and_one_alarm_is_written",
        f"{SCREENS}revealing.py::test_who_saw_as_many_as_one_may_waits")),
    "D9": Threat("a lost or changed key", ("wrong-key",), (
        "tests/cli/test_keys.py::test_everything_is_sealed_with_the_new_key_and_nothing_else_changes",
        "tests/cli/test_keys.py::test_a_wrong_key_file_is_known_from_what_it_once_sealed",
        f"{PRODUCTION}a_wrong_sealing_key_keeps_even_a_demo_from_starting")),
    "D10": Threat("filters shared between threads", ("own-filters",), (
        "tests/house/test_threads.py::test_what_one_asks_no_other_is_answered",)),
    "F1": Threat("a page dressed as evidence", ("evidence-sniffed", "evidence-drawn-anew", "evidence-inert"), (
        f"{RULES}what_lies_about_itself_or_is_no_evidence_is_refused",
        f"{RULES}a_second_file_behind_a_picture_is_gone",
        f"{PAPERS}nothing_is_ever_run_by_the_browser")),
    "F2": Threat("a name that is a header", (), (
        f"{RULES}a_name_holds_no_folder_and_nothing_hidden",)),
    "F3": Threat("a picture that is a bomb; archives stay shut", ("evidence-pixels",), (
        f"{RULES}a_bomb_is_refused_before_it_goes_off",)),
    "F5": Threat("evidence that changes", ("evidence-stays", "evidence-of-ones-own-case", "evidence-tray"), (
        f"{PAPERS}evidence_of_a_case_is_never_changed",
        f"{PAPERS}the_originator_adds_to_a_case_that_was_sent_back",
        f"{PAPERS}a_file_of_another_tray_is_nobodys")),
    "F6": Threat("a file without its row", ("trays-cleared",), (
        f"{PAPERS}a_tray_of_yesterday_is_cleared_and_its_file_goes",
        f"{PAPERS}a_full_disk_is_said_and_leaves_no_row",
        "tests/storage/test_sealed_files.py::test_a_full_disk_leaves_nothing_half")),
    "W1": Threat("agreeing to one's own", ("own-and-twice",), (
        f"{TRANSFERS}nobody_decides_out_of_turn_or_their_own_or_twice",
        f"{FLOWS}covering.py::test_who_submitted_does_not_review_with_the_hat_on",
        f"{FLOWS}walks.py::test_no_walk_leaves_the_law")),
    "W2": Threat("two hats in one chain", ("own-and-twice",), (
        f"{FLOWS}covering.py::test_who_reviewed_with_the_hat_on_does_not_review_again_as_themselves",
        f"{FLOWS}intervention.py::test_who_stepped_in_once_does_not_step_in_again",
        f"{FLOWS}intervention.py::test_whoever_agreed_before_does_not_step_in")),
    "W3": Threat("out of turn", ("out-of-turn", "who-asks-to-intervene", "intervention-of-others",
                                 "explained"), (
        f"{TRANSFERS}nobody_decides_out_of_turn_or_their_own_or_twice",
        f"{FLOWS}intervention.py::test_only_the_side_that_waits_may_ask",
        f"{FLOWS}walks.py::test_no_walk_leaves_the_law")),
    "W4": Threat("the same press once more", ("seen", "ended"), (
        f"{POSTS}a_case_decided_in_two_tabs_is_decided_once",
        f"{TRANSFERS}a_stale_page_decides_nothing")),
    "W5": Threat("many who agree at once", ("seen",), (
        f"{FLOWS}races.py::test_of_many_at_once_exactly_one_decides",
        "tests/bench/test_benches.py::test_approve_carries_each_case_out_once")),
    "W6": Threat("agreed to while it is taken back or refused", ("may-withdraw",), (
        f"{FLOWS}races.py::test_of_two_against_each_other_one_wins",
        f"{FLOWS}races.py::test_of_ten_thousand_pairs_one_wins_each")),
    "W7": Threat("a pupil who changed since", ("stands-again", "still-so"), (
        f"{TRANSFERS}guards_are_asked_again_when_a_step_is_taken",
        f"{FLOWS}key_change.py::test_a_record_that_changed_since_is_not_written_over")),
    "W8": Threat("a form of yesterday", ("seen",), (
        f"{BASE}forms.py::test_a_stale_form_is_told_then_now_and_mine",
        f"{TRANSFERS}a_stale_page_decides_nothing",
        f"{FLOWS}resubmitting.py::test_what_moved_meanwhile_is_stale")),
    "W9": Threat("two cases of one pupil", (), (
        f"{LOCKED}the_database_holds_one_open_case_a_pupil",
        f"{FLOWS}key_change.py::test_one_case_at_a_time",
        f"{TRANSFERS}a_pupil_has_one_open_case")),
    "W10": Threat("a record changed while it is in a case", ("lock",), (
        f"{LOCKED}the_database_keeps_the_record_while_a_case_is_open",
        f"{LOCKED}a_pupil_in_a_case_changes_no_class",
        f"{LOCKED}a_pupil_in_a_case_is_not_struck_off",
        f"{SCREENS}students.py::test_a_record_in_a_case_keeps_the_form_and_says_why")),
    "W11": Threat("a hidden field that sets a state", ("locked",), (
        f"{SCREENS}students.py::test_the_identity_is_not_changed_by_the_form_whatever_is_sent",
        f"{BASE}forms.py::test_a_locked_column_is_shown_and_never_stored")),
    "W12": Threat("undoing by an address", ("ended",), (
        f"{LOCKED}nothing_undoes_what_was_carried_out",
        f"{LOCKED}a_case_that_ended_is_not_opened_again_by_hand")),
    "W13": Threat("a transfer half done", (), (
        f"{LOCKED}a_transfer_that_breaks_half_way_has_not_begun",
        f"{FLOWS}killed.py::test_whoever_dies_having_written_this_has_written_nothing",
        f"{FLOWS}killed.py::test_whoever_dies_at_any_moment_leaves_every_case_whole",
        f"{FLOWS}races.py::test_pupils_who_change_places_all_arrive")),
    "W14": Threat("whoever has left", ("epoch-of-a-changed-account", "epoch"), (
        f"{SESSIONS}a_changed_or_closed_account_is_signed_out_at_its_next_request",
        f"{FLOWS}covering.py::test_a_cover_holds_from_its_first_to_its_last_day_and_lapses_with_an_account")),
    "W15": Threat("two thousand at once", ("most-in-a-batch",), (
        "tests/views/test_inbox.py::test_two_thousand_picked_cases_are_taken_by_a_job_whose_arguments_are_ids",
        "tests/views/test_inbox.py::test_a_batch_without_reason_versions_or_a_review_changes_nothing")),
    "W16": Threat("after the window", ("transfer-window", "transfer-stopped", "waited"), (
        f"{LOCKED}transfers_stop_from_the_first_day_of_the_window_to_its_last",
        f"{LOCKED}what_was_begun_before_the_window_is_decided_in_it",
        f"{FLOWS}movement.py::test_the_frozen_weeks_of_graduating_grades",
        f"{FLOWS}intervention.py::test_a_step_has_to_lie_ten_working_days_holidays_not_counted")),
    "X1": Threat("a formula on its way out", (), (
        f"{EXPORTS}writing.py::test_text_stays_text_and_comes_back_as_it_was",
        f"{EXPORTS}writing.py::test_csv_says_no_formula")),
    "X2": Threat("a formula on its way in", (), (
        f"{BAD}a_formula_is_an_error_of_its_row_wherever_it_stands",
        f"{FORMS}a_formula_of_an_old_book_is_an_error_of_its_row",
        f"{FORMS}what_a_spreadsheet_would_run_is_text_or_refused")),
    "X3": Threat("an entity in any part", ("books-looked-into",), (
        f"{BAD}one_sentence_and_quickly", f"{HOSTILE}no_part_of_a_book_carries_a_document_type")),
    "X4": Threat("an entity from outside", ("books-looked-into",), (
        f"{HOSTILE}no_part_of_a_book_carries_a_document_type",)),
    "X5": Threat("a zip that unpacks to the sky", ("list-ends", "list-of-members"), (
        f"{BAD}one_sentence_and_quickly",
        f"{FORMS}a_list_of_members_that_would_cost_a_worker_is_not_read", f"{HOSTILE}sixty_of_a_thousand_hostile_files_cost_a_sentence_each")),
    "X6": Threat("a million styled rows", (), (f"{BAD}one_sentence_and_quickly",)),
    "X7": Threat("a cell at the end of the sheet", (), (
        f"{BAD}one_sentence_and_quickly", f"{FORMS}a_child_that_dies_costs_a_sentence")),
    "X8": Threat("an ID number as a number", (), (
        "tests/imports/test_readers.py::test_a_number_too_long_for_excel_is_never_guessed",
        f"{CELLS}an_id_number_is_never_guessed")),
    "X9": Threat("full width, blanks, other digits", (), (
        f"{CELLS}an_id_number_is_understood_however_it_is_typed",
        f"{CELLS}an_id_number_is_never_guessed",
        "tests/imports/test_readers.py::test_digits_of_other_scripts_are_no_digits")),
    "X10": Threat("days of every kind", (), (
        f"{CELLS}a_day_is_one_day_or_an_error",
        f"{CELLS}a_birth_date_that_is_not_the_numbers_is_told",
        f"{FORMS}days_count_from_1904_where_the_book_says_so")),
    "X11": Threat("hidden sheets and merged cells", (), (
        f"{BAD}the_named_sheet_is_read_wherever_it_stands", f"{BAD}one_sentence_and_quickly",
        f"{FORMS}an_old_book_that_is_locked_live_or_older")),
    "X12": Threat("an old or altered template", (), (
        "tests/imports/test_students.py::test_an_old_version_is_named",
        "tests/imports/test_mapping.py::test_an_altered_workbook_of_ours_is_refused",
        "tests/imports/test_mapping.py::test_a_heading_that_is_there_twice_is_asked_about")),
    "X13": Threat("macros, links, passwords, another kind of file", ("told-by-bytes",), (
        f"{FORMS}an_old_book_that_is_locked_live_or_older",
        f"{FORMS}a_locked_xlsx_lies_in_the_box_of_an_xls",
        f"{FORMS}an_old_book_within_a_zip_is_no_workbook",
        f"{FORMS}the_first_bytes_tell_the_form", f"{BAD}one_sentence_and_quickly")),
    "X14": Threat("codings of a text", (), (
        f"{FORMS}a_table_is_read_alike_in_every_form",
        f"{FORMS}two_codings_in_one_file_are_never_mixed_up",
        f"{FORMS}a_text_nobody_can_be_sure_of_is_refused")),
    "X15": Threat("rare characters", (), (
        "tests/imports/test_batch.py::test_rare_characters_arrive_as_they_were_typed",
        "tests/imports/test_readers.py::test_rare_names_stay_as_they_are",
        f"{EXPORTS}writing.py::test_text_stays_text_and_comes_back_as_it_was")),
    "X16": Threat("a child twice", (), (
        "tests/imports/test_batch.py::test_a_number_twice_in_the_file_names_the_other_row",
        "tests/imports/test_matching.py::test_children_alike_in_one_file_are_told_at_the_second")),
    "X17": Threat("the same file again", (), (
        "tests/imports/test_batch.py::test_the_same_file_twice_is_the_old_batch",
        "tests/views/test_importing.py::test_the_same_file_again_leads_to_its_batch")),
    "X18": Threat("a file of errors in other hands", ("policy-import_batch",), (
        "tests/views/test_importing.py::test_the_error_workbook_holds_the_failed_rows",
        "tests/views/test_importing.py::test_a_foreign_batch_is_not_there",
        "tests/imports/test_matching.py::test_nothing_is_said_of_another_school",
        "tests/imports/test_amending.py::test_an_error_workbook_of_another_import_is_refused")),
}  # fmt: skip
ROWS = [
    *(f"A{n}" for n in range(1, 25)),
    *(f"S{n}" for n in range(1, 21)),
    *(f"I{n}" for n in range(1, 9)),
    *(f"D{n}" for n in range(1, 11)),
    *("F1", "F2", "F3", "F5", "F6"),
    *(f"W{n}" for n in range(1, 17)),
    *(f"X{n}" for n in range(1, 19)),
]
