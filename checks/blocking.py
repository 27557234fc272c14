"""Owns calls that may hang for ever, such as a look at a dead network mount.

A thread cannot be cancelled. So a call that hangs keeps its thread, and until it comes back the same call is
not made again: however long a mount stays dead, it costs one thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from checks.errors import MeasureError
from checks.kind import ProbeContext

T = TypeVar("T")


async def in_thread(context: ProbeContext, key: str, seconds: float, call: Callable[[], T]) -> T:
    """Return what the blocking call returns, made in the pool; `key` tells it from others of this check.

    Raises:
        TimeoutError: when it took longer, or an earlier one still hangs.
        MeasureError: `busy`, when the pool had no thread for it in that time.
    """
    earlier: Future[T] | None = context.memory.get(key)
    if earlier is not None and not earlier.done():
        raise TimeoutError
    future = context.memory[key] = context.threads.submit(call)
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(future)
    except TimeoutError:
        if future.cancelled():
            raise MeasureError("busy", f"every thread was busy for {seconds:g} s") from None
        raise
    finally:
        if future.done():
            context.memory.pop(key, None)
