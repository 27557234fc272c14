"""Owns the `memory` kind: memory and swap of this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from checks.errors import MeasureError
from checks.host import procfs
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Observation, Reading
from checks.rates import Looks, rate, two_looks
from checks.units import show

_SWAPPING = (("swap_in", "pswpin"), ("swap_out", "pswpout"))


@dataclass(frozen=True, slots=True)
class MemoryCheck:
    """Memory in use, counted by what programs could still get, and the traffic to and from swap."""

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("used", "%", "Share that programs could not get: total less available."),
        ReadingSpec("available", "B", "What programs could get without swapping."),
        ReadingSpec("total", "B", "All memory."),
        ReadingSpec("used_bytes", "B", "Total less available."),
        ReadingSpec("cached", "B", "Copies of files, given up when programs need the room."),
        ReadingSpec("swap_used", "%", "Share of swap in use; 0 where there is no swap."),
        ReadingSpec("swap_bytes", "B", "Swap in use."),
        ReadingSpec("swap_total", "B", "All swap."),
        ReadingSpec("swap_in", "B/s", "Read from swap."),
        ReadingSpec("swap_out", "B/s", "Written to swap."),
        ReadingSpec("pressure", "%", "Share of the last 10 s in which some task waited for memory."),
    )
    EXAMPLE: ClassVar[str] = """\
kind: memory
title: Memory
warn: [used > 90 %, swap_used > 80 %]
crit: used > 97 %
"""

    async def probe(self, context: ProbeContext) -> Observation:
        """Look once, or twice when it is the first time."""
        looks = await two_looks(context, "memory", _paging)
        memory = {name: size * 1024 for name, size in procfs.numbers("meminfo").items()}
        total, available = memory.get("MemTotal", 0), memory.get("MemAvailable", memory.get("MemFree", 0))
        if total <= 0:
            raise MeasureError("unsupported", f"{procfs.ROOT}/meminfo is missing here")
        used = max(0, total - available)
        readings = [
            Reading("used", 100.0 * used / total, "%"),
            Reading("available", available, "B"),
            Reading("total", total, "B"),
            Reading("used_bytes", used, "B"),
        ]
        if "Cached" in memory:
            readings.append(Reading("cached", memory["Cached"] + memory.get("SReclaimable", 0), "B"))
        readings += [*_swap(memory), *_traffic(looks)]
        pressure = procfs.pressure("memory")
        if pressure is not None:
            readings.append(Reading("pressure", pressure, "%"))
        summary = f"{show(100.0 * used / total, '%')} used, {show(available, 'B')} of {show(total, 'B')} left"
        return Observation(summary, readings=tuple(readings))


async def _paging() -> dict[str, int]:
    return procfs.numbers("vmstat")


def _swap(memory: dict[str, int]) -> list[Reading]:
    if "SwapTotal" not in memory:
        return []
    total = memory["SwapTotal"]
    used = max(0, total - memory.get("SwapFree", 0))
    return [
        Reading("swap_used", 100.0 * used / total if total else 0.0, "%"),
        Reading("swap_bytes", used, "B"),
        Reading("swap_total", total, "B"),
    ]


def _traffic(looks: Looks[dict[str, int]]) -> list[Reading]:
    readings = []
    for name, field in _SWAPPING:
        pages = rate(looks.before.get(field), looks.after.get(field), looks.seconds)
        if pages is not None:
            readings.append(Reading(name, pages * procfs.PAGE_BYTES, "B/s"))
    return readings
