"""Steps of every kind, walked by real agents that are killed at every point, hung up on, frozen and ended."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
from collections import Counter
from dataclasses import replace

import pytest

from agent.link import Attached, Detached, Moved, RefusedError
from checks import paths
from checks.errors import LinkError
from runbooks import crash_points, decisions, step_events
from runbooks.events import decoder
from runbooks.journal.verify import verify
from runbooks.walk import Status
from runbooks.walk_events import WalkEnding
from tests.runbooks.steps.deeds import CHANGING, EVERY, deed, each, http_deed

__all__ = ["deed", "http_deed"]

STEPS = 3
POINTS = ("P0", "P1", "P2", "P3", "P5-agent", "P6-agent", "P8")
ASKED = ("P0", "P1")
"""Those at which a question can be hit: its answer is one commit."""
BROKEN = 2


@pytest.fixture
def place(agents, deed):
    """A system whose runbook has several steps of the kind."""
    source = agents.system(deed.system(), "target")
    agents.runbook(source, deed.runbook(STEPS))
    return source


class Operator:
    """Says yes to what is shown, and has tried again what was found not to have been done."""

    def __init__(self, agents, place, deed):
        self._agents = agents
        self._place = place
        self._deed = deed
        self.walk = None

    async def dies(self, point: str) -> None:
        """Walk on, in an agent of its own, until that dies at the point."""
        os.environ[crash_points.VARIABLE] = point
        try:
            self.kill()
            async with self._agents.link(self._place) as console:
                await self._until(console, lambda event: isinstance(event, Detached))
        finally:
            del os.environ[crash_points.VARIABLE]

    async def goes_on(self, holds) -> None:
        """Walk on in another agent until something holds of the walk."""
        self.kill()
        async with self._agents.link(self._place) as console:
            await self._until(console, lambda _: self.walk is not None and holds(self.walk))

    def kill(self) -> None:
        with contextlib.suppress(LinkError, AssertionError):
            os.kill(self._agents.pid(self._place), signal.SIGKILL)

    async def _until(self, console, holds) -> None:
        async with asyncio.timeout(30.0):
            while not holds(event := await console.next()):
                with contextlib.suppress(RefusedError, LinkError):
                    if isinstance(event, Attached):
                        await self._see(console.link)
                    if isinstance(event, Moved):
                        self.walk = event.walk
                        await self._decide(console.link, event)

    async def _see(self, link) -> None:
        """Begin the walk, or see how it stands: one that was over before is told no more."""
        heads = await link.walks()
        if heads:
            self.walk = await link.walk(heads[0].id)
        else:
            await link.open_walk("test", "", {})

    async def _decide(self, link, event: Moved) -> None:
        walk, state = event.walk, event.walk.current
        if state is None or walk.over:
            return
        if state.status is Status.PLANNED:
            await link.decide(walk.id, walk.fence, self._deed.yes(state))
        if state.status is Status.NOT_APPLIED:
            await link.decide(walk.id, walk.fence, decisions.Retry(state.id, "it was not done"))


def entries(place):
    with contextlib.closing(sqlite3.connect(paths.journal_file(place))) as connection:
        return [decoder.decode(body) for (body,) in connection.execute("SELECT body FROM entry ORDER BY seq")]


@pytest.mark.fault("step:command", "console_killed")
@pytest.mark.fault("step:sql", "console_killed")
@pytest.mark.fault("step:http", "console_killed")
@pytest.mark.fault("step:service", "console_killed")
@pytest.mark.fault("step:manual", "console_killed")
@each(*EVERY)
async def test_killed_at_every_point_a_walk_does_every_step_once(deed, agents, place):
    deed.let()
    operator = Operator(agents, place, deed)
    for point in ASKED if deed.kind == "manual" else POINTS:
        await operator.dies(point)
    await operator.goes_on(lambda walk: walk.over)
    walk = operator.walk
    assert walk.ending is WalkEnding.DONE
    assert [state.status for state in walk.steps] == [Status.SUCCEEDED] * STEPS
    assert deed.done() == (0 if deed.kind == "manual" else STEPS)
    happened = Counter(type(entry.event) for entry in entries(place))
    assert happened[step_events.StepStarted] == STEPS + happened[step_events.StepResolved]
    assert verify(paths.journal_file(place)).exit_code != BROKEN


@pytest.mark.fault("step:command", "signals")
@pytest.mark.fault("step:sql", "signals")
@pytest.mark.fault("step:http", "signals")
@pytest.mark.fault("step:service", "signals")
@each(*CHANGING)
async def test_a_hang_up_a_freeze_and_the_end_of_the_agent_leave_a_step_at_work(deed, agents, place):
    async with agents.link(place) as console:
        await console.attached()
        await console.link.open_walk("test", "", {})
        walk = await console.shown("s1")
        await console.link.decide(walk.id, walk.fence, deed.yes(walk.current))
        await deed.until_begun()
        pid = agents.pid(place)
        os.kill(pid, signal.SIGHUP)
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(0.5)
        os.kill(pid, signal.SIGCONT)
        assert agents.pid(place) == pid
        os.kill(pid, signal.SIGTERM)
        await console.detached()
        await console.moved(lambda w, live: live.running == "s1")
        assert agents.pid(place) != pid
        deed.let()
        event = await console.moved(lambda w, live: w.state("s1").status is Status.SUCCEEDED)
    state = event.walk.state("s1")
    assert (state.attempt, state.reconciled, deed.done()) == (1, True, 1)


@pytest.mark.fault("step:manual", "signals")
@each("manual")
async def test_a_question_is_asked_again_after_the_agent_that_asked_it_has_ended(deed, agents, place):
    async with agents.link(place) as console:
        await console.attached()
        await console.link.open_walk("test", "", {})
        await console.shown("s1")
        pid = agents.pid(place)
        os.kill(pid, signal.SIGHUP)
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(0.5)
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGTERM)
        await console.detached()
        event = await console.moved(lambda w, live: live.question is not None and not w.over)
        walk = event.walk
        await console.link.decide(walk.id, walk.fence, deed.yes(walk.state("s1")))
        walk = await console.shown("s2")
    assert walk.state("s1").status is Status.SUCCEEDED


@pytest.mark.fault("step:command", "config_changed")
@pytest.mark.fault("step:service", "config_changed")
@each("command", "service")
async def test_what_was_written_when_the_walk_began_is_done_whatever_is_written_since(
    deed, agents, place, tmp_path
):
    deed.let()
    async with agents.link(place) as console:
        await console.attached()
        await console.link.open_walk("test", "", {})
        await console.shown("s1")
        trap = tmp_path / "trap"
        other = replace(deed, step={**deed.step}, services=json.loads(json.dumps(deed.services)))
        if deed.kind == "service":
            other.services["api"]["scripts"]["restart"] = ["/usr/bin/touch", str(trap)]
        else:
            other.step["run"] = ["/usr/bin/touch", str(trap)]
        (place / "system.yaml").write_text(other.system())
        agents.runbook(place, other.runbook(STEPS))
        event = await console.moved(lambda w, live: live.file_changed and live.step == "s1")
        await console.link.decide(event.walk.id, event.walk.fence, deed.yes(event.walk.state("s1")))
        walk = await console.shown("s2")
        assert walk.state("s1").status is Status.SUCCEEDED
    assert (deed.done(), trap.exists()) == (1, False)


@pytest.mark.fault("step:command", "supervisor_killed")
@pytest.mark.fault("step:service", "supervisor_killed")
@each(*CHANGING)
async def test_a_step_without_its_supervisor_goes_on_and_its_end_is_not_guessed(deed, agents, place):
    async with agents.link(place) as console:
        await console.attached()
        await console.link.open_walk("test", "", {})
        walk = await console.shown("s1")
        await console.link.decide(walk.id, walk.fence, deed.yes(walk.current))
        await deed.until_begun()
        (claim,) = paths.evidence_folder(place).rglob("*s1*/claim")
        os.kill(json.loads(claim.read_text())["pid"], signal.SIGKILL)
        event = await console.moved(lambda w, live: w.state("s1").status is Status.UNKNOWN)
        walk = event.walk
        assert "still runs" in walk.state("s1").outcome.summary
        with pytest.raises(RefusedError):
            await console.link.decide(walk.id, walk.fence, decisions.Retry("s1", "it is not known"))
        deed.let()
        await deed.until_done()
        wish = decisions.Resolve("s1", 1, step_events.Resolution.SUCCEEDED, "s1", "its mark is there")
        await console.link.decide(walk.id, walk.fence, wish)
        walk = await console.shown("s2")
    assert (walk.state("s1").attempt, deed.done()) == (1, 1)
