"""Owns rates: two looks at counters, and what happened per second between them.

Counters go up. One that went down was reset or wrapped, and says nothing about the time between: no rate.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from checks.kind import ProbeContext

T = TypeVar("T")

SHORTEST = 0.2
"""Seconds between two looks below which the kernel's own steps would show as rates."""


@dataclass(frozen=True, slots=True)
class Looks(Generic[T]):
    """What was seen at two moments."""

    before: T
    after: T
    seconds: float


async def two_looks(context: ProbeContext, kind: str, look: Callable[[], Awaitable[T]]) -> Looks[T]:
    """Look now, and compare with the look of the probe before; the first probe looks twice."""
    earlier: tuple[float, T] | None = context.memory.get(kind)
    if earlier is None:
        earlier = (context.clock.monotonic(), await look())
    if context.clock.monotonic() - earlier[0] < SHORTEST:
        await context.second_look()
    now = (context.clock.monotonic(), await look())
    context.memory[kind] = now
    return Looks(earlier[1], now[1], now[0] - earlier[0])


def rate(before: float | None, after: float | None, seconds: float) -> float | None:
    """Return the counter's rise per second; None when there is none to speak of."""
    if before is None or after is None or after < before or seconds <= 0:
        return None
    return (after - before) / seconds
