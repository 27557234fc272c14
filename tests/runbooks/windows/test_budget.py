"""The time in a window: the rest, the way back, and the last safe point, against recorded durations."""

from dataclasses import replace
from datetime import UTC

import pytest
from msgspec.structs import replace as replaced

from runbooks.journal.questions import StepDuration
from runbooks.live import Live
from runbooks.model import Condition, Plan, StepPlan, WindowNeed
from runbooks.walk import Stage, Status, StepState, Walk
from runbooks.walking.deciding import LAST_SAFE, WINDOW, barred
from runbooks.windows.budget import budget, budget_words, late, rest_of, safe_words
from runbooks.windows.durations import usual_seconds
from runbooks.windows.state import WindowsNow, WindowWalk

UNTIL = 100_000.0
USUAL = {
    "backup": 300.0,
    "update": 600.0,
    "check": 30.0,
    "update.undo": 120.0,
    "migrate": 900.0,
    "tidy": 20.0,
}
SUCCEEDED = {"status": Status.SUCCEEDED, "touched": True}


def step(name: str, *undo: str, changes: bool = True, **more: object) -> StepPlan:
    back = tuple(StepPlan(one, "command", changes=True) for one in undo)
    return StepPlan(name, "command", changes=changes, undo=back, **more)  # type: ignore[arg-type]


PLAN = Plan(
    "update",
    window=WindowNeed.REQUIRED,
    steps=(
        step("backup"),
        step("update", "update.undo"),
        step("check", changes=False),
        step("migrate", "migrate.undo"),
    ),
    last=(step("tidy"),),
)


def walk(plan: Plan = PLAN, **states: dict[str, object]) -> Walk:
    """A walk whose steps stand as said; all others are pending."""
    steps = tuple(replace(StepState(one.id), **states.get(one.id, {})) for one in plan.steps)  # type: ignore[arg-type]
    return Walk("w", plan, steps=steps, last=tuple(StepState(one.id) for one in plan.last))


def test_at_the_beginning_everything_is_left_and_a_way_back_is_only_of_the_first_step() -> None:
    spent = budget(walk(), USUAL, UNTIL)
    assert spent is not None
    assert spent.rest == 300 + 600 + 30 + 900 + 20
    # `backup` has nothing to undo: it alone must fit, and what is always done at the end.
    assert (spent.back, spent.safe_until, spent.estimated, spent.unknown) == (0, UNTIL - 320, False, ())


def test_the_last_safe_point_leaves_time_for_the_next_step_and_for_the_whole_way_back() -> None:
    spent = budget(walk(backup=SUCCEEDED), USUAL, UNTIL)
    assert spent is not None
    assert (spent.back, spent.safe_until) == (120, UNTIL - 600 - 120 - 20)
    spent = budget(walk(backup=SUCCEEDED, update=SUCCEEDED), USUAL, UNTIL)
    assert spent is not None
    # Nobody has undone `migrate` yet: its way back counts as long as its way forward.
    assert (spent.back, spent.estimated) == (120 + 900, True)
    assert spent.safe_until == UNTIL - 900 - 1020 - 20
    spent = budget(walk(backup=SUCCEEDED, update=SUCCEEDED), {**USUAL, "migrate.undo": 60.0}, UNTIL)
    assert spent is not None
    assert (spent.back, spent.estimated, spent.safe_until) == (180, False, UNTIL - 900 - 180 - 20)


def test_a_step_that_runs_may_have_to_be_undone_too() -> None:
    spent = budget(walk(backup=SUCCEEDED, update={"status": Status.STARTED}), USUAL, UNTIL)
    assert spent is not None
    assert (spent.rest, spent.back) == (600 + 30 + 900 + 20, 120 + 900)


