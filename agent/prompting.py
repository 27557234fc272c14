"""Owns the terminal of a command that asks in the middle of a session: what is typed, and the signals.

While somebody thinks, the link to the agent stays alive. A prompt that blocks, as of `input`, would let the
agent count as gone after a few seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from agent.asking import Asking, BrokenInError, LeftError
from agent.typed import Closed, Typed
from agent.voice import Voice
from checks.clock import Clock

YES = ("y", "yes")


async def confirmed(voice: Voice, clock: Clock, question: str) -> bool:
    """Ask whether to do something; Enter alone, Ctrl-C and leaving are a no."""
    async with prompting(voice, clock) as asking:
        try:
            said = await asking.line(f"{question} [y/N]:")
        except (LeftError, BrokenInError):
            voice.say()
            return False
    return said.strip().lower() in YES


@contextlib.asynccontextmanager
async def prompting(voice: Voice, clock: Clock) -> AsyncIterator[Asking]:
    """Have questions answered on standard input; Ctrl-C breaks in, SIGTERM leaves."""
    asking = Asking(voice)
    with _input() as file:
        typed = Typed(file, clock, asking.post)
        asking.source = typed
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(typed.read(), name="read what is typed")
            try:
                with heard({signal.SIGINT: asking.interrupt, signal.SIGTERM: lambda: asking.post(Closed())}):
                    yield asking
            finally:
                reading.cancel()


@contextlib.contextmanager
def _input() -> Iterator[int]:
    """Yield the descriptor that is read; where standard input is closed, one that is at its end."""
    if sys.stdin is not None:
        yield sys.stdin.fileno()
        return
    with Path(os.devnull).open("rb") as nothing:
        yield nothing.fileno()


@contextlib.contextmanager
def heard(handlers: dict[signal.Signals, Callable[[], None]]) -> Iterator[None]:
    """Call these when the signals come."""
    loop = asyncio.get_running_loop()
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)
