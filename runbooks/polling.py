"""Owns polling: look, wait a little, look again, until it is so or the time is over. Never a bare sleep."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from checks.clock import Clock
from checks.units import show
from runbooks.outcome import FailedError

LEAST = 1.0
"""Seconds that even the last look is given."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look came to."""

    good: bool
    said: str
    """What was seen, in one line."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and for how long to look. All in seconds."""

    every: float = 2.0
    within: float = 60.0
    """From the first look on."""
    initial: float = 0.0
    """Before the first look."""
    holds: float = 0.0
    """How long it must be so without a break; 0: once is enough."""

    def __post_init__(self) -> None:
        """Refuse what could never be kept."""
        if self.every <= 0:
            raise ValueError("every must be more than 0 s")
        if self.holds > self.within:
            raise ValueError(
                f"holds ({show(self.holds, 's')}) is longer than within ({show(self.within, 's')})"
            )


async def poll(look: Callable[[float], Awaitable[Seen]], pace: Pace, clock: Clock) -> Seen:
    """Return what was seen once it is so; each look is told how many seconds it may take.

    Raises:
        FailedError: `timeout`, with the last thing seen.
    """
    if pace.initial > 0:
        await clock.sleep(pace.initial)
    deadline = clock.monotonic() + pace.within
    since: float | None = None
    while True:
        began = clock.monotonic()
        seen = await look(max(LEAST, deadline - began))
        now = clock.monotonic()
        since = (began if since is None else since) if seen.good else None
        if since is not None and now - since >= pace.holds:
            return seen
        if now >= deadline:
            raise FailedError("timeout", _late(pace, seen, now, since))
        await clock.sleep(min(pace.every, deadline - now))


def _late(pace: Pace, seen: Seen, now: float, since: float | None) -> str:
    if since is None:
        return f"not so within {show(pace.within, 's')}; last seen: {seen.said}"
    held = f"so for {show(now - since, 's')} of {show(pace.holds, 's')}"
    return f"not long enough within {show(pace.within, 's')}: {held}; last seen: {seen.said}"
