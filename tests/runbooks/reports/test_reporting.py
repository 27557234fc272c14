"""The facts of a report on a walk: all that was tried, decided, left, and what is to be watched."""

from __future__ import annotations

from runbooks import operators, step_events, walk_events
from runbooks.attempts import course_of
from runbooks.report_parts import HeadPart
from runbooks.reporting import ending_of, report_of
from runbooks.step_events import Resolution
from runbooks.walk_events import WalkEnding
from tests.runbooks.reports.telling import (
    HASH,
    OPER2,
    OUT,
    PLAN,
    START,
    UNKNOWN,
    Telling,
    eventful,
    failed,
)


def report(telling: Telling, **more):
    return report_of(telling.entries, START + 900, **more)


def part(told, name: str):
    return next(step for step in told.steps if step.id == name)


def test_a_walk_without_trouble_says_so():
    walk = Telling()
    for step in PLAN.steps:
        walk.do(step.id)
    walk.close(WalkEnding.DONE)
    told = report(walk, levels={"api-health": "OK", "disk": "WARN", "queue": "OK"})
    assert told.verdict == "Done: 4 of 4 steps succeeded"
    assert (told.ending, told.deviations, told.left, told.watch, told.rollback) == ("done", (), (), (), None)
    assert [step.stage for step in told.steps] == ["forward"] * 4 + ["last"]
    assert not any(check.worse for check in told.checks)


def test_the_head_says_what_was_walked_by_whom_and_by_which_plan():
    told = report(eventful())
    assert (told.system, told.runbook, told.host, told.manner) == ("shop", "minor-update", "host1", "console")
    assert told.opened_by == "oper1 as root, from 10.0.0.7, pts/3"
    assert told.opened_at == START
    assert told.plan_sha256 == PLAN.sha256
    assert told.inputs == (("version", "1.2.3"),)
    assert told.secret_inputs == ("token",)
    assert told.ending == "rolled_back"
    assert "every check is as good as before" in told.verdict


def test_every_attempt_is_told_with_its_action_and_who_confirmed_it():
    told = report(eventful())
    first, second = part(told, "restart").attempts
    assert (first.number, first.status, first.error_class, first.applied) == (
        1,
        "failed",
        "exit_code",
        "partial",
    )
    assert first.action.lines == ("docker compose restart api",)
    assert first.action_sha256 == HASH
    assert first.confirmed_by == "oper1 as root, from 10.0.0.7, pts/3"
    assert first.planned_at < first.confirmed_at < first.started_at < first.ended_at
    assert first.key
    assert (second.resolution, second.resolved_because) == ("resolved_succeeded", "the container is there")
    assert second.resolved_by == first.confirmed_by
    assert (second.verified, second.verdict) == (False, "api-health CRIT: refused")
    assert second.applied == "", "what was applied is not known of an unknown end"


def test_what_was_found_by_a_look_was_said_by_nobody():
    walk = Telling()
    walk.start("backup")
    walk.end("backup", UNKNOWN)
    seen = step_events.StepResolved("backup", 1, Resolution.NOT_APPLIED, "it was never spawned", by_look=True)
    walk.tell(seen, by=operators.WALKDOWN)
    walk.do("backup", attempt=2)
    first, second = course_of(walk.entries).attempts["backup"]
    assert (first.state.resolution, first.resolved_by.name) == (Resolution.NOT_APPLIED, "")
    assert (second.state.attempt, second.state.status) == (2, "succeeded")


def test_deviations_are_in_the_order_of_time_and_notes_are_none():
    told = report(eventful())
    assert [part.what for part in told.deviations] == [
        "begun",
        "failed",
        "retry",
        "unknown",
        "not verified",
        "resolved succeeded",
        "skip",
        "pause",
        "take over",
        "refused",
        "override window",
        "roll back",
    ]
    assert [part.at for part in told.deviations] == sorted(part.at for part in told.deviations)
    (note,) = [part for part in told.decisions if part.what == "note"]
    assert (note.step, note.text) == ("restart", "watch the queue")
    take_over = next(part for part in told.decisions if part.what == "take over")
    assert (take_over.who, take_over.text) == ("oper2, pts/4", "oper1 has gone home")


