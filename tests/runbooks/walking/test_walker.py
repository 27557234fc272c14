"""A walk from its first step to its end, with real programs: in order, confirmed, written down before."""

import asyncio
import contextlib

import pytest

from checks.model import Level
from runbooks import decisions, events, operators, step_events
from runbooks.errors import RefusedDecisionError
from runbooks.model import Plan, Risk, StepPlan, WindowNeed
from runbooks.outcome import Ending
from runbooks.step import options_of
from runbooks.step_events import Resolution
from runbooks.steps.check import CheckStep
from runbooks.testing import FakeBoard
from runbooks.walk import Stage as WalkStage
from runbooks.walk import Status
from runbooks.walk_events import WalkEnding
from tests.runbooks.walking.stage import Stage, World, command


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def plan_of(*steps: StepPlan, **more) -> Plan:
    return Plan("test", steps=steps, window=WindowNeed.ANY, target="target", **more)


def look(name: str, check: str = "api") -> StepPlan:
    return StepPlan(name, "check", options=options_of(CheckStep(check=check)), timeout=5.0)


async def test_steps_run_in_order_each_once_confirmed(tmp_path, world):
    plan = plan_of(world.does("one"), look("see"), world.does("two"), last=(world.does("end", undo=False),))
    async with Stage(tmp_path, plan).walking() as stage:
        await stage.shown("one")
        assert world.deeds == []
        await stage.run("one")
        await stage.shown("two")
        assert world.deeds == ["one"]
        await stage.run("two")
        walk = await stage.over()
    assert walk.ending is WalkEnding.DONE
    assert world.deeds == ["one", "two", "end"]
    assert all(state.status is Status.SUCCEEDED for state in walk.states)


async def test_started_is_in_the_journal_before_anything_is_done(tmp_path, world):
    async with Stage(tmp_path, plan_of(world.does("one"))).walking() as stage:
        await stage.run("one")
        await stage.over()
        kinds = [type(entry.event) for entry in await stage.journal.entries(stage.walk.id)]
    order = [
        step_events.StepPlanned,
        step_events.StepConfirmed,
        step_events.StepStarted,
        step_events.StepEnded,
    ]
    assert [kind for kind in kinds if kind in order] == order


async def test_another_action_than_the_shown_one_is_not_confirmed(tmp_path, world):
    async with Stage(tmp_path, plan_of(world.does("one"))).walking() as stage:
        state = await stage.shown("one")
        with pytest.raises(RefusedDecisionError, match="shown anew"):
            await stage.decide(decisions.Confirm("one", state.attempt, "0" * 64))
        assert any(isinstance(entry.event, events.Denied) for entry in stage.entries)
    assert world.deeds == []


async def test_a_failed_step_waits_for_a_decision_and_is_retried_once_decided(tmp_path, world):
    async with Stage(tmp_path, plan_of(world.does("one", fails=True), world.does("two"))).walking() as stage:
        await stage.run("one")
        assert stage.walk.state("one").status is Status.FAILED
        assert stage.walk.state("one").outcome.error_class == "exit_code"
        await stage.decide(decisions.Retry("one", "once more"))
        await stage.shown("one")
        assert stage.walk.state("one").attempt == 2
        assert world.deeds == ["one"]
        await stage.run("one")
        await stage.decide(decisions.Skip("one", "known to fail"))
        await stage.run("two")
        walk = await stage.over()
    assert world.deeds == ["one", "one", "two"]
    assert (
        len({entry.event.key for entry in stage.entries if isinstance(entry.event, step_events.StepStarted)})
        == 3
    )
    assert walk.ending is WalkEnding.DONE
    assert [remark.what for remark in walk.remarks] == ["retry", "skip"]


@pytest.mark.parametrize("failing", range(4))
@pytest.mark.parametrize("at", range(4))
async def test_the_way_back_undoes_what_was_applied_last_first(tmp_path, world, failing, at):
    steps = [world.does(f"s{n}", fails=n == failing) for n in range(4)]
    async with Stage(tmp_path, plan_of(*steps)).walking() as stage:
        for n in range(at + 1):
            await stage.run(f"s{n}")
            if n == failing:
                break
            if n < at:
                await stage.shown(f"s{n + 1}")
        if at < 3 or failing <= at:
            await stage.decide(decisions.RollBack("that is enough"))
            while stage.walk.stage is not WalkStage.OVER:
                await stage.until(
                    lambda s: s.walk.over or (s.walk.current and s.walk.current.status is Status.PLANNED)
                )
                if not stage.walk.over:
                    await stage.run(stage.walk.current.id)
        walk = await stage.over()
    if walk.ending is not WalkEnding.DONE:
        assert walk.ending is WalkEnding.ROLLED_BACK
        assert walk.back, walk.verdict
        assert world.balance == []


