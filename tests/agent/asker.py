"""A console as another user: asks of an agent whatever it is told to on standard input, line by line.

Each line is a list of JSON: a word and its arguments. Each answer is one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import typing
from pathlib import Path

import msgspec

from agent import protocol
from agent.access_messages import ApproveStep, Judged, RefuseStep
from agent.attach import AttachedLink
from agent.lifecycle import AgentPlace
from agent.link import Attached, Detached, Moved, RefusedError
from checks.clock import SystemClock
from checks.errors import LinkError
from runbooks import decisions
from runbooks.walk import Status
from tests.agent.samples import sample

ASKED = {kind.__name__: kind for kind in typing.get_args(protocol.ToAgent)}


class Asker:
    """Talks to one agent."""

    def __init__(self, link: AttachedLink):
        self.link = link
        self.walks = {}
        self.standpoint = None
        self.detached = ""

    async def follow(self) -> None:
        async for event in self.link.events():
            match event:
                case Attached():
                    self.standpoint, self.detached = event.standpoint, ""
                case Detached():
                    self.detached = event.reason
                case Moved():
                    self.walks[event.walk.id] = event.walk

    async def attached(self):
        """Wait until it is clear whether we are attached."""
        while self.standpoint is None and not self.detached:
            await asyncio.sleep(0.02)
        if self.standpoint is None:
            return {"refused": self.detached}
        return {"name": self.standpoint.me.name, "rights": sorted(self.standpoint.rights)}

    async def lost(self):
        """Wait until we are not attached any more, and say why."""
        while not self.detached:
            await asyncio.sleep(0.02)
        return {"refused": self.detached}

    async def ask(self, name: str):
        """Ask a question of that kind about nothing in particular."""
        kind = ASKED[name]
        if name in ("ProbeNow", "Pace"):
            await self.link._send(sample(kind, 0))
            return {"ok": True}
        try:
            await asyncio.wait_for(self.link.ask(msgspec.Struct, lambda number: sample(kind, number)), 20)
        except RefusedError as error:
            return {"refused": str(error)}
        return {"ok": True}

    async def open(self, runbook: str):
        return {"walk": await self.link.open_walk(runbook, "", {})}

    async def shown(self, walk: str, step: str):
        """Wait until a step waits to be confirmed."""
        while True:
            state = self.walks[walk].current if walk in self.walks else None
            if state is not None and (state.id, state.status) == (step, Status.PLANNED):
                return {"sha256": state.action_sha256, "attempt": state.attempt, "lines": state.action.lines}
            await asyncio.sleep(0.02)

    async def over(self, walk: str):
        while walk not in self.walks or not self.walks[walk].over:
            await asyncio.sleep(0.02)
        return {"ending": self.walks[walk].ending}

    async def confirm(self, walk: str):
        now = self.walks[walk]
        state = now.current
        wish = decisions.Confirm(state.id, state.attempt, state.action_sha256, state.action.phrase)
        await self.link.decide(walk, now.fence, wish)
        return {"ok": True}

    async def approve(self, walk: str, sha256: str = "", typed: str | None = None):
        state = self.walks[walk].current
        typed = state.id if typed is None else typed
        await self.link.ask(
            Judged,
            lambda n: ApproveStep(n, walk, state.id, state.attempt, sha256 or state.action_sha256, typed),
        )
        return {"ok": True}

    async def refuse(self, walk: str, reason: str):
        state = self.walks[walk].current
        await self.link.ask(
            Judged, lambda n: RefuseStep(n, walk, state.id, state.attempt, state.action_sha256, reason)
        )
        return {"ok": True}

    async def hand_over(self, walk: str, to: str, done: str, left: str):
        now = self.walks[walk]
        await self.link.decide(walk, now.fence, decisions.HandOver(to, done=done, left=left))
        return {"ok": True}

    async def take(self, walk: str, reason: str = ""):
        fence = self.walks[walk].fence
        await self.link.decide(walk, fence, decisions.TakeOver(reason))
        while self.walks[walk].fence == fence:
            await asyncio.sleep(0.02)
        return {"holder": self.walks[walk].holder.name}

    async def retry(self, walk: str):
        now = self.walks[walk]
        await self.link.decide(walk, now.fence, decisions.Retry(now.current.id))
        return {"ok": True}


async def converse(source: Path) -> None:
    clock = SystemClock()
    place = AgentPlace(source, clock)
    link = AttachedLink(place.connect, clock, may_replace=place.is_ours)
    async with link.opened(), asyncio.TaskGroup() as tasks:
        asker = Asker(link)
        following = tasks.create_task(asker.follow())
        while line := await asyncio.to_thread(sys.stdin.readline):
            word, *arguments = json.loads(line)
            try:
                said = await asyncio.wait_for(getattr(asker, word)(*arguments), 40)
            except (LinkError, TimeoutError) as error:
                said = {"refused": str(error) or type(error).__name__}
            print(json.dumps(said), flush=True)
        following.cancel()


def main() -> int:
    asyncio.run(converse(Path(sys.argv[1])))
    return 0