def test_what_is_left_after_a_stop_is_what_stays_applied_and_what_was_not_run():
    walk = Telling()
    walk.do("backup")
    walk.do("restart")
    walk.close(WalkEnding.STOPPED, "the window ends")
    told = report(walk)
    assert told.verdict == "Stopped before its end: 2 of 4 steps succeeded; reason: the window ends"
    assert told.left == (
        "restart (The step restart) stays applied",
        "smoke (The step smoke) was not run",
        "drop-old (The step drop-old) was not run",
    )


def test_a_way_back_that_lost_something_says_what():
    walk = Telling()
    for step in PLAN.steps[:3]:
        walk.do(step.id)
    walk.fail("drop-old")
    walk.tell(walk_events.RollbackBegun("no room", ("restart.undo",), ("drop-old",)))
    walk.start("restart.undo")
    walk.end("restart.undo", failed("no such image"))
    walk.tell(step_events.StepSkipped("restart.undo", "by hand tomorrow"))
    walk.tell(walk_events.RollbackEnded(False, "worse: queue", ("queue",)))
    walk.close(WalkEnding.FAILED)
    told = report(walk)
    assert (told.rollback.back, told.rollback.lost, told.rollback.undone) == (False, ("drop-old",), ())
    assert "drop-old could not be undone" in told.left
    assert "restart.undo (The step restart.undo), which undoes, has not succeeded" in told.left
    assert told.watch == ("check queue: OK before",)


def test_an_unknown_end_is_left_and_a_detached_program_is_watched():
    walk = Telling()
    walk.start("backup")
    walk.tell(
        step_events.StepAskedToEnd("backup", 1, "it hangs"), step_events.StepDetached("backup", 1, "no end")
    )
    walk.close(WalkEnding.UNKNOWN, "cannot wait")
    told = report(walk)
    (attempt,) = part(told, "backup").attempts
    assert (attempt.detached, attempt.ended_on_request, attempt.status) == (True, True, "unknown")
    assert "nobody knows what became of backup" in told.left
    assert "backup: its program may still be running" in told.watch


def test_an_open_walk_is_reported_as_open():
    walk = Telling()
    walk.do("backup")
    walk.show("restart")
    told = report(walk)
    assert (told.ending, told.ended_at) == ("", 0.0)
    assert told.verdict == "Still open: 1 of 4 steps succeeded"
    assert told.left == ("3 steps are still to come",)


def test_checks_are_compared_with_those_before():
    told = report(eventful(), levels={"api-health": "CRIT", "disk": "OK"})
    seen = {check.name: (check.before, check.now, check.worse) for check in told.checks}
    assert seen == {
        "api-health": ("OK", "CRIT", True),
        "disk": ("WARN", "OK", False),
        "queue": ("OK", "", True),
    }
    assert "check api-health: OK before, CRIT now" in told.watch


def test_evidence_is_named_sized_and_hashed_and_its_end_is_shown():
    output = "\n".join(f"line {number}" for number in range(100))
    told = report(eventful(), excerpts={("backup", 1, "out"): output})
    (evidence,) = part(told, "backup").attempts[0].evidence
    assert (evidence.name, evidence.size, evidence.sha256) == ("out", OUT.size, OUT.sha256)
    assert evidence.truncated
    assert evidence.excerpt.splitlines()[0] == "[70 lines before]"
    assert evidence.excerpt.splitlines()[-1] == "line 99"


def test_the_end_of_one_endless_line_is_cut_by_characters():
    shown = ending_of("x" * 10_000 + "end", most=100)
    assert shown.startswith("[9903 characters before]\n")
    assert shown.endswith("xend")


def test_the_head_of_the_journal_is_an_anchor():
    told = report(eventful(), head=HeadPart(99, "cd" * 32))
    assert (told.last_seq, told.head.seq, told.head.hash) == (75, 99, "cd" * 32)


def test_who_relieved_whom_decides_who_confirmed_what_follows():
    told = report(eventful())
    assert part(told, "restart.undo").attempts[0].confirmed_by.startswith("oper1")
    walk = Telling()
    walk.show("backup")
    walk.tell(step_events.StepConfirmed("backup", 1, HASH), by=OPER2)
    assert part(report(walk), "backup").attempts[0].confirmed_by == "oper2, pts/4"
