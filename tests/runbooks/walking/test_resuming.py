"""A walk whose process went away: what ran, what did not, what is not known, as the next one finds it."""

import os
import signal

import msgspec
import pytest

from checks.model import Level
from runbooks import decisions, step_events
from runbooks.errors import RefusedDecisionError
from runbooks.model import InputPlan, Plan, StepPlan, WindowNeed
from runbooks.outcome import Ending
from runbooks.step import options_of
from runbooks.step_events import Resolution
from runbooks.steps.command import CommandStep
from runbooks.steps.soak import SoakStep
from runbooks.templates import SecretTemplate, Template
from runbooks.testing import FakeBoard
from runbooks.walk import Status
from runbooks.walk_events import WalkEnding
from tests.runbooks.walking.stage import Stage, World, command


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def plan_of(*steps: StepPlan, **more) -> Plan:
    return Plan("test", steps=steps, window=WindowNeed.ANY, target="target", **more)


def slow(world: World, name: str, gate: str) -> StepPlan:
    """A step that says that it has begun, waits until a file is there, and then does its deed."""
    script = 'echo begun; while [ ! -e "$3" ]; do sleep 0.05; done; echo "$1" >> "$2"'
    return command(name, "sh", "-c", script, "sh", name, str(world.file), gate, undo=("true",))


def pid_of(folder, name: str) -> int:
    (record,) = folder.rglob(f"*{name}*/claim")
    return msgspec.json.decode(record.read_bytes())["pid"]


async def begun(tmp_path, plan, name: str) -> str:
    """Walk until the step runs, then have the process that walks it go away."""
    async with Stage(tmp_path, plan).walking() as stage:
        await stage.confirm(name)
        await stage.until(lambda s: "begun" in s.live.output)
        return stage.walk.id


async def test_a_program_that_runs_still_is_waited_for(tmp_path, world):
    gate = tmp_path / "gate"
    plan = plan_of(slow(world, "one", str(gate)), world.does("two"))
    walk = await begun(tmp_path, plan, "one")
    async with Stage(tmp_path, plan).walking(walk) as stage:
        await stage.until(lambda s: s.live.running == "one" and "begun" in s.live.output)
        gate.touch()
        await stage.ended("one")
        state = stage.walk.state("one")
        assert (state.status, state.reconciled, state.attempt) == (Status.SUCCEEDED, True, 1)
        await stage.run("two")
        await stage.over()
    assert world.deeds == ["one", "two"]


async def test_a_program_that_has_ended_meanwhile_is_judged_by_its_record(tmp_path, world):
    gate = tmp_path / "gate"
    plan = plan_of(slow(world, "one", str(gate)))
    walk = await begun(tmp_path, plan, "one")
    gate.touch()
    supervisor = pid_of(tmp_path / "evidence", "one")
    os.waitid(os.P_PID, supervisor, os.WEXITED | os.WNOWAIT)
    async with Stage(tmp_path, plan).walking(walk) as stage:
        walk_now = await stage.over()
    state = walk_now.state("one")
    assert (state.status, state.reconciled) == (Status.SUCCEEDED, True)
    assert walk_now.ending is WalkEnding.DONE
    assert world.deeds == ["one"]


async def test_without_supervisor_and_record_the_end_is_unknown_and_somebody_must_say(tmp_path, world):
    gate = tmp_path / "gate"
    plan = plan_of(slow(world, "one", str(gate)), world.does("two"))
    walk = await begun(tmp_path, plan, "one")
    os.kill(pid_of(tmp_path / "evidence", "one"), signal.SIGKILL)
    async with Stage(tmp_path, plan).walking(walk) as stage:
        await stage.ended("one")
        assert stage.walk.state("one").outcome.ending is Ending.UNKNOWN
        assert "still runs" in stage.walk.state("one").outcome.summary
        for wish in (
            decisions.Retry("one"),
            decisions.Skip("one", "whatever"),
            decisions.RollBack("whatever"),
        ):
            with pytest.raises(RefusedDecisionError):
                await stage.decide(wish)
        resolve = decisions.Resolve("one", 1, Resolution.NOT_APPLIED, "one", "looked at the world: empty")
        with pytest.raises(RefusedDecisionError, match="still running"):
            await stage.decide(resolve)
        gate.touch()
        await stage.until(lambda s: world.deeds == ["one"])
        await stage.decide(decisions.Resolve("one", 1, Resolution.SUCCEEDED, "one", "its line is there"))
        await stage.run("two")
        await stage.over()
    assert world.deeds == ["one", "two"]


async def test_what_was_confirmed_and_not_started_has_to_be_confirmed_anew(tmp_path, world):
    plan = plan_of(world.does("one"))
    async with Stage(tmp_path, plan).walking() as stage:
        state = await stage.shown("one")
        walk = stage.walk.id
        await stage.holding.write(step_events.StepConfirmed("one", 1, state.action_sha256))
    world.file.write_text("")
    async with Stage(tmp_path, plan).walking(walk) as stage:
        state = await stage.shown("one")
        assert any(isinstance(entry.event, step_events.StepExpired) for entry in stage.entries)
        await stage.run("one")
        await stage.over()
    assert len(world.deeds) <= 1


async def test_a_step_that_looks_is_done_again_by_itself(tmp_path, world):
    board = FakeBoard({"api": [Level.OK]})
    soak = options_of(SoakStep(checks=("api",), lasts=3600.0, every=1.0))
    plan = plan_of(StepPlan("soak", "soak", options=soak, timeout=7200.0))
    async with Stage(tmp_path, plan, board).walking() as stage:
        await stage.until(lambda s: s.walk.state("soak").status is Status.STARTED)
        walk = stage.walk.id
    async with Stage(tmp_path, plan, board).walking(walk) as stage:
        await stage.until(lambda s: s.walk.state("soak").attempt == 2)
        await stage.until(lambda s: s.walk.state("soak").status is Status.STARTED)


async def test_a_secret_input_is_asked_for_again_for_it_was_never_stored(tmp_path, world):
    script = 'echo "$TOKEN" | wc -c >> "$1"'
    step = CommandStep(
        run=tuple(map(Template.literal, ("sh", "-c", script, "sh", str(world.file)))),
        env={"TOKEN": SecretTemplate("{{ secret.token }}")},
    )
    use = StepPlan("use", "command", options=options_of(step), changes=True, timeout=9.0)
    plan = plan_of(world.does("one"), use, inputs=(InputPlan("token", secret=True),))
    async with Stage(tmp_path, plan).walking(token="hunter2-canary") as stage:
        await stage.shown("one")
        walk = stage.walk.id
    async with Stage(tmp_path, plan).walking(walk) as stage:
        await stage.run("one")
        await stage.until(lambda s: s.live.wanted_secret == "token")
        await stage.decide(decisions.Answer("use", 0, "hunter2-canary"))
        await stage.run("use")
        await stage.over()
    assert world.deeds[-1] == "15"
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"hunter2" not in file.read_bytes(), file


async def test_setup_steps_are_repeated(tmp_path, world):
    plan = plan_of(world.does("mount", setup=True), world.does("one"), world.does("two"))
    async with Stage(tmp_path, plan).walking() as stage:
        await stage.run("mount")
        await stage.run("one")
        await stage.shown("two")
        walk = stage.walk.id
    async with Stage(tmp_path, plan).walking(walk) as stage:
        await stage.run("mount")
        await stage.run("two")
        await stage.over()
    assert world.deeds == ["mount", "one", "mount", "two"]
