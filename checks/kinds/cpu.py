"""Owns the `cpu` kind: what the processors of this machine spent their time on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from checks.errors import MeasureError
from checks.host import procfs
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Observation, Reading
from checks.rates import two_looks
from checks.units import show

_FIELDS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
Times = dict[str, tuple[int, ...]]
"""Processor name as the kernel has it (`cpu` is all of them) -> ticks by field."""


@dataclass(frozen=True, slots=True)
class CpuCheck:
    """Processor time, in total and for each processor, between this look and the one before."""

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("usage", "%", "Share of time not idle, all processors together."),
        ReadingSpec("user", "%", "Share spent in programs."),
        ReadingSpec("system", "%", "Share spent in the kernel, interrupts included."),
        ReadingSpec("iowait", "%", "Share idle while a disk was waited for."),
        ReadingSpec("steal", "%", "Share that the host of this virtual machine gave to others."),
        ReadingSpec("core", "%", "Share of time not idle, of one processor.", ("core",)),
        ReadingSpec("pressure", "%", "Share of the last 10 s in which some task waited for a processor."),
    )
    EXAMPLE: ClassVar[str] = """\
kind: cpu
title: Processors
warn: usage > 90 % for 5 m
crit: usage > 97 % for 15 m
"""

    async def probe(self, context: ProbeContext) -> Observation:
        """Look once, or twice when it is the first time."""
        looks = await two_looks(context, "cpu", _times)
        total = _shares(looks.before.get("cpu"), looks.after.get("cpu"))
        if total is None:
            raise MeasureError("unsupported", f"{procfs.ROOT}/stat does not count processor time")
        readings = [Reading(name, share, "%") for name, share in total.items()]
        cores = [name for name in looks.after if name != "cpu"]
        for name in cores:
            shares = _shares(looks.before.get(name), looks.after[name])
            if shares is not None:
                readings.append(Reading("core", shares["usage"], "%", (("core", name[3:]),)))
        pressure = procfs.pressure("cpu")
        if pressure is not None:
            readings.append(Reading("pressure", pressure, "%"))
        summary = f"{show(total['usage'], '%')} of {len(cores)} cores"
        return Observation(summary, readings=tuple(readings))


async def _times() -> Times:
    found = {}
    for line in procfs.demand("stat").splitlines():
        if not line.startswith(b"cpu"):
            break
        name, *ticks = line.split()
        found[name.decode()] = tuple(map(int, ticks[: len(_FIELDS)]))
    return found


def _shares(before: tuple[int, ...] | None, after: tuple[int, ...] | None) -> dict[str, float] | None:
    """Return what the time went to, in percent; None when none has passed, as for a processor just added.

    The kernel's idle and iowait counters may step back a little: such a step counts as nothing.
    """
    if not before or not after:
        return None
    spent = dict(
        zip(_FIELDS, (max(0, new - old) for old, new in zip(before, after, strict=False)), strict=False)
    )
    whole = sum(spent.values())
    if whole <= 0:
        return None
    share = {name: 100.0 * ticks / whole for name, ticks in spent.items()}
    iowait = share.get("iowait", 0.0)
    return {
        "usage": max(0.0, 100.0 - share["idle"] - iowait),
        "user": share["user"] + share["nice"],
        "system": share["system"] + share.get("irq", 0.0) + share.get("softirq", 0.0),
        "iowait": iowait,
        "steal": share.get("steal", 0.0),
    }
