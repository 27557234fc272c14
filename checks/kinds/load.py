"""Owns the `load` kind: how many tasks want to run, how long this machine has been up."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import ClassVar

from checks.host import procfs
from checks.kind import ProbeContext, ReadingSpec
from checks.model import Observation, Reading
from checks.units import show


@dataclass(frozen=True, slots=True)
class LoadCheck:
    """The load averages, also by processor, and the time since boot."""

    READINGS: ClassVar[tuple[ReadingSpec, ...]] = (
        ReadingSpec("load1", "", "Tasks that ran or waited, averaged over 1 minute."),
        ReadingSpec("load5", "", "The same over 5 minutes."),
        ReadingSpec("load15", "", "The same over 15 minutes."),
        ReadingSpec("per_core", "", "The load over 5 minutes for each processor; 1 is fully used."),
        ReadingSpec("cores", "", "Processors."),
        ReadingSpec("running", "", "Tasks that run or wait for a processor at this moment."),
        ReadingSpec("uptime", "s", "Time since boot."),
    )
    EXAMPLE: ClassVar[str] = """\
kind: load
title: Load
warn: per_core > 2 for 5 m
"""

    async def probe(self, context: ProbeContext) -> Observation:
        """Look once."""
        words = procfs.demand("loadavg").split()
        load1, load5, load15 = map(float, words[:3])
        cores = os.cpu_count() or 1
        readings = [
            Reading("load1", load1),
            Reading("load5", load5),
            Reading("load15", load15),
            Reading("per_core", load5 / cores),
            Reading("cores", cores),
            Reading("running", int(words[3].partition(b"/")[0])),
        ]
        summary = f"{load1:.2f} {load5:.2f} {load15:.2f} on {cores} cores"
        if uptime := procfs.read("uptime"):
            seconds = float(uptime.split()[0])
            readings.append(Reading("uptime", seconds, "s"))
            summary += f", up {show(seconds, 's')}"
        return Observation(summary, readings=tuple(readings))
