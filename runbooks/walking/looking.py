"""Owns the doing of a step that only looks: as often as it may be tried, until it is broken off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from checks.clock import Clock
from runbooks.outcome import Ending, FailedError, Outcome

RETRY_AFTER = 2.0
"""Seconds between two tries."""
BROKEN_OFF = FailedError("terminated", "ended because somebody asked for it").outcome


class Looking:
    """One attempt at one step that only looks."""

    def __init__(self, clock: Clock) -> None:
        """Look at nothing yet."""
        self._clock = clock
        self._patience: asyncio.Timeout | None = None
        self._broken_off = False

    def break_off(self) -> None:
        """End it at once, also when it is only about to begin."""
        if self._patience is not None and not self._broken_off:
            self._patience.reschedule(0)
        self._broken_off = True

    async def through(self, once: Callable[[], Awaitable[Outcome]], retries: int) -> Outcome:
        """Look until it succeeds, or was tried so often again, or is broken off."""
        try:
            async with asyncio.timeout(0 if self._broken_off else None) as self._patience:
                outcome = await once()
                for _ in range(retries):
                    if outcome.ending is Ending.SUCCEEDED:
                        break
                    await self._clock.sleep(RETRY_AFTER)
                    outcome = await once()
                return outcome
        except TimeoutError:
            return BROKEN_OFF
        finally:
            self._patience = None
