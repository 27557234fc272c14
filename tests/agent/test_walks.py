"""Walks in real agents: opened, watched by several consoles, taken over, taken up after a kill."""

import asyncio
import os
import signal

import pytest

from agent.link import RefusedError
from runbooks import decisions, operators
from runbooks.walk import Status
from runbooks.walk_events import WalkEnding

TWO = """
runbook: test
window: any
steps:
  - {{id: one, kind: command, run: [sh, -c, 'echo one >> "$1"', sh, {world}], undo: none}}
  - id: slow
    kind: command
    run:
      - sh
      - -c
      - 'echo begun; while [ ! -e "$2" ]; do sleep 0.05; done; echo slow >> "$1"'
      - sh
      - {world}
      - {gate}
    undo: none
"""


@pytest.fixture
def place(agents, tmp_path):
    source = agents.system()
    agents.runbook(source, TWO.format(world=tmp_path / "world", gate=tmp_path / "gate"))
    return source


def deeds(tmp_path) -> list[str]:
    world = tmp_path / "world"
    return world.read_text().split() if world.exists() else []


async def test_a_walk_is_told_to_every_console_as_it_moves(agents, place, tmp_path):
    async with agents.link(place) as first, agents.link(place) as second:
        await first.attached()
        await second.attached()
        name = await first.link.open_walk("test", "", {})
        walk = await first.shown("one")
        assert (await second.shown("one")).id == name
        await first.confirm(walk)
        await first.shown("slow")
        walk = await second.shown("slow")
        (tmp_path / "gate").touch()
        await first.confirm(walk)
        over = await second.moved(lambda w, live: w.over)
        assert over.walk.ending is WalkEnding.DONE
        heads = await second.link.walks()
        assert [(head.id, head.ending) for head in heads] == [(name, WalkEnding.DONE)]
        assert await second.link.evidence(name, "slow", 1, "out") == "begun"
    assert deeds(tmp_path) == ["one", "slow"]


async def test_two_walks_cannot_change_the_same_target(agents, place):
    async with agents.link(place) as console:
        await console.attached()
        await console.link.open_walk("test", "", {})
        with pytest.raises(RefusedError, match="is held by"):
            await console.link.open_walk("test", "", {})


async def test_whoever_was_relieved_decides_nothing_any_more(agents, place, tmp_path):
    async with agents.link(place) as first, agents.link(place) as second:
        await first.attached()
        await second.attached()
        await first.link.open_walk("test", "", {})
        walk = await first.shown("one")
        await second.shown("one")
        with pytest.raises(RefusedError, match="needs a reason"):
            await second.link.decide(walk.id, 0, decisions.TakeOver())
        await second.link.decide(walk.id, 0, decisions.TakeOver("the first one sleeps"))
        newer = await second.moved(lambda w, live: w.fence > walk.fence)
        with pytest.raises(RefusedError, match="take it over"):
            await first.confirm(walk)
        assert deeds(tmp_path) == []
        await second.confirm(newer.walk)
        await second.shown("slow")
    assert deeds(tmp_path) == ["one"]


async def test_a_killed_agent_loses_no_walk_and_no_running_program(agents, place, tmp_path):
    async with agents.link(place) as console:
        await console.attached()
        await console.link.open_walk("test", "", {})
        await console.confirm(await console.shown("one"))
        await console.confirm(await console.shown("slow"))
        await console.moved(lambda w, live: "begun" in live.output)
        os.kill(agents.pid(place), signal.SIGKILL)
        await console.detached()
        await console.attached()
        await console.moved(lambda w, live: live.running == "slow" and "begun" in live.output)
        (tmp_path / "gate").touch()
        over = await console.moved(lambda w, live: w.over)
        state = over.walk.state("slow")
        assert (state.status, state.reconciled, state.attempt) == (Status.SUCCEEDED, True, 1)
    assert deeds(tmp_path) == ["one", "slow"]


async def test_an_agent_with_an_open_walk_does_not_end_by_the_way(agents, place):
    from agent.ask import dismiss
    from checks import paths
    from checks.errors import LinkError

    async with agents.link(place) as console:
        await console.attached()
        name = await console.link.open_walk("test", "", {})
        await console.shown("one")
        with pytest.raises(LinkError, match=name):
            await asyncio.to_thread(dismiss, paths.socket_file(place), reason="by the way")
        await asyncio.to_thread(dismiss, paths.socket_file(place), reason="on purpose", force=True)
        await console.detached()
        walk = await console.shown("one")
        assert any(remark.what == "resume" for remark in walk.remarks)


async def test_the_runbook_is_walked_as_it_was_when_the_walk_began(agents, place, tmp_path):
    async with agents.link(place) as console:
        await console.attached()
        await console.link.open_walk("test", "", {})
        await console.shown("one")
        agents.runbook(place, TWO.format(world="/nowhere/else", gate=tmp_path / "gate"))
        changed = await console.moved(lambda w, live: live.file_changed)
        await console.confirm(changed.walk)
        walk = await console.shown("slow")
        assert walk.state("one").status is Status.SUCCEEDED
    assert deeds(tmp_path) == ["one"]


async def test_another_plan_than_the_one_that_was_shown_is_not_begun(agents, place):
    async with agents.link(place) as console:
        await console.attached()
        with pytest.raises(RefusedError, match="has changed"):
            await console.link.open_walk("test", "0" * 64, {})
        with pytest.raises(RefusedError, match="did you mean 'test'"):
            await console.link.open_walk("tests", "", {})


async def test_who_it_was_is_what_the_kernel_says(agents, place):
    async with agents.link(place) as console:
        await console.attached()
        await console.link.open_walk("test", "", {})
        walk = await console.shown("one")
    assert walk.opened_by.uid == os.geteuid()
    assert isinstance(walk.opened_by, operators.Operator)
