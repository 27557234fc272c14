"""Windows in real agents: by plan and by hand, and what they mean for a walk."""

import asyncio
import os
import signal

import pytest

from agent.link import RefusedError
from agent.window_messages import WindowMoved
from runbooks.decisions import Override
from runbooks.operators import WALKDOWN
from runbooks.walk import Status
from tests.servers.agents import QUICK

OPEN = "windows: {always: {cron: '* * * * *', lasts: 1h}}\n"
NEVER = "windows: {once: {from: 2020-01-01 03:00, lasts: 1h, timezone: UTC}}\n"
RARE = "windows: {rare: {every: first sunday of january 04:00, lasts: 1h, timezone: UTC}}\n"
CHANGING = """
runbook: test
window: required
steps:
  - {{id: one, kind: command, run: [sh, -c, 'echo one >> "$1"', sh, {world}], undo: none}}
  - {{id: two, kind: command, run: [sh, -c, 'echo two >> "$1"', sh, {world}], undo: none}}
"""


def is_open(event, name=""):
    return (
        isinstance(event, WindowMoved) and not event.windows.gate and name in ("", event.windows.state.name)
    )


def is_closed(event):
    return isinstance(event, WindowMoved) and event.windows.gate


async def test_a_planned_window_is_opened_by_the_agent_and_told_at_once(agents):
    async with agents.link(agents.system(QUICK + OPEN)) as console:
        event = await console.until(is_open)
        state = event.windows.state
        assert (state.name, state.opened_by, state.reason) == ("always", WALKDOWN, "")
        assert 0 < state.until - state.opened_at <= 3600
        assert (await console.link.windows()).state == state


async def test_a_window_by_hand_is_told_to_every_console_and_outlives_the_agent(agents):
    source = agents.system(QUICK + NEVER)
    async with agents.link(source) as first, agents.link(source) as second:
        event = await second.until(is_closed)
        assert event.windows.gate == "no window is open, and none is planned"
        opened = await first.link.open_window("urgent", 3600, "the disk is full")
        assert opened.state.name == "urgent"
        event = await second.until(is_open)
        longer = await second.link.extend_window(600, "slower than thought")
        assert longer.state.until == event.windows.state.until + 600
        os.kill(agents.pid(source), signal.SIGKILL)
        await first.detached()
        event = await first.until(lambda event: is_open(event, "urgent"))
        assert event.windows.state == longer.state
        await first.link.close_window("all is done")
        event = await first.until(is_closed)
        assert event.windows.state.close_reason == "all is done"
        with pytest.raises(RefusedError, match="no window is open"):
            await first.link.extend_window(600, "once more")


async def test_the_files_of_a_running_agent_give_it_another_window(agents):
    source = agents.system(QUICK + RARE)
    async with agents.link(source) as console:
        event = await console.until(is_closed)
        assert "rare opens Sun" in event.windows.gate
        (source / "system.yaml").write_text(QUICK + OPEN)
        assert (await console.until(is_open)).windows.state.name == "always"


async def test_a_changing_step_waits_for_a_window_and_one_that_closes_shuts_the_next(agents, tmp_path):
    source = agents.system(QUICK + RARE)
    agents.runbook(source, CHANGING.format(world=tmp_path / "world"))
    async with agents.link(source) as console:
        await console.attached()
        await console.link.open_walk("test", "", {})
        walk = await console.shown("one")
        with pytest.raises(RefusedError, match=r"no window is open; rare opens Sun .*; this runbook changes"):
            await console.confirm(walk)
        await console.link.open_window("urgent", 3600, "the disk is full")
        await console.moved(lambda w, live: not live.gate)
        await console.confirm(walk)
        walk = await console.shown("two")
        await console.link.close_window("changed our mind")
        with pytest.raises(RefusedError, match="no window is open"):
            await console.confirm(walk)
        await console.moved(lambda w, live: live.gate)
        await console.link.decide(walk.id, walk.fence, Override("window", "the second half must follow"))
        await console.confirm(walk)
        await console.moved(lambda w, live: w.state("two").status is Status.SUCCEEDED)
    assert (tmp_path / "world").read_text().split() == ["one", "two"]


async def test_a_window_of_a_short_length_closes_by_itself(agents):
    """Nobody waits a minute here: the shortest is refused, and what is over is closed at the next look."""
    async with agents.link(agents.system(QUICK + NEVER)) as console:
        await console.attached()
        with pytest.raises(RefusedError, match="a length is from 1 m"):
            await console.link.open_window("urgent", 5, "too short")
        with pytest.raises(RefusedError, match="small letters"):
            await console.link.open_window("../etc", 600, "odd name")
        results = await asyncio.gather(
            *(console.link.open_window(f"w{number}", 600, "a race") for number in range(5)),
            return_exceptions=True,
        )
        assert sum(isinstance(result, RefusedError) for result in results) == 4


PLANNED = """
runbook: test
window: required
steps:
  - {{id: one, kind: command, run: [sh, -c, 'echo one >> "$1"', sh, {world}], expected: 10 m, undo: none}}
  - id: two
    kind: command
    run: [sh, -c, 'echo two >> "$1"', sh, {world}]
    expected: 20 m
    undo: {{kind: command, run: [rm, {world}], expected: 15 m}}
"""


async def test_after_the_last_safe_point_the_next_change_needs_a_reason(agents, tmp_path):
    source = agents.system(QUICK + NEVER)
    agents.runbook(source, PLANNED.format(world=tmp_path / "world"))
    async with agents.link(source) as console:
        await console.attached()
        opened = await console.link.open_window("urgent", 1800, "the disk is full")
        until = opened.state.until
        await console.link.open_walk("test", "", {})
        event = await console.moved(lambda w, live: live.budget and w.current.status is Status.PLANNED)
        assert (event.live.budget.rest, event.live.budget.safe_until) == (1800, until - 600)
        await console.confirm(event.walk)
        event = await console.moved(lambda w, live: w.current.id == "two" and live.late)
        # `one` took a moment, not ten minutes; what `two` takes, and its way back, is not there any more.
        assert event.live.budget.safe_until == until - 1200 - 900
        walk = event.walk if event.walk.current.status is Status.PLANNED else await console.shown("two")
        with pytest.raises(RefusedError, match="the last safe point was"):
            await console.confirm(walk)
        with pytest.raises(RefusedError, match="at least 10"):
            await console.link.decide(walk.id, walk.fence, Override("last-safe-point", "go"))
        await console.link.extend_window(3600, "the owner agrees")
        await console.moved(lambda w, live: not live.late)
        await console.confirm(walk)
        await console.moved(lambda w, live: w.state("two").status is Status.SUCCEEDED)
    assert (tmp_path / "world").read_text().split() == ["one", "two"]
