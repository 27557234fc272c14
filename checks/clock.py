"""Owns time: the one place that asks the system what time it is and the one place that sleeps.

Spans, deadlines and schedules use `monotonic`; `now` is only for what is shown or stored.
Tests hand in `checks.testing.FakeClock`.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how to wait."""

    def now(self) -> float:
        """Return the wall clock as UTC seconds since the epoch; may jump."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never jump and never go back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less only yields to the event loop."""
        ...


class SystemClock:
    """The real clock."""

    def now(self) -> float:
        """Return the wall clock as UTC seconds since the epoch."""
        return time.time()  # noqa: TID251

    def monotonic(self) -> float:
        """Return the monotonic clock in seconds."""
        return time.monotonic()  # noqa: TID251

    async def sleep(self, seconds: float) -> None:
        """Wait on the event loop."""
        await asyncio.sleep(max(0.0, seconds))  # noqa: TID251