async def test_what_cannot_be_undone_is_listed_and_the_walk_has_failed(tmp_path, world):
    steps = (world.does("one"), world.does("two", undo=False, irreversible=True), world.does("three"))
    async with Stage(tmp_path, plan_of(*steps)).walking() as stage:
        await stage.run("one")
        await stage.run("two")
        await stage.shown("three")
        await stage.decide(decisions.RollBack("wrong host"))
        await stage.run("one.undo")
        walk = await stage.over()
    assert (walk.lost, walk.back, walk.ending) == (("two",), False, WalkEnding.FAILED)
    assert "cannot be undone: two" in walk.verdict


async def test_finally_runs_also_when_the_walk_is_stopped(tmp_path, world):
    plan = plan_of(world.does("one"), world.does("two"), last=(world.does("end", undo=False),))
    async with Stage(tmp_path, plan).walking() as stage:
        await stage.run("one")
        await stage.shown("two")
        await stage.decide(decisions.StopWalk("enough for tonight"))
        walk = await stage.over()
    assert (walk.ending, world.deeds) == (WalkEnding.STOPPED, ["one", "end"])


async def test_a_verification_that_fails_is_a_failure_of_the_step(tmp_path, world):
    board = FakeBoard({"api": [Level.OK, Level.CRIT, Level.OK]})
    step = world.does("one", verify=(look("one.verify"),))
    async with Stage(tmp_path, plan_of(step), board).walking() as stage:
        await stage.run("one")
        await stage.until(lambda s: s.walk.state("one").verified is False)
        await stage.decide(decisions.VerifyAgain("one"))
        walk = await stage.over()
    assert walk.ending is WalkEnding.DONE
    assert world.deeds == ["one"]


async def test_only_the_holder_decides_and_a_take_over_relieves_him(tmp_path, world):
    async with Stage(tmp_path, plan_of(world.does("one"))).walking() as stage:
        state = await stage.shown("one")
        old = stage.walk.fence
        other = operators.Operator("oper2", 1001)
        await stage.decide(decisions.TakeOver("oper1 has gone home"), fence=0, operator=other)
        assert stage.walk.holder == other
        assert stage.walk.fence > old
        with pytest.raises(RefusedDecisionError, match="oper2"):
            await stage.decide(decisions.Confirm("one", state.attempt, state.action_sha256), fence=old)
        with pytest.raises(RefusedDecisionError, match="oper2"):
            await stage.confirm("one")
        assert world.deeds == []
        await stage.decide(decisions.Confirm("one", state.attempt, state.action_sha256), operator=other)
        await stage.ended("one")
        walk = await stage.over()
    assert world.deeds == ["one"]
    assert [remark.what for remark in walk.remarks] == ["take over", "refused", "refused"]


async def test_a_walk_is_taken_only_from_who_was_believed_to_decide(tmp_path, world):
    first, second = (operators.Operator("oper1", 1000, terminal=f"/dev/pts/{number}") for number in (7, 8))
    async with Stage(tmp_path, plan_of(world.does("one"))).walking() as stage:
        await stage.shown("one")
        asked = stage.walk.holder
        await stage.decide(decisions.TakeOver("my turn", holder=asked), fence=0, operator=first)
        said = "meanwhile oper1, pts/7, has taken it over: my turn; look again"
        with pytest.raises(RefusedDecisionError, match=said):
            await stage.decide(decisions.TakeOver("no, mine", holder=asked), fence=0, operator=second)
        assert stage.walk.holder == first
        await stage.decide(decisions.TakeOver("no, mine", holder=first), fence=0, operator=second)
        assert stage.walk.holder == second
        await stage.decide(decisions.StopWalk("enough of it"), operator=second)
        await stage.over()


async def test_a_required_window_holds_changes_back_until_somebody_says_why_not(tmp_path, world):
    plan = Plan("test", steps=(world.does("one"),), window=WindowNeed.REQUIRED, target="target")
    async with Stage(tmp_path, plan, gate="no window is open").walking() as stage:
        with pytest.raises(RefusedDecisionError, match="no window is open"):
            await stage.confirm("one")
        assert world.deeds == []
        with pytest.raises(RefusedDecisionError, match="at least 10"):
            await stage.decide(decisions.Override("window", "now"))
        await stage.decide(decisions.Override("window", "the database is down"))
        await stage.run("one")
        walk = await stage.over()
    assert world.deeds == ["one"]
    assert "window" in walk.overridden


