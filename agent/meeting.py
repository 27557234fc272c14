"""Owns how a command meets an agent: it answers, or why it does not; and how errors come out of the work."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from agent.link import Attached, Detached, Link
from checks.errors import LinkError

TRIES = 4
"""So often an agent may fail to answer; what ends, or is replaced by one of our version, is waited for."""

T = TypeVar("T")


async def met(link: Link) -> Attached:
    """Return once an agent answers.

    Raises:
        LinkError: when none does; says why.
    """
    failures = 0
    async for event in link.events():
        match event:
            case Attached():
                return event
            case Detached(reason=reason):
                failures += 1
                if failures == TRIES:
                    raise LinkError(reason)
    raise LinkError("the link has ended")


def run_to_end(work: Coroutine[None, None, T]) -> T:
    """Run the work of a command; an error comes out as itself, out of whatever groups of tasks it passed."""
    try:
        return asyncio.run(work)
    except BaseExceptionGroup as group:
        raise _first(group) from group


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
