"""Owns long looks at files: made in a thread, which ends soon after nobody waits for it any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

Still = Callable[[], None]
"""Called now and then by a long look; raises `StoppedError` when nobody waits any more."""


class StoppedError(Exception):
    """Nobody waits for the look; it ends."""


async def apart(look: Callable[[Still], T]) -> T:
    """Return what the look returns, made in a thread."""
    given_up = threading.Event()

    def still() -> None:
        if given_up.is_set():
            raise StoppedError

    try:
        return await asyncio.to_thread(look, still)
    finally:
        given_up.set()
