"""Owns the asking of the program that fills in texts: it is started, answers, and is ended if it does not."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE

import msgspec

from runbooks.notices.order import Answer, Filled, Mistake, Order, Task

WITHIN = 25.0
"""Seconds that it may take."""
GIVEN = ("PATH", "LANG", "TZ")
"""Variables of our environment that it is given; secrets may stand in others."""
MOST = 4 * 1024 * 1024
"""Bytes of an answer that are read."""


async def filled_in(tasks: tuple[Task, ...], timezone: str) -> tuple[Filled, ...]:
    """Return what became of each notice; one that ends the program is told apart from the others."""
    if not tasks:
        return ()
    answer = await _answered(Order(tasks, timezone))
    if answer is not None and len(answer.filled) == len(tasks):
        return answer.filled
    if len(tasks) == 1:
        return (Filled(mistakes=(Mistake("body", 0, "takes more time or memory than it may"),)),)
    alone = [await filled_in((task,), timezone) for task in tasks]
    return tuple(one for filled in alone for one in filled)


async def _answered(order: Order) -> Answer | None:
    """Return the answer; None when none came."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "runbooks.notices.filler",
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={name: os.environ[name] for name in GIVEN if name in os.environ},
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        async with asyncio.timeout(WITHIN):
            with contextlib.suppress(ConnectionError):
                child.stdin.write(msgspec.json.encode(order))
                await child.stdin.drain()
            child.stdin.close()
            said = await child.stdout.read(-1)
    except TimeoutError:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
    try:
        return msgspec.json.decode(said[:MOST], type=Answer)
    except msgspec.MsgspecError:
        return None