async def test_a_guard_that_gets_worse_pauses_the_walk(tmp_path, world):
    board = FakeBoard({"api": [Level.OK]}, attempts=1)
    plan = plan_of(world.does("one"), world.does("two"), guards=("api",))
    async with Stage(tmp_path, plan, board).walking() as stage:
        await stage.run("one")
        await stage.shown("two")
        board.show("api", Level.CRIT)
        await board.probed(("api",))
        await stage.until(lambda s: s.walk.paused)
        with pytest.raises(RefusedDecisionError, match="paused"):
            await stage.confirm("two")
        board.show("api", Level.OK)
        await board.probed(("api",))
        await stage.until(lambda s: not s.walk.paused)
        await stage.run("two")
        await stage.over()
    assert world.deeds == ["one", "two"]


@pytest.mark.fault("step:command", "total_timeout")
async def test_a_program_that_takes_too_long_is_asked_about_and_ended_when_somebody_says_so(tmp_path):
    step = command("long", "sleep", "600", undo=("true",), timeout=0.5)
    async with Stage(tmp_path, plan_of(step)).walking() as stage:
        await stage.confirm("long")
        await stage.until(lambda s: s.live.overdue)
        assert stage.walk.state("long").status is Status.STARTED
        with pytest.raises(RefusedDecisionError, match="running"):
            await stage.decide(decisions.StopWalk("I want to go home"))
        await stage.decide(decisions.EndProgram("long", 1, "hangs"))
        await stage.ended("long")
        assert stage.walk.state("long").outcome.ending is Ending.FAILED


async def test_a_detached_program_goes_on_and_its_end_is_decided_by_word(tmp_path, world):
    gate = tmp_path / "gate"
    script = 'while [ ! -e "$2" ]; do sleep 0.05; done; echo late >> "$1"'
    step = command("slow", "sh", "-c", script, "sh", str(world.file), str(gate), undo=("true",), timeout=0.2)
    async with Stage(tmp_path, plan_of(step, world.does("two"))).walking() as stage:
        await stage.confirm("slow")
        await stage.until(lambda s: s.live.overdue)
        await stage.decide(decisions.Detach("slow", 1, "goes on by itself"))
        with pytest.raises(RefusedDecisionError, match="still running"):
            wish = decisions.Resolve("slow", 1, Resolution.NOT_APPLIED, "slow", "I do not believe it ran")
            await stage.decide(wish)
        with pytest.raises(RefusedDecisionError, match="type the step's id"):
            await stage.decide(
                decisions.Resolve("slow", 1, Resolution.SUCCEEDED, "", "it will write its line")
            )
        await stage.decide(
            decisions.Resolve("slow", 1, Resolution.SUCCEEDED, "slow", "it will write its line")
        )
        await stage.shown("two")
        gate.touch()
        await stage.until(lambda s: any("has ended since" in remark.text for remark in s.walk.remarks))
        await stage.run("two")
        walk = await stage.over()
    assert world.deeds == ["late", "two"]
    assert walk.ending is WalkEnding.DONE


async def test_at_high_risk_the_name_of_the_target_has_to_be_typed(tmp_path, world):
    plan = plan_of(world.does("one"), last=(world.does("end", undo=False),), risk=Risk.HIGH)
    async with Stage(tmp_path, plan).walking() as stage:
        with pytest.raises(RefusedDecisionError, match="phrase"):
            await stage.confirm("one", typed="taget")
        assert world.deeds == []
        await stage.confirm("one", typed="target")
        await stage.over()
    assert world.deeds == ["one", "end"]


async def test_two_confirmations_of_one_step_start_it_once(tmp_path, world):
    async with Stage(tmp_path, plan_of(world.does("one"))).walking() as stage:
        state = await stage.shown("one")
        wish = decisions.Confirm("one", state.attempt, state.action_sha256)
        results = await asyncio.gather(*(stage.decide(wish) for _ in range(20)), return_exceptions=True)
        assert sum(result is None for result in results) == 1
        await stage.over()
    assert world.deeds == ["one"]


