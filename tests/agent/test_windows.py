"""Windows in real agents: by plan and by hand, and what they mean for a walk."""

import asyncio
import os
import signal
import time

import pytest

from agent.link import RefusedError
from agent.window_messages import WindowMoved
from checks import paths
from checks.clock import SystemClock
from runbooks.decisions import Override
from runbooks.operators import WALKDOWN
from runbooks.walk import Status
from runbooks.walk_events import Overridden, WalkPaused
from tests.runbooks.journal.drafting import ended, opened, took, write
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


async def test_a_window_cannot_be_extended_for_ever_unless_somebody_says_so_in_full(agents):
    source = agents.system(QUICK + NEVER.replace("lasts: 1h", "lasts: 1h, extend: 20m"))
    async with agents.link(source) as console:
        await console.until(is_closed)
        name = (await console.link.windows()).planned[0].name
        opened = await console.link.open_window(name, 600, "the disk is full")
        assert opened.latest == opened.state.until + 1200
        await console.link.extend_window(900, "slower than thought")
        with pytest.raises(RefusedError, match="extended by 20 m 0 s altogether; 5 m 0 s of that is left"):
            await console.link.extend_window(600, "slower still")
        with pytest.raises(RefusedError, match="a reason of at least 10 characters"):
            await console.link.extend_window(600, "slow", beyond=True)
        beyond = await console.link.extend_window(600, "the owner agrees", beyond=True)
        assert [one.beyond for one in beyond.state.extensions] == [False, True]
        with pytest.raises(RefusedError, match="nothing of that is left"):
            await console.link.extend_window(60, "a minute more")
        os.kill(agents.pid(source), signal.SIGKILL)
        await console.detached()
        event = await console.until(lambda event: is_open(event, name))
        assert event.windows.latest == opened.latest
        with pytest.raises(RefusedError, match="nothing of that is left"):
            await console.link.extend_window(60, "a minute more")


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
        with pytest.raises(RefusedError, match=rf"a walk is open in urgent: test \({walk.id}\), held by"):
            await console.link.close_window("changed our mind")
        assert (await console.link.windows()).state.is_open(time.time())
        await console.link.close_window("changed our mind", (walk.id,))
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


RECORDED = """
runbook: test
window: required
steps:
  - {{id: one, kind: command, run: [sh, -c, 'echo one >> "$1"', sh, {world}], expected: 1 m, undo: none}}
  - id: two
    kind: command
    run: [sh, -c, 'echo two >> "$1"', sh, {world}]
    expected: 1 m
    undo: {{kind: command, run: [rm, {world}]}}
"""


async def test_the_last_safe_point_goes_by_what_past_walks_took_and_is_told(agents, tmp_path):
    """Of three walks in the journal one hung for ten hours; one way back was gone."""
    source = agents.system(QUICK + NEVER)
    agents.runbook(source, RECORDED.format(world=tmp_path / "world"))
    journal = paths.journal_file(source)
    journal.parent.mkdir(parents=True, exist_ok=True)
    took_so = {"w1": (600.0, 1200.0), "w2": (620.0, 36_000.0), "w3": (640.0, 1300.0)}
    for walk, (one, two) in took_so.items():
        drafts = [opened(walk, "test"), took(walk, "one", one), took(walk, "two", two)]
        write(journal, [*drafts, *([took(walk, "two.undo", 900.0)] if walk == "w1" else []), ended(walk)])
    async with agents.link(source) as console:
        await console.attached()
        until = (await console.link.open_window("urgent", 2000, "the disk is full")).state.until
        walk = await console.link.open_walk("test", "", {})
        event = await console.moved(lambda w, live: live.budget and w.current.status is Status.PLANNED)
        spent = event.live.budget
        assert (spent.rest, spent.back, spent.safe_until) == (620 + 1300, 0, until - 620)
        await console.confirm(event.walk)
        event = await console.moved(lambda w, live: w.current.id == "two" and live.late)
        assert event.live.budget.safe_until == until - 1300 - 900
        assert not event.live.budget.uncertain
        told = await console.link.windows()
        assert told.safe_until == until - 2200
        assert [(one.id, one.runbook, one.back) for one in told.walks] == [(walk, "test", 900.0)]
        shown = event.walk if event.walk.current.status is Status.PLANNED else await console.shown("two")
        with pytest.raises(RefusedError, match="the last safe point was"):
            await console.confirm(shown)
        await console.link.decide(shown.id, shown.fence, Override("last-safe-point", "the owner wants it"))
        await console.confirm(shown)
        await console.moved(lambda w, live: w.state("two").status is Status.SUCCEEDED)
        rows = [entry.event for entry in await console.link.entries(walk)]
    kinds = [type(event).__name__ for event in rows]
    decided = [kind for kind in kinds if kind in ("Denied", "Overridden", "StepConfirmed")]
    assert decided == ["StepConfirmed", "Denied", "Overridden", "StepConfirmed"]
    assert [event.reason for event in rows if isinstance(event, Overridden)] == ["the owner wants it"]
    assert (tmp_path / "world").read_text().split() == ["one", "two"]


GUARDED = """
system: quick
checks:
  file:
    kind: command
    run: [cat, {file}]
    every: 2s
    timeout: 1s
    expect: {{text: fine}}
"""


async def test_a_guard_that_regresses_pauses_the_walk_within_two_intervals_and_says_why(agents, tmp_path):
    file = tmp_path / "file"
    file.write_text("fine")
    source = agents.system(GUARDED.format(file=file))
    steps = "steps:\n  - {id: one, kind: manual, done: I have looked.}\n"
    agents.runbook(source, f"runbook: test\nwindow: any\nguards: [file]\n{steps}")
    async with agents.link(source) as console:
        await console.snapshot(lambda s: all(state.last.at for state in s.states))
        await console.link.open_walk("test", "", {})
        walk = await console.shown("one")
        broken_at = SystemClock().now()
        file.write_text("broken")
        event = await console.moved(lambda w, live: w.paused)
        assert event.walk.paused == "worse than when the walk began: file"
        (paused,) = [e for e in await console.link.entries(walk.id) if isinstance(e.event, WalkPaused)]
        assert paused.at - broken_at < 2 * 2.0 + 1.0, "two intervals, and a second for the machine"
        with pytest.raises(RefusedError, match="the walk is paused: worse than when the walk began: file"):
            await console.confirm(event.walk)
        file.write_text("fine")
        await console.moved(lambda w, live: not w.paused)