def test_what_was_undone_or_left_out_takes_no_time() -> None:
    plan = replace(PLAN, steps=(*PLAN.steps[:3], replace(PLAN.steps[3], when=(Condition("size", ("big",)),))))
    spent = budget(replace(walk(plan, backup=SUCCEEDED), values={"size": "small"}), USUAL, UNTIL)
    assert spent is not None
    assert spent.rest == 600 + 30 + 20
    spent = budget(walk(plan, backup=SUCCEEDED), USUAL, UNTIL)
    assert spent is not None, "it is not known yet whether it will be done"
    assert spent.rest == 600 + 30 + 900 + 20


def test_after_the_last_changing_step_and_on_the_way_back_there_is_no_last_safe_point() -> None:
    over = dict.fromkeys(("backup", "update", "migrate"), SUCCEEDED) | {"check": {"skipped": "no need"}}
    spent = budget(walk(**over), USUAL, UNTIL)
    assert spent is not None
    assert (spent.safe_until, spent.rest) == (0, 20)
    back = replace(
        walk(**over), stage=Stage.BACK, undos=(StepState("migrate.undo"), StepState("update.undo"))
    )
    spent = budget(back, USUAL, UNTIL)
    assert spent is not None
    assert (spent.safe_until, spent.rest, spent.unknown) == (0, 120 + 20, ("migrate.undo",))


def test_what_the_runbook_expects_counts_until_there_is_a_history() -> None:
    plan = replace(PLAN, steps=(step("backup", expected=240.0), step("update", "update.undo")))
    spent = budget(walk(plan), {}, UNTIL)
    assert spent is not None
    assert (spent.rest, spent.safe_until, spent.unknown) == (240, UNTIL - 240, ("update", "tidy"))


def test_without_a_window_there_is_no_budget() -> None:
    assert budget(walk(), USUAL, 0.0) is None
    assert late(walk(), None, UNTIL, UTC) == budget_words(walk(), Live(), UNTIL, UTC) == ""


@pytest.mark.parametrize(
    ("before_end", "is_late"), [(741, False), (740, False), (739, True), (1, True), (0, False)]
)
def test_it_is_late_between_the_last_safe_point_and_the_end(before_end: float, is_late: bool) -> None:
    now = walk(backup=SUCCEEDED)
    assert bool(late(now, budget(now, USUAL, UNTIL), UNTIL - before_end, UTC)) is is_late


def test_late_is_a_rule_that_bars_changing_steps_and_can_be_set_aside() -> None:
    now = walk(backup=SUCCEEDED)
    state = now.state("update")
    assert barred(now, state, "", "it is late") == (LAST_SAFE, "it is late")
    assert barred(now, state, "no window is open", "")[0] == WINDOW
    assert barred(now, now.state("check"), "", "it is late") == ("", "")
    assert barred(replace(now, overridden=(LAST_SAFE,)), state, "", "it is late") == ("", "")
    assert barred(replace(now, overridden=(LAST_SAFE,)), state, "no window is open", "")[0] == WINDOW
    assert barred(replace(now, stage=Stage.BACK), state, "", "it is late") == ("", "")
    advised = replace(now, plan=replace(PLAN, window=WindowNeed.ADVISED))
    assert barred(advised, state, "", "it is late") == ("", "")


def test_the_line_says_all_of_it_and_what_does_not_fit_comes_first() -> None:
    now = walk(backup=SUCCEEDED, update=SUCCEEDED)
    live = Live(budget=budget(now, USUAL, UNTIL), usual=USUAL)
    words = budget_words(now, live, UNTIL - 2520, UTC)
    assert words.startswith(
        "42 m 0 s left; the rest usually takes 15 m 50 s; "
        "a way back 17 m 0 s, going by the way forward; last safe point 1970-"
    )
    assert budget_words(now, live, UNTIL - 600, UTC).startswith("THE REST DOES NOT FIT; 10 m 0 s left; ")


def test_what_has_run_of_a_step_is_taken_off_the_rest() -> None:
    now = walk(backup={"status": Status.STARTED})
    live = Live("backup", "backup", since=1000.0, budget=budget(now, USUAL, UNTIL), usual=USUAL)
    assert rest_of(now, live, 1100.0) == 1850 - 100
    assert rest_of(now, live, 9000.0) == 1850 - 300


