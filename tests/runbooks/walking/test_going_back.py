"""The way back when it does not go well: it stops, and goes on when somebody has decided, never by itself."""

import os
import signal

import pytest

from runbooks import decisions
from runbooks.errors import RefusedDecisionError
from runbooks.model import Plan, WindowNeed
from runbooks.records import look
from runbooks.step_events import Resolution
from runbooks.walk import Stage as WalkStage
from runbooks.walk import Status
from runbooks.walk_events import WalkEnding
from tests.runbooks.walking.stage import Stage, World, command


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def stuck(world: World, name: str, gate: str, script: str):
    """A step whose undo does what the script says until a file is there."""
    undo = (
        "sh",
        "-c",
        f'[ -e "$3" ] || {{ {script}; }}; echo "-$1" >> "$2"',
        "sh",
        name,
        str(world.file),
        gate,
    )
    return command(name, "sh", "-c", 'echo "$1" >> "$2"', "sh", name, str(world.file), undo=undo)


def plan_of(*steps) -> Plan:
    return Plan("test", steps=steps, window=WindowNeed.ANY, target="target")


async def gone(stage: Stage, *names: str) -> None:
    """Walk these steps, wait for the last one, and begin the way back."""
    for name in names:
        await stage.run(name)
    await stage.shown("last")
    await stage.decide(decisions.RollBack("it is no good"))


async def test_an_undo_that_fails_stops_the_way_back_until_somebody_decides(tmp_path, world):
    gate = tmp_path / "gate"
    steps = (
        world.does("one"),
        stuck(world, "two", str(gate), "exit 3"),
        world.does("three"),
        world.does("last"),
    )
    async with Stage(tmp_path, plan_of(*steps)).walking() as stage:
        await gone(stage, "one", "two", "three")
        await stage.run("three.undo")
        await stage.run("two.undo")
        state = stage.walk.state("two.undo")
        assert (state.status, stage.walk.current.id) == (Status.FAILED, "two.undo")
        assert stage.walk.state("one.undo").status is Status.PENDING
        assert world.balance == ["one", "two"]
        gate.touch()
        await stage.decide(decisions.Retry("two.undo", "it is free now"))
        await stage.run("two.undo")
        await stage.run("one.undo")
        walk = await stage.over()
    assert (walk.ending, walk.back, world.balance) == (WalkEnding.ROLLED_BACK, True, [])


async def test_a_way_back_that_is_stopped_leaves_the_rest_as_it_is(tmp_path, world):
    steps = (world.does("one"), stuck(world, "two", str(tmp_path / "gate"), "exit 3"), world.does("last"))
    async with Stage(tmp_path, plan_of(*steps)).walking() as stage:
        await gone(stage, "one", "two")
        await stage.run("two.undo")
        await stage.decide(decisions.StopWalk("for the day shift"))
        walk = await stage.over()
    assert (walk.ending, walk.back) == (WalkEnding.FAILED, None)
    assert [(state.id, state.status) for state in walk.undos] == [
        ("two.undo", Status.FAILED),
        ("one.undo", Status.PENDING),
    ]
    assert world.balance == ["one", "two"]


async def test_an_undo_that_is_left_out_is_listed_and_the_rest_is_undone(tmp_path, world):
    steps = (world.does("one"), stuck(world, "two", str(tmp_path / "gate"), "exit 3"), world.does("last"))
    async with Stage(tmp_path, plan_of(*steps)).walking() as stage:
        await gone(stage, "one", "two")
        await stage.run("two.undo")
        await stage.decide(decisions.Skip("two.undo", "two may stay"))
        await stage.confirm("one.undo")
        walk = await stage.over()
    assert (walk.ending, walk.back) == (WalkEnding.FAILED, False)
    assert "not undone: two.undo" in walk.verdict
    assert world.deeds == ["one", "two", "-one"]


async def test_an_undo_whose_end_is_unknown_stops_the_way_back_too(tmp_path, world):
    steps = (world.does("one"), stuck(world, "two", str(tmp_path / "gate"), "sleep 600"), world.does("last"))
    async with Stage(tmp_path, plan_of(*steps)).walking() as stage:
        await gone(stage, "one", "two")
        await stage.confirm("two.undo")
        folder = tmp_path / "evidence" / (await running(stage, "two.undo"))
        await stage.until(lambda s: look(folder).spawned.pid)
        found = look(folder)
        os.kill(found.supervisor.pid, signal.SIGKILL)
        os.killpg(found.spawned.pid, signal.SIGKILL)
        await stage.ended("two.undo")
        assert stage.walk.state("two.undo").status is Status.UNKNOWN
        assert stage.walk.state("one.undo").status is Status.PENDING
        reason = "it was killed before it did anything"
        wish = decisions.Resolve("two.undo", 1, Resolution.NOT_APPLIED, "two.undo", reason)
        await stage.decide(wish)
        assert (stage.walk.stage, world.balance) == (WalkStage.BACK, ["one", "two"])
        (tmp_path / "gate").touch()
        await stage.decide(decisions.Retry("two.undo", "once more"))
        await stage.run("two.undo")
        await stage.run("one.undo")
        walk = await stage.over()
    assert (walk.ending, world.balance) == (WalkEnding.ROLLED_BACK, [])


async def running(stage: Stage, step: str) -> str:
    """Wait until the step runs, and return the folder of its evidence."""
    await stage.until(lambda s: s.live.running == step)
    return stage.walk.state(step).folder


async def test_there_is_no_way_back_before_it_is_said_what_became_of_a_step(tmp_path, world):
    slow = command(
        "two", "sh", "-c", 'echo begun; sleep 600; echo two >> "$1"', "sh", str(world.file), undo=("true",)
    )
    async with Stage(tmp_path, plan_of(world.does("one"), slow)).walking() as stage:
        await stage.run("one")
        await stage.confirm("two")
        await stage.until(lambda s: "begun" in s.live.output)
        left = look(tmp_path / "evidence" / stage.walk.state("two").folder)
        with pytest.raises(RefusedDecisionError, match="is running; end it or detach it first"):
            await stage.decide(decisions.RollBack("it is no good"))
        await stage.decide(decisions.Detach("two", 1, "it hangs"))
        with pytest.raises(RefusedDecisionError, match="say first what became of the step"):
            await stage.decide(decisions.RollBack("it is no good"))
        assert world.balance == ["one"]
        os.killpg(left.spawned.pid, signal.SIGKILL)  # what was detached would run on after the test
        await stage.decide(decisions.Resolve("two", 1, Resolution.FAILED, "two", "it never came to its end"))
        await stage.decide(decisions.RollBack("it is no good"))
        await stage.run("two.undo")
        await stage.run("one.undo")
        walk = await stage.over()
    assert (walk.ending, world.balance) == (WalkEnding.ROLLED_BACK, [])
