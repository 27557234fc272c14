"""Real agents in processes of their own, with folders of their own; every one that a test starts is ended."""

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.ask import visiting
from agent.attach import AttachedLink
from agent.lifecycle import AgentPlace
from agent.link import Attached, Detached, LinkEvent, Moved, Updated
from checks import paths
from checks.clock import SystemClock
from checks.errors import LinkError
from runbooks import decisions
from runbooks.walk import Status, Walk

QUICK = """
system: quick
checks:
  here:
    kind: command
    run: [printf, "hello"]
    every: 1s
    timeout: 1s
    expect: {text: hello}
"""


@dataclass
class Agents:
    """Writes systems, opens links to their agents, and ends the agents."""

    folder: Path
    places: list[Path] = field(default_factory=list)

    def system(self, text: str = QUICK, name: str = "quick") -> Path:
        path = self.folder / name / "system.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.places.append(path.parent)
        return path.parent

    @contextlib.asynccontextmanager
    async def link(self, source: Path):
        clock = SystemClock()
        async with AttachedLink(AgentPlace(source, clock).connect, clock).opened() as link:
            yield Events(link)

    def runbook(self, source: Path, text: str, name: str = "test") -> None:
        """Give a system a runbook."""
        folder = source / "runbooks"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.yaml").write_text(text)

    def pid(self, source: Path) -> int:
        with visiting(paths.socket_file(source)) as visit:
            assert visit is not None
            return visit.welcome.pid

    def end(self) -> None:
        for source in self.places:
            with contextlib.suppress(LinkError), visiting(paths.socket_file(source), patience=3.0) as visit:
                if visit is not None:
                    pid = visit.welcome.pid
                    visit.stop("the test is over", force=True)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGCONT)


class Events:
    """A link and what has come down it, for waiting on conditions."""

    def __init__(self, link: AttachedLink):
        self.link = link
        self._events = link.events()

    async def next(self, within: float = 30.0) -> LinkEvent:
        async with asyncio.timeout(within):
            return await anext(self._events)

    async def until(self, accepts, within: float = 30.0) -> LinkEvent:
        """Return the first event that `accepts` takes."""
        event: LinkEvent | None = None
        try:
            async with asyncio.timeout(within):
                while True:
                    event = await anext(self._events)
                    if accepts(event):
                        return event
        except TimeoutError:
            pytest.fail(f"nothing fit; the last event was {event}")

    async def attached(self, within: float = 30.0) -> Attached:
        return await self.until(lambda event: isinstance(event, Attached), within)

    async def detached(self, within: float = 30.0) -> Detached:
        return await self.until(lambda event: isinstance(event, Detached), within)

    async def moved(self, accepts, within: float = 30.0) -> Moved:
        """Return the first state of a walk that `accepts` takes; it is given the walk and what is live."""
        event = await self.until(lambda e: isinstance(e, Moved) and accepts(e.walk, e.live), within)
        assert isinstance(event, Moved)
        return event

    async def shown(self, step: str, within: float = 30.0) -> Walk:
        """Wait until a step of a walk is shown, and could be confirmed; return the walk."""
        wanted = (step, Status.PLANNED)
        event = await self.moved(
            lambda w, live: w.current and (w.current.id, w.current.status) == wanted and live.step == step,
            within,
        )
        return event.walk

    async def confirm(self, walk: Walk) -> None:
        """Confirm the step that is shown."""
        state = walk.current
        assert state is not None
        wish = decisions.Confirm(state.id, state.attempt, state.action_sha256, state.action.phrase)
        await self.link.decide(walk.id, walk.fence, wish)

    async def snapshot(self, accepts, within: float = 30.0):
        """Return the first snapshot that `accepts` takes."""
        event = await self.until(lambda e: isinstance(e, Attached | Updated) and accepts(e.snapshot), within)
        return event.snapshot


@pytest.fixture
def agents(tmp_path, monkeypatch):
    """Give the test agents of its own."""
    for name in ("STATE", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    mine = Agents(tmp_path)
    yield mine
    mine.end()
