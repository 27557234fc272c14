"""The system of the shop with its runbook `upgrade`, its agent, and an operator who walks it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import select
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.ask import visiting
from agent.attach import AttachedLink
from agent.lifecycle import AgentPlace
from agent.meeting import met
from checks import paths
from checks.clock import SystemClock
from checks.errors import LinkError
from runbooks import decisions
from runbooks.walk import Stage, Status, StepState, Walk
from tests.servers.receiver import Receiver, receiving
from tests.servers.shop_api import TOKEN
from tests.servers.stack import PASSWORD, LiveStack
from tests.servers.world import World

UPGRADE = Path(__file__).with_name("upgrade")
INPUTS = {"version": "2.0.0", "token": TOKEN}
ANSWERS = {
    "look-around": "nobody but me",
    "depth": "full",
    "no-dump": "done",
    "ticket": "CHG-4711",
    "sure": "upgrade the shop",
    "last-look": "done",
}
"""What the operator answers, by step."""
KEPT = "files shop.conf.walkdown-KEY"
EFFECTS = {
    "look-around": (),
    "depth": (),
    "dump": ("files before.dump",),
    "ticket": (),
    "sure": (),
    "enter": ("api maintenance",),
    "settings": ("files shop.conf", KEPT),
    "migrate": ("rows public.setting",),
    "warm": ("keys mode",),
    "announce": ("api banner",),
    "pick": ("images current",),
    "tidy.forget": ("keys visits:today",),
    "tidy.delete": ("rows public.visit",),
    "swap": ("images api",),
    "runs": (),
    "leave": (),
    "tell": (),
    "last-look": (),
}
"""Every step that an operator is asked about, in its order, and what it changes of the world."""
ASKED = tuple(EFFECTS)
LOST = ("tidy.delete",)
"""Those that cannot be undone."""
LOOKS = ("check", "report", "runbook", "soak", "wait")
"""Kinds that only look: nobody is asked."""
WITHIN = 60.0


@dataclass
class ShopSystem:
    """The system on disk, and its agent, which runs from the first time that a console asks."""

    stack: LiveStack
    folder: Path
    receiver: Receiver
    walk_is_open: bool = False
    """Whether the last test left its walk open, or failed in the middle of it."""

    @property
    def source(self) -> Path:
        return self.folder / "system"

    @property
    def variables(self) -> dict[str, str]:
        """Where everything of walkdown lies."""
        return {f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in ("STATE", "CACHE", "CONFIG")}

    def write(self) -> None:
        """Write the system: the runbooks as they stand, and where everything is."""
        shutil.copytree(UPGRADE, self.source)
        secrets = {
            "db": PASSWORD,
            "admin": TOKEN,
            "hook": f"json://127.0.0.1:{self.receiver.port}/hook",
        }
        for name, value in secrets.items():
            file = self.folder / f"{name}.secret"
            file.touch(0o600)
            file.write_text(value)
        variables = {
            "api": self.stack.url,
            "postgres_port": str(self.stack.ports["postgres"]),
            "redis_port": str(self.stack.ports["redis"]),
            "engine": self.stack.engine.host,
            "compose": str(self.stack.file),
            "project": self.stack.project,
            "image": self.stack.image("").rstrip(":"),
            "etc": str(self.stack.files),
        }
        files = {name: {"file": str(self.folder / f"{name}.secret")} for name in secrets}
        (self.source / "local.yaml").write_text(json.dumps({"vars": variables, "secrets": files}))

    @contextlib.asynccontextmanager
    async def operator(self, **answers: str):
        """Attach a console, with an operator who answers as usual but for these."""
        clock = SystemClock()
        self.walk_is_open = True
        async with AttachedLink(AgentPlace(self.source, clock).connect, clock).opened() as link:
            await met(link)
            yield Operator(link, ANSWERS | {name.replace("_", "-"): a for name, a in answers.items()})
            self.walk_is_open = any(head.ending is None for head in await link.walks(1))

    def end_agent(self) -> None:
        """End the agent, whatever it does, and forget its walks."""
        with contextlib.suppress(LinkError), visiting(paths.socket_file(self.source), patience=3.0) as visit:
            if visit is not None:
                handle = os.pidfd_open(visit.welcome.pid)
                visit.stop("the test is over", force=True)
                select.select([handle], [], [], 20)
                os.close(handle)
        shutil.rmtree(self.folder / "state", ignore_errors=True)


@dataclass
class Operator:
    """Walks one walk: confirms what is shown, answers what is asked. Looks often, so as to be quick."""

    link: AttachedLink
    answers: dict[str, str]
    walk: Walk = field(default_factory=Walk)
    shown: list[str] = field(default_factory=list)
    """Ids of the steps that he confirmed or answered, in their order."""

    async def begins(self, runbook: str = "upgrade", inputs: dict[str, str] | None = None) -> None:
        await self.look(await self.link.open_walk(runbook, "", INPUTS if inputs is None else inputs))

    async def look(self, name: str = "") -> Walk:
        self.walk = await self.link.walk(name or self.walk.id)
        return self.walk

    async def goes_to(self, step: str) -> Walk:
        """Walk until the step is shown."""
        wanted = (step, Status.PLANNED)
        return await self.goes(lambda walk: walk.current and (walk.current.id, walk.current.status) == wanted)

    async def goes_on(self) -> Walk:
        """Walk to the end."""
        return await self.goes(lambda walk: walk.over)

    async def goes(self, until: Callable[[Walk], object], within: float = WITHIN) -> Walk:
        """Walk until this is so of the walk; a step that fails unasked ends the test."""
        async with asyncio.timeout(within):
            while not until(await self.look()):
                state = self.walk.current
                if state is not None and state.status is Status.PLANNED and self.walk.stage is not Stage.LAST:
                    await self._act(state)
                else:
                    wrong = state is not None and (state.failed or state.status is Status.UNKNOWN)
                    assert not wrong, f"{state}"
                    await asyncio.sleep(0.02)
        return self.walk

    async def fails_at(self, step: str) -> StepState:
        """Walk until the step has failed, and return how."""
        await self.goes(lambda walk: walk.state(step).failed)
        return self.walk.state(step)

    async def _act(self, state: StepState) -> None:
        """Answer, or confirm; a step that only looks is run by itself."""
        plan = self.walk.plan.step(state.id)
        if plan.kind in LOOKS:
            await asyncio.sleep(0.02)
            return
        self.shown.append(state.id)
        if state.id in self.answers:
            await self.decides(decisions.Answer(state.id, state.attempt, self.answers[state.id]))
        else:
            typed = state.action.phrase
            await self.decides(decisions.Confirm(state.id, state.attempt, state.action_sha256, typed))

    async def decides(self, wish: decisions.Decision) -> None:
        await self.link.decide(self.walk.id, self.walk.fence, wish)


def effects_before(step: str) -> set[str]:
    """Return what the steps before this one change of the world, maintenance mode apart."""
    before = ASKED[: ASKED.index(step)]
    return {effect for one in before for effect in EFFECTS[one]} - {"api maintenance"}


def changed(before: World, after: World) -> set[str]:
    """Return what is not the same of the world; the key of an attempt in a name does not matter."""
    return {re.sub(r"walkdown-[0-9a-f]{32}$", "walkdown-KEY", name) for name in before.differences(after)}


@pytest.fixture(scope="session")
def shop_system(live_stack: LiveStack) -> Iterator[ShopSystem]:
    """The system for the session; its agent is ended with it."""
    folder = Path(tempfile.mkdtemp(prefix="wd-upgrade-"))
    with receiving() as receiver, pytest.MonkeyPatch.context() as patch:
        system = ShopSystem(live_stack, folder, receiver)
        system.write()
        yield system
        for name, value in system.variables.items():
            patch.setenv(name, value)
        system.end_agent()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def upgrade(shop_system: ShopSystem, monkeypatch) -> Iterator[ShopSystem]:
    """The system with its shop as it was at first, and no walk that is open."""
    for name, value in shop_system.variables.items():
        monkeypatch.setenv(name, value)
    shop_system.stack.reset()
    shop_system.receiver.requests.clear()
    yield shop_system
    if shop_system.walk_is_open:
        shop_system.end_agent()
