"""Owns the section on performance: latency, memory, hit ratios, and each address as it answered last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from checks.model import Result
from checks.units import show
from runbooks.figures.measuring import Course, courses_of
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Facts, Heading, Items, Table
from runbooks.section import Section

LATENCY, MEMORY, RATIO, ELAPSED = "latency", "memory", "hit_ratio", "elapsed"
MEMORY_READINGS = {"memory": "used_bytes", "process": "memory", "container": "memory", "redis": "memory"}
"""Kind of check -> its reading in bytes."""


class Latency(msgspec.Struct, frozen=True):
    """How long something took to answer; in seconds."""

    course: Course
    mean: float
    p95: float
    max: float
    target: float | None
    """The lowest bound of its rules; None without one."""
    target_met: bool | None
    """Whether 95 % of the points were below it; None without one."""


class MemoryUse(msgspec.Struct, frozen=True):
    """Memory of something; in bytes."""

    name: str
    change: float
    mean: float
    peak: float
    trend: str


class Endpoint(msgspec.Struct, frozen=True):
    """An address, as it answered last."""

    check: str
    at: float
    status_code: int | None
    response_time: float | None
    """Seconds; None without an answer."""
    success: bool
    error: str


class PerformanceSection(Section, frozen=True):
    """How fast things were, and what they took."""

    TITLE: ClassVar[str] = "Performance"

    latency: tuple[Latency, ...]
    memory: tuple[MemoryUse, ...]
    hit_ratios: tuple[Course, ...]
    slow: tuple[tuple[str, ...], ...]
    """Rows of what checks of databases show, such as queries that run long: check, then cells."""
    endpoints: tuple[Endpoint, ...]

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return what was measured."""
        newest = material.store.newest()
        readings = {(one.check, one.reading) for one in material.store.measured()}
        latency = [
            _latency(course, newest.get(info.name))
            for info in material.checks
            for reading in (LATENCY, ELAPSED)
            if (info.name, reading) in readings
            for course in courses_of(material, info.name, reading)
        ]
        memory = [
            MemoryUse(course.name, course.change, course.average, course.peak, course.trend)
            for info in material.checks
            if info.kind in MEMORY_READINGS
            for course in courses_of(material, info.name, MEMORY_READINGS[info.kind])
        ]
        ratios = [
            course
            for info in material.checks
            if (info.name, RATIO) in readings
            for course in courses_of(material, info.name, RATIO)
        ]
        slow = [
            (info.name, *row)
            for info in material.checks
            if info.kind in ("postgres", "redis") and info.name in newest
            for row in newest[info.name].observation.rows.rows[:SLOW]
        ]
        endpoints = [
            _endpoint(newest[info.name])
            for info in material.checks
            if info.kind == "http" and info.name in newest
        ]
        return cls(tuple(latency), tuple(memory), tuple(ratios), tuple(slow), tuple(endpoints))

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield a table of each."""
        if not self.latency:
            yield Items(("no latency was measured in this time",))
        else:
            yield Table(
                ("Latency", "Mean", "95 %", "Max", "Trend", "Target", "Met"),
                tuple(_latency_row(one) for one in self.latency),
            )
        if self.memory:
            yield Heading(3, "Memory")
            yield Table(
                ("Memory", "Change", "Mean", "Peak", "Trend"),
                tuple(
                    (
                        one.name,
                        Amount(one.change, "B"),
                        Amount(one.mean, "B"),
                        Amount(one.peak, "B"),
                        one.trend,
                    )
                    for one in self.memory
                ),
            )
        if self.hit_ratios:
            yield Heading(3, "Found in caches")
            yield Facts(
                tuple(
                    (
                        "Hit ratio",
                        f"{one.name}: {one.average:.1f} % on average, {one.lowest:.1f} % at the lowest",
                    )
                    for one in self.hit_ratios
                )
            )
        if self.slow:
            yield Heading(3, "What databases show")
            yield Items(tuple(": ".join((row[0], "  ".join(row[1:]))) for row in self.slow))
        if self.endpoints:
            yield Heading(3, "Addresses, as they answered last")
            yield Table(
                ("Check", "Status", "Took", "Well", "Error"),
                tuple(_endpoint_row(one) for one in self.endpoints),
            )

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return the latencies that missed their targets."""
        return tuple(
            f"{one.course.name}: 95 % within {show(one.p95, 's')}, the target is {show(one.target or 0, 's')}"
            for one in self.latency
            if one.target_met is False
        )


SLOW = 10


def _latency(course: Course, last: Result | None) -> Latency:
    bounds = [
        verdict.bound
        for verdict in (last.verdicts if last else ())
        if verdict.reading == course.reading and verdict.bound > 0
    ]
    target = min(bounds, default=None)
    met = None if target is None else course.p95 <= target
    return Latency(course, course.average, course.p95, course.peak, target, met)


def _latency_row(one: Latency) -> tuple[str | Amount, ...]:
    target = "-" if one.target is None else Amount(one.target, "s")
    met = {None: "-", True: "yes", False: "NO"}[one.target_met]
    numbers = (Amount(one.mean, "s"), Amount(one.p95, "s"), Amount(one.max, "s"))
    return (one.course.name, *numbers, one.course.trend, target, met)


def _endpoint(last: Result) -> Endpoint:
    readings = {reading.name: reading.value for reading in last.observation.readings}
    status = readings.get("status")
    return Endpoint(
        last.check,
        last.at,
        None if status is None else int(status),
        readings.get(LATENCY),
        last.level == "OK",
        "" if last.level == "OK" else last.error_class or last.summary,
    )


def _endpoint_row(one: Endpoint) -> tuple[str | Amount, ...]:
    took = "-" if one.response_time is None else Amount(one.response_time, "s")
    status = "-" if one.status_code is None else str(one.status_code)
    return (one.check, status, took, "yes" if one.success else "NO", one.error)
