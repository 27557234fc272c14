"""An operator in a process of his own: begins or resumes a walk, confirms, and looks before he says anything.

Run as `python -P -m tests.integration.auto_operator SYSTEM WORLD`; ends with 0 when the walk is over. What he
says of a step with an unknown end is what the world shows: the line with the key of the attempt.
"""

import asyncio
import contextlib
import sys
from pathlib import Path

from agent.attach import AttachedLink
from agent.lifecycle import AgentPlace
from agent.link import Attached, Moved, RefusedError
from checks.clock import SystemClock
from checks.errors import LinkError
from runbooks import decisions
from runbooks.step_events import Resolution
from runbooks.walk import Status, StepState, Walk

AGAIN = 0.2
"""Seconds after which a decision that was refused is tried again."""


def wish_for(walk: Walk, state: StepState, world: str) -> decisions.Decision | None:
    """Return what the operator decides as the walk stands; nothing when there is nothing to decide."""
    match state.status:
        case Status.PLANNED:
            return decisions.Confirm(state.id, state.attempt, state.action_sha256)
        case Status.FAILED | Status.NOT_APPLIED:
            return decisions.Retry(state.id, "did not happen")
        case Status.UNKNOWN:
            there = f"{state.key} " in world
            seen = Resolution.SUCCEEDED if there else Resolution.NOT_APPLIED
            return decisions.Resolve(state.id, state.attempt, seen, state.id, "as the world shows it")
    return None


async def operate(source: Path, world: Path) -> None:
    clock = SystemClock()
    async with AttachedLink(AgentPlace(source, clock).connect, clock).opened() as link:
        walk: Walk | None = None
        events = link.events()
        pending = asyncio.ensure_future(anext(events))
        while True:
            done, _ = await asyncio.wait({pending}, timeout=AGAIN)
            if done:
                event = pending.result()
                pending = asyncio.ensure_future(anext(events))
                if isinstance(event, Attached) and walk is None:
                    with contextlib.suppress(LinkError):
                        await begin(link)
                if isinstance(event, Moved):
                    walk = event.walk
            if walk is None:
                with contextlib.suppress(LinkError):
                    await begin(link)
                continue
            if walk.over:
                pending.cancel()
                return
            if walk.current is not None:
                wish = wish_for(walk, walk.current, world.read_text())
                if wish is not None:
                    with contextlib.suppress(RefusedError, LinkError):
                        await link.decide(walk.id, walk.fence, wish)


async def begin(link: AttachedLink) -> None:
    """Open the walk, unless there is one already."""
    heads = await link.walks()
    if not heads:
        await link.open_walk("test", "", {})
    elif heads[0].ending is not None:
        sys.exit(0)


if __name__ == "__main__":
    asyncio.run(operate(Path(sys.argv[1]), Path(sys.argv[2])))