async def test_a_choice_that_a_value_decides_asks_nobody(tmp_path, world):
    from runbooks.model import InputPlan
    from runbooks.steps.choice import ChoiceStep
    from runbooks.templates import Template

    by = options_of(ChoiceStep(values=("docker", "systemd"), save="how", by=Template("{{ given }}")))
    steps = (StepPlan("how", "choice", options=by), world.does("one"))
    plan = plan_of(*steps, inputs=(InputPlan("given"),))
    async with Stage(tmp_path, plan).walking(given="docker") as stage:
        await stage.run("one")
        assert stage.walk.values["how"] == "docker"
        await stage.over()
    (tmp_path / "other").mkdir()
    async with Stage(tmp_path / "other", plan).walking(given="npm") as stage:
        await stage.ended("how")
        assert stage.walk.state("how").outcome.error_class == "unknown_value"


async def test_a_lease_that_lapsed_while_the_machine_slept_is_taken_anew(tmp_path, world):
    import sqlite3

    async with Stage(tmp_path, plan_of(world.does("one"))).walking() as stage:
        await stage.shown("one")
        fence = stage.walk.fence
        with sqlite3.connect(tmp_path / "state" / "t.journal.db") as connection:
            connection.execute("UPDATE lease SET renewed = renewed - 1000")
        connection.close()
        with pytest.raises(RefusedDecisionError, match="no longer ours"):
            await stage.confirm("one")
        assert world.deeds == []
        await stage.holding.renew()
        assert stage.walk.fence > fence
        await stage.confirm("one")
        with sqlite3.connect(tmp_path / "state" / "t.journal.db") as connection:
            connection.execute("UPDATE lease SET renewed = renewed - 1000")
        connection.close()
        await stage.over()
    assert world.deeds == ["one"]


async def test_a_soak_without_checks_watches_the_guards_of_the_runbook(tmp_path, world):
    from runbooks.steps.soak import SoakStep

    board = FakeBoard({"api": [Level.OK], "other": [Level.OK]})
    soak = StepPlan("soak", "soak", options=options_of(SoakStep(lasts=0.1)), timeout=9.0)
    async with Stage(tmp_path, plan_of(soak, guards=("api",)), board).walking() as stage:
        await stage.over()
    assert set(board.probes) == {("api",)}


async def test_a_late_look_at_a_step_that_the_walk_has_left_changes_nothing(tmp_path, world):
    gate = tmp_path / "gate"
    script = 'while [ ! -e "$1" ]; do sleep 0.05; done; exit 0'
    slow = command("one.verify", "sh", "-c", script, "sh", str(gate), changes=False)
    hold = 'echo begun; while [ ! -e "$1.2" ]; do sleep 0.05; done; echo two >> "$2"'
    two = command("two", "sh", "-c", hold, "sh", str(gate), str(world.file), undo=("true",))
    async with Stage(tmp_path, plan_of(world.does("one", verify=(slow,)), two)).walking() as stage:
        await stage.run("one")
        await stage.until(lambda s: s.live.running == "one.verify")
        for _ in range(3):
            with pytest.raises(RefusedDecisionError, match="right now"):
                await stage.decide(decisions.VerifyAgain("one"))
        gate.touch()
        await stage.confirm("two")
        await stage.until(lambda s: "begun" in s.live.output)
        with pytest.raises(RefusedDecisionError, match="not the current step"):
            await stage.decide(decisions.VerifyAgain("one"))
        assert stage.walk.current.id == "two"
        for wish in (decisions.RollBack("whatever"), decisions.StopWalk("whatever")):
            with pytest.raises(RefusedDecisionError, match="two is running"):
                await stage.decide(wish)
        (tmp_path / "gate.2").touch()
        walk = await stage.over()
    assert walk.ending is WalkEnding.DONE
    assert world.deeds == ["one", "two"]


async def test_what_is_refused_leaves_no_raw_text_in_the_journal(tmp_path, world):
    async with Stage(tmp_path, plan_of(world.does("one"))).walking() as stage:
        await stage.shown("one")
        stage.masker.learn("hunter2-canary")
        for wish in (
            decisions.Skip("q hunter2-canary \x1b]0;x\x07" + "x" * 100_000, "because"),
            decisions.Note("said hunter2-canary", "q hunter2-canary \x1b]0;x\x07" + "x" * 100_000),
        ):
            with contextlib.suppress(RefusedDecisionError):
                await stage.decide(wish)
    stored = (tmp_path / "state" / "t.journal.db").read_bytes()
    assert b"hunter2" not in stored
    assert b"]0;x\\u0007" not in stored
    assert len(stored) < 200_000
