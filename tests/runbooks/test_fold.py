"""The fold: what of events stays in a walk."""

from runbooks import events, step_events, walk_events
from runbooks.action import Action
from runbooks.events import Entry
from runbooks.fold import fold, fold_all
from runbooks.model import Plan, StepPlan
from runbooks.operators import Operator
from runbooks.outcome import Applied, Ending, Outcome
from runbooks.step_events import Resolution
from runbooks.walk import Stage, Status, Walk, to_undo

ONE = StepPlan("one", "command", changes=True, undo=(StepPlan("one.undo", "command", changes=True),))
LOST = StepPlan("lost", "command", changes=True, irreversible=True)
LOOK = StepPlan("look", "check")
PLAN = Plan("test", steps=(ONE, LOST, LOOK))


def walk_of(*happened: events.Event) -> Walk:
    first = walk_events.WalkOpened(PLAN, PLAN.sha256, "s")
    rows = [
        Entry(n, "w", float(n), float(n), "b", "h", Operator("o"), e, 7)
        for n, e in enumerate((first, *happened), 1)
    ]
    return fold_all(rows)


def tried(step: str, attempt: int, outcome: Outcome) -> tuple[events.Event, ...]:
    return (
        step_events.StepPlanned(step, attempt, Action(), ""),
        step_events.StepConfirmed(step, attempt, ""),
        step_events.StepStarted(step, attempt, "", f"key-{step}-{attempt}"),
        step_events.StepEnded(step, attempt, outcome),
    )


GOOD = Outcome(Ending.SUCCEEDED, applied=Applied.FULL)


def test_entries_that_were_folded_already_change_nothing():
    walk = walk_of(*tried("one", 1, GOOD))
    old = Entry(2, "w", 0.0, 0.0, "b", "h", Operator("o"), walk_events.WalkEnded(walk_events.WalkEnding.DONE))
    assert fold(walk, old) is walk


def test_the_way_back_has_what_was_there_before_the_first_attempt_that_changed_anything():
    half = Outcome(Ending.FAILED, applied=Applied.PARTIAL, facts={"image": "the old one"})
    whole = Outcome(Ending.SUCCEEDED, applied=Applied.FULL, facts={"image": "the half-made one"})
    walk = walk_of(*tried("one", 1, half), step_events.RetryWanted("one", 2), *tried("one", 2, whole))
    assert walk.forward("one.undo") == {"image": "the old one"}
    assert walk.state("one").earlier == (half,)


def test_an_attempt_that_changed_nothing_needs_no_undoing():
    nothing = Outcome(Ending.FAILED, applied=Applied.NONE, facts={"image": "x"})
    walk = walk_of(*tried("one", 1, nothing))
    assert to_undo(walk) == ((), ())


def test_an_unknown_end_counts_as_touched_until_it_is_known_not_to_have_been():
    unknown = walk_of(*tried("one", 1, Outcome(Ending.UNKNOWN)))
    assert to_undo(unknown)[0] == ("one.undo",)
    rows = (
        *tried("one", 1, Outcome(Ending.UNKNOWN)),
        step_events.StepResolved("one", 1, Resolution.NOT_APPLIED, "looked"),
    )
    assert to_undo(walk_of(*rows)) == ((), ())
    partly = Outcome(Ending.FAILED, applied=Applied.PARTIAL)
    before = (
        *tried("one", 1, partly),
        step_events.RetryWanted("one", 2),
        *tried("one", 2, Outcome(Ending.UNKNOWN)),
    )
    resolved = step_events.StepResolved("one", 2, Resolution.NOT_APPLIED, "looked")
    assert to_undo(walk_of(*before, resolved))[0] == ("one.undo",)


def test_what_was_undone_is_as_if_it_had_not_been():
    begun = walk_events.RollbackBegun("why", ("one.undo",))
    walk = walk_of(*tried("one", 1, GOOD), begun, *tried("one.undo", 1, GOOD))
    assert walk.stage is Stage.BACK
    assert not walk.state("one").touched
    assert walk.current is None


def test_what_cannot_be_undone_is_lost():
    walk = walk_of(*tried("one", 1, GOOD), *tried("lost", 1, GOOD))
    assert to_undo(walk) == (("one.undo",), ("lost",))


def test_a_skipped_failure_stays_a_failure_in_the_record():
    failed = Outcome(Ending.FAILED, applied=Applied.PARTIAL)
    walk = walk_of(*tried("one", 1, failed), step_events.StepSkipped("one", "known"))
    assert walk.state("one").status is Status.FAILED
    assert walk.state("one").skipped == "known"
    assert walk.current is not None
    assert walk.current.id == "lost"


def test_a_report_does_not_deny_the_attempts_before_the_one_that_was_not_begun():
    from runbooks.reckoning import left

    half = Outcome(Ending.FAILED, "exit code 3", applied=Applied.PARTIAL)
    stopped = walk_events.FinallyBegun(walk_events.WalkEnding.STOPPED, "enough")
    shown = step_events.StepPlanned("one", 2, Action(), "")
    over = walk_events.WalkEnded(walk_events.WalkEnding.STOPPED, "enough")
    walk = walk_of(*tried("one", 1, half), step_events.RetryWanted("one", 2), shown, stopped, over)
    said = "\n".join(left(walk))
    assert "one was not run again; 1 attempt before: exit code 3" in said
    assert "one may stay applied" in said
