"""What runs and is no longer wanted: a look is ended, a program is left to itself, and the walk goes on."""

import asyncio
import os
import signal
import time

import pytest

from runbooks import decisions
from runbooks.model import Plan, StepPlan, WindowNeed
from runbooks.records import look
from runbooks.step import options_of
from runbooks.step_events import Resolution
from runbooks.steps.soak import SoakStep
from runbooks.steps.wait import WaitStep
from runbooks.templates import Template
from runbooks.walk import Status
from runbooks.walk_events import WalkEnding
from tests.runbooks.walking.stage import Stage, World, command

FOR_EVER = 600.0
SOON = 10.0
"""Seconds within which nobody waits for what takes for ever."""


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def plan_of(*steps: StepPlan, **more) -> Plan:
    return Plan("test", steps=steps, window=WindowNeed.ANY, target="target", **more)


def waits(name: str) -> StepPlan:
    """A step that waits for what never comes."""
    step = WaitStep(command=(Template("false"),), within=FOR_EVER)
    return StepPlan(name, "wait", options=options_of(step), timeout=FOR_EVER)


def soaks(name: str) -> StepPlan:
    return StepPlan(name, "soak", options=options_of(SoakStep(FOR_EVER, ("api",))), timeout=FOR_EVER)


@pytest.mark.parametrize("make", [waits, soaks])
async def test_a_step_that_only_looks_is_ended_at_once(tmp_path, world, make):
    plan = plan_of(world.does("one"), make("look"), world.does("two"), last=(world.does("end", undo=False),))
    async with Stage(tmp_path, plan).walking() as stage:
        await stage.run("one")
        await stage.until(lambda s: s.live.running == "look")
        began = time.monotonic()
        await stage.decide(decisions.EndProgram("look", 1, "we have seen enough"))
        await stage.ended("look")
        state = stage.walk.state("look")
        assert (state.status, state.outcome.error_class) == (Status.FAILED, "terminated")
        await stage.decide(decisions.StopWalk("enough for tonight"))
        walk = await stage.over()
    assert time.monotonic() - began < SOON
    assert (walk.ending, world.deeds) == (WalkEnding.FAILED, ["one", "end"])


@pytest.mark.parametrize("wish", [decisions.RollBack("it is not well"), decisions.StopWalk("not well")])
async def test_nobody_waits_for_a_verification_once_the_walk_turns(tmp_path, world, wish):
    plan = plan_of(world.does("one", verify=(waits("one.verify"),)), world.does("two"))
    async with Stage(tmp_path, plan).walking() as stage:
        await stage.confirm("one")
        await stage.until(lambda s: s.live.running == "one.verify")
        began = time.monotonic()
        await stage.decide(wish)
        if isinstance(wish, decisions.RollBack):
            await stage.run("one.undo")
        await stage.over()
    assert time.monotonic() - began < SOON
    assert world.balance == ([] if isinstance(wish, decisions.RollBack) else ["one"])


async def test_nobody_waits_for_a_program_that_was_detached(tmp_path, world):
    slow = command("slow", "sh", "-c", "echo begun; exec sleep 600", undo=("true",))
    async with Stage(tmp_path, plan_of(slow, world.does("two"))).walking() as stage:
        await stage.confirm("slow")
        await stage.until(lambda s: "begun" in s.live.output)
        found = look(tmp_path / "evidence" / stage.walk.state("slow").folder)
        await stage.decide(decisions.Detach("slow", 1, "it goes on by itself"))
        wish = decisions.Resolve("slow", 1, Resolution.SUCCEEDED, "slow", "it does what it should")
        await stage.decide(wish)
        async with asyncio.timeout(SOON):
            await stage.run("two")
        assert found.spawned.program.alive
        walk = await stage.over()
    os.kill(found.spawned.pid, signal.SIGKILL)
    os.waitpid(found.supervisor.pid, 0)
    assert (walk.ending, world.deeds) == (WalkEnding.DONE, ["two"])


async def test_that_a_detached_program_has_ended_is_written_down_once(tmp_path, world):
    script = 'echo begun; while [ ! -e "$1" ]; do sleep 0.05; done; exit 3'
    slow = command("slow", "sh", "-c", script, "sh", str(tmp_path / "gate"), undo=("true",))
    async with Stage(tmp_path, plan_of(slow, world.does("two"))).walking() as stage:
        await stage.confirm("slow")
        await stage.until(lambda s: "begun" in s.live.output)
        await stage.decide(decisions.Detach("slow", 1, "it goes on by itself"))
        (tmp_path / "gate").touch()
        await stage.until(lambda s: any(remark.what == "note" for remark in s.walk.remarks))
        await stage.decide(decisions.Resolve("slow", 1, Resolution.FAILED, "slow", "it says exit code 3"))
        await stage.decide(decisions.Skip("slow", "not needed"))
        await stage.run("two")
        walk = await stage.over()
    notes = [remark for remark in walk.remarks if remark.what == "note"]
    assert [(note.step, note.text) for note in notes] == [
        ("slow", "attempt 1 of slow has ended since: exit code 3: begun")
    ]
