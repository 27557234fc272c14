"""Every row of the reliability specification's table of faults of steps (2.2), and the tests that show it.

Tests are named without `test_`, by their file below `tests/`. One that is gone, or is not run, fails here.
Evidence is always strict: that a step may go on when the disk of its evidence is full is not promised yet.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

ROWS: dict[str, dict[str, tuple[str, ...]]] = {
    "any: the console, agent or supervisor is killed in any phase": {
        "integration/test_walk_kills.py": (
            "a_kill_at_each_point_of_the_crash_table",
            "random_kills",
        ),
        "runbooks/steps/test_agent_grid.py": ("killed_at_every_point_a_walk_does_every_step_once",),
        "runbooks/test_supervisor_crashes.py": (
            "p3_what_nobody_has_claimed_is_void_and_no_late_supervisor_can_do_it",
            "p4_what_was_claimed_and_not_spawned_was_not_executed",
            "p5_a_program_without_its_supervisor_goes_on_and_its_end_is_not_known",
            "p6_an_exit_record_outlives_everybody",
        ),
        "runbooks/walking/test_resuming.py": ("what_was_confirmed_and_not_started_has_to_be_confirmed_anew",),
    },
    "any: the journal cannot be written before the act": {
        "runbooks/walking/test_journal_out_of_reach.py": (
            "what_cannot_be_confirmed_in_the_journal_is_not_done",
            "what_was_confirmed_is_not_done_when_its_start_cannot_be_written",
        ),
        "runbooks/steps/test_walked_grid.py": ("without_the_journal_nothing_is_confirmed_and_nothing_done",),
        "runbooks/journal/test_out_of_reach.py": (
            "on_a_full_disk_nothing_is_begun_but_what_has_happened_is_written",
            "where_nothing_may_be_written_it_is_read_and_refused",
            "a_lock_for_ever_is_waited_for_five_seconds",
        ),
    },
    "any: the journal cannot be written after the act": {
        "runbooks/walking/test_journal_out_of_reach.py": (
            "what_was_done_is_written_as_soon_as_it_can_be",
            "what_was_done_is_written_also_when_the_journal_was_away_for_longer_than_a_minute",
        ),
        "runbooks/steps/test_walked_grid.py": (
            "what_is_done_while_the_journal_is_locked_is_recorded_later_and_once",
        ),
        "runbooks/journal/test_out_of_reach.py": (
            "with_the_ballast_gone_it_is_tried_for_a_minute",
            "what_has_happened_is_written_once_the_lock_is_gone",
        ),
        "agent/test_walk_taken_up_late.py": ("a_walk_is_taken_up_once_the_journal_can_be_written",),
    },
    "any: the disk of evidence fills up in the middle": {
        "runbooks/test_supervisor.py": (
            "a_disk_that_fills_up_ends_the_program_and_its_end_is_on_record_all_the_same",
            "nothing_is_executed_when_evidence_cannot_be_kept",
        ),
        "runbooks/steps/test_command_faults.py": ("without_evidence_a_command_has_failed",),
        "runbooks/steps/test_file_faults.py": ("a_full_evidence_disk_refuses_before_the_file_is_touched",),
    },
    "any: the runbook's file is changed during the walk": {
        "agent/test_walks.py": ("the_runbook_is_walked_as_it_was_when_the_walk_began",),
        "runbooks/steps/test_agent_grid.py": (
            "what_was_written_when_the_walk_began_is_done_whatever_is_written_since",
        ),
    },
    "any: a value or secret is missing, or another action than the confirmed one would be done": {
        "runbooks/walking/test_walker.py": ("another_action_than_the_shown_one_is_not_confirmed",),
        "runbooks/test_actor.py": ("another_action_than_the_confirmed_one_is_refused_and_nothing_is_done",),
        "runbooks/steps/test_acting.py": ("a_file_that_was_changed_after_it_was_shown_is_left_alone",),
        "runbooks/steps/test_command.py": ("a_value_that_the_walk_does_not_have_is_missing",),
        "runbooks/steps/test_http_faults.py": ("a_secret_that_is_missing_is_named_and_nothing_sent",),
        "runbooks/walking/test_resuming.py": ("a_secret_input_is_asked_for_again_for_it_was_never_stored",),
    },
    "any: the network to the target is lost in the middle": {
        "runbooks/steps/test_http_faults.py": ("a_connection_that_breaks_after_the_request_is_unknown",),
        "runbooks/steps/test_sql_lost.py": (
            "a_session_that_cannot_be_looked_for_after_commit_is_unknown",
            "a_connection_cut_before_commit_means_that_nothing_was_applied",
        ),
        "runbooks/drivers/test_contract.py": ("what_was_cut_in_the_middle_has_an_unknown_end",),
    },
    "command: daemon, ignored TERM, question for a password, 100 MB, hostile output": {
        "runbooks/steps/test_command_faults.py": (
            "a_daemon_that_holds_the_output_is_named_and_left_alone",
            "a_command_that_ignores_term_is_gone_six_seconds_after_it_was_asked_to_end",
            "a_question_for_a_password_is_said_to_be_one",
            "a_hundred_megabytes_are_judged_at_both_ends_and_cost_little_memory",
            "nothing_in_the_output_can_reach_a_terminal_raw_and_on_disk_it_is_as_it_came",
        ),
    },
    "command: it takes longer than its timeout": {
        "runbooks/walking/test_walker.py": (
            "a_program_that_takes_too_long_is_asked_about_and_ended_when_somebody_says_so",
            "a_detached_program_goes_on_and_its_end_is_decided_by_word",
        ),
        "runbooks/walking/test_ending_early.py": ("nobody_waits_for_a_program_that_was_detached",),
        "runbooks/steps/test_command_grid.py": (
            "a_stopped_program_is_asked_about_and_ended_when_somebody_says_so",
        ),
    },
    "command: console and supervisor are both killed, or the host restarts": {
        "runbooks/test_supervisor_crashes.py": (
            "both_die",
            "after_a_restart_of_the_host_nothing_is_taken_for_alive",
        ),
        "runbooks/walking/test_resuming.py": (
            "without_supervisor_and_record_the_end_is_unknown_and_somebody_must_say",
        ),
    },
    "sql: the connection is lost before or after COMMIT was sent": {
        "runbooks/steps/test_sql_lost.py": (
            "a_connection_cut_before_commit_means_that_nothing_was_applied",
            "a_commit_that_went_through_unanswered_is_found_by_its_marker",
            "a_commit_that_never_arrived_is_found_not_to_have_been",
            "without_a_marker_a_commit_without_answer_is_unknown",
        ),
    },
    "sql: the backend still works after the console is gone": {
        "runbooks/steps/test_sql_lost.py": (
            "a_session_that_is_still_at_work_is_unknown_and_said_so",
            "the_same_attempt_is_applied_once",
            "the_server_is_to_notice_within_five_seconds_that_we_are_gone",
        ),
    },
    "sql: statement timeout, deadlock, serialization": {
        "runbooks/steps/test_sql_faults.py": (
            "a_statement_that_takes_too_long_is_ended_by_the_server",
            "of_two_in_a_deadlock_one_fails_with_nothing_applied_and_none_is_repeated",
            "of_two_that_cannot_be_serialized_one_fails_with_nothing_applied",
            "a_lock_that_others_hold_is_waited_for_and_given_up",
        ),
    },
    "sql: one of several statements fails; what runs outside of transactions": {
        "runbooks/steps/test_sql.py": (
            "the_third_of_five_fails_and_nothing_stays",
            "what_runs_outside_of_transactions_is_run_one_by_one",
            "without_a_transaction_it_is_said_what_stays",
        ),
        "runbooks/steps/test_sql_mistakes.py": (
            "a_mistake_is_refused_in_words_that_help",
            "a_mistake_in_a_runbook_is_told_with_its_place",
        ),
    },
    "sql: a standby, another database, another role": {
        "runbooks/steps/test_sql_faults.py": (
            "a_standby_is_refused_for_what_changes_and_taken_for_what_reads",
            "what_a_role_may_not_do_is_permission",
        ),
        "runbooks/steps/test_sql.py": ("another_server_than_was_meant_is_refused",),
    },
    "http: no answer after the request was sent; 502 and 504": {
        "runbooks/steps/test_http_faults.py": ("no_answer_in_time_is_unknown",),
        "runbooks/steps/test_http_answers.py": (
            "what_only_a_gateway_answered_is_unknown_and_a_key_makes_one_more_safe",
        ),
    },
    "http: a redirect; which answers say that nothing was done": {
        "runbooks/steps/test_http_answers.py": (
            "a_redirect_is_not_followed_and_no_secret_goes_anywhere_else",
            "wherever_a_redirect_leads_one_request_is_made",
            "a_status_says_what_became_of_the_request",
        ),
    },
    "service: a restart is accepted, and it never comes up": {
        "runbooks/drivers/test_systemd.py": (
            "a_restart_that_is_accepted_and_never_comes_up_fails_with_its_log",
        ),
        "runbooks/drivers/test_compose.py": ("an_image_that_does_not_start_leaves_word_for_the_way_back",),
        "runbooks/steps/test_service.py": ("a_failure_carries_the_newest_of_the_log",),
        "runbooks/walking/test_walker.py": ("a_verification_that_fails_is_a_failure_of_the_step",),
        "integration/test_walk_rolled_back.py": ("a_version_that_never_gets_well_is_taken_back",),
    },
    "manual: the operator walks away": {
        "runbooks/steps/test_walked_grid.py": (
            "what_was_shown_at_another_time_is_shown_anew_before_it_is_confirmed",
        ),
        "runbooks/steps/test_agent_grid.py": (
            "a_question_is_asked_again_after_the_agent_that_asked_it_has_ended",
        ),
    },
    "rollback: it fails, in part, or a forward step is unknown": {
        "runbooks/walking/test_going_back.py": (
            "an_undo_that_fails_stops_the_way_back_until_somebody_decides",
            "a_way_back_that_is_stopped_leaves_the_rest_as_it_is",
            "an_undo_that_is_left_out_is_listed_and_the_rest_is_undone",
            "an_undo_whose_end_is_unknown_stops_the_way_back_too",
            "there_is_no_way_back_before_it_is_said_what_became_of_a_step",
        ),
        "runbooks/walking/test_walker.py": ("what_cannot_be_undone_is_listed_and_the_walk_has_failed",),
        "integration/test_walk_rolled_back.py": (
            "a_walk_that_is_rolled_back_leaves_the_world_as_it_found_it",
            "what_somebody_has_changed_since_is_not_overwritten_and_is_listed",
        ),
    },
    "alert: a carrier is down for hours, slow, refuses": {
        "agent/test_alerting.py": (
            "while_a_carrier_is_down_nothing_is_lost_and_the_pauses_grow",
            "after_a_day_a_message_is_given_up_and_that_is_said",
        ),
        "agent/test_alerts_told.py": (
            "an_agent_killed_while_it_delivers_doubles_one_message_at_most_and_loses_none",
        ),
        "agent/test_carrying.py": ("a_service_that_hangs_costs_no_more_than_its_time",),
        "runbooks/steps/test_acting.py": ("a_route_that_hangs_does_not_keep_the_process",),
    },
}
"""Fault -> the tests that show what must become of it, by file."""


@cache
def found_in(file: str) -> dict[str, list[str]]:
    """Return the tests of a file, and the marks of each."""
    functions = ast.parse((TESTS / file).read_text()).body
    return {
        one.name: [ast.unparse(mark) for mark in one.decorator_list]
        for one in functions
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_shown_by_tests_that_are_run(row):
    assert ROWS[row], "nothing shows it"
    for file, names in ROWS[row].items():
        assert (TESTS / file).is_file(), f"{file} is gone"
        for name in names:
            marks = found_in(file).get(f"test_{name}")
            assert marks is not None, f"{file} has no test_{name} any more"
            assert not any("skip" in mark or "xfail" in mark for mark in marks), f"test_{name} is not run"