def one_way(*steps: StepPlan) -> Plan:
    return replace(PLAN, steps=steps, last=())


def test_without_a_way_back_all_the_rest_must_fit() -> None:
    plan = one_way(
        step("backup"), step("update", "update.undo"), step("migrate", irreversible=True), step("check")
    )
    spent = budget(walk(plan), USUAL, UNTIL)
    assert spent is not None
    assert (spent.one_way, spent.safe_until) == (False, UNTIL - 300)
    before = walk(plan, backup=SUCCEEDED, update=SUCCEEDED)
    spent = budget(before, USUAL, UNTIL)
    assert spent is not None, "the step that is coming cannot be undone"
    assert (spent.one_way, spent.back, spent.safe_until) == (True, 0, UNTIL - 900 - 30)
    spent = budget(walk(plan, backup=SUCCEEDED, update=SUCCEEDED, migrate=SUCCEEDED), USUAL, UNTIL)
    assert spent is not None, "one that cannot be undone was done"
    assert (spent.one_way, spent.safe_until) == (True, UNTIL - 30)
    words = budget_words(before, Live(budget=budget(before, USUAL, UNTIL)), UNTIL - 2000, UTC)
    assert "no way back: all the rest must fit; last safe point" in words
    assert "there is no way back" in late(before, budget(before, USUAL, UNTIL), UNTIL - 5, UTC)


def test_a_point_of_no_return_counts_as_one_from_its_start() -> None:
    plan = one_way(step("update", "update.undo", point_of_no_return=True), step("migrate", "migrate.undo"))
    spent = budget(walk(plan, update={"status": Status.STARTED}), USUAL, UNTIL)
    assert spent is not None
    assert (spent.one_way, spent.safe_until) == (True, UNTIL - 900)


def test_a_point_that_counts_steps_of_unknown_length_says_so() -> None:
    plan = one_way(step("update", "update.undo"))
    known = budget(walk(plan), USUAL, UNTIL)
    unknown = budget(walk(plan), {}, UNTIL)
    assert known is not None and unknown is not None
    assert (known.uncertain, unknown.uncertain, unknown.safe_until) == (False, True, UNTIL)
    assert "at the latest" in budget_words(walk(plan), Live(budget=unknown), UNTIL - 10, UTC)
    # A way back of unknown length is put at that of the way forward, which is a guess but not nothing.
    guessed = budget(walk(plan), {"update": 600.0}, UNTIL)
    assert guessed is not None
    assert (guessed.uncertain, guessed.estimated, guessed.safe_until) == (False, True, UNTIL - 1200)


@pytest.mark.parametrize(
    ("seconds", "usual"),
    [((), 60.0), ((5.0,), 5.0), ((10.0, 12.0, 36_000.0), 12.0), ((10.0, 11.0, 12.0, 36_000.0), 11.5)],
)
def test_the_median_of_what_was_recorded_counts_so_that_one_outlier_moves_it_little(
    seconds: tuple[float, ...], usual: float
) -> None:
    plan = one_way(step("update", expected=60.0))
    recorded = [StepDuration("update", one, f"w{place}") for place, one in enumerate(seconds)]
    assert usual_seconds(plan, recorded) == {"update": usual}


def test_of_several_walks_the_first_last_safe_point_counts() -> None:
    walks = (
        WindowWalk("a", "r", safe_until=500.0),
        WindowWalk("b", "r"),
        WindowWalk("c", "r", safe_until=400.0),
    )
    assert WindowsNow(walks=walks).safe_until == 400.0
    assert WindowsNow().safe_until == 0.0
    assert "passed: 1970-" in safe_words(walks[0], 600.0, UTC)
    assert "passed" not in safe_words(replaced(walks[0], uncertain=True), 400.0, UTC)
    assert "at the latest" in safe_words(replaced(walks[0], uncertain=True), 400.0, UTC)
    assert "no last safe point" in safe_words(walks[1], 400.0, UTC)
