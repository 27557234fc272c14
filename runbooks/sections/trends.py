"""Owns the section on trends: what was measured by weeks, the line through it, where it leads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

import msgspec

from checks.model import HistoryQuery
from checks.moments import moment
from runbooks.figures.capacity import METRICS, predictions, with_kinds
from runbooks.figures.measuring import Course
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Cell, Heading, Items, Table
from runbooks.section import Section

WEEK = 7 * 86400.0
MOST_WEEKS = 26
LATENCIES = (("http", "latency"), ("tcp", "latency"), ("postgres", "latency"), ("redis", "latency"))


class WeeklyCourse(msgspec.Struct, frozen=True):
    """A reading by weeks."""

    course: Course
    weeks: tuple[float | None, ...]
    """Average of each week, the oldest first; None where nothing was measured."""


class Forecast(msgspec.Struct, frozen=True):
    """What will be full."""

    name: str
    full_at: float
    days: float


class TrendsSection(Section, frozen=True):
    """What rises and what falls."""

    TITLE: ClassVar[str] = "Trends"

    weeks: int
    """Weeks that are told, the last one ending with the time told of."""
    courses: tuple[WeeklyCourse, ...]
    forecast: tuple[Forecast, ...]

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return the courses of the weeks."""
        weeks = max(1, min(MOST_WEEKS, round((material.until - material.since) / WEEK) or 1))
        since = material.until - weeks * WEEK
        found = with_kinds(material, since, (*METRICS, *LATENCIES))
        told = predictions(found, material.until)
        return cls(
            weeks,
            tuple(WeeklyCourse(course, _weekly(material, course, since, weeks)) for _, course, _ in found),
            tuple(Forecast(one.name, one.full_at, one.days) for one in told),
        )

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield the courses, and the forecast."""
        if not self.courses:
            yield Items((f"nothing was measured in {self.weeks} weeks",))
            return
        shown = min(self.weeks, SHOWN)
        yield Table(
            (
                "Of",
                "Trend",
                *(f"Week {place - shown}" if place < shown else "Last week" for place in range(1, shown + 1)),
            ),
            tuple(
                (
                    one.course.name,
                    one.course.trend_words,
                    *(_cell(week, one.course.unit) for week in one.weeks[-shown:]),
                )
                for one in self.courses
            ),
        )
        yield Heading(3, "Will be full")
        yield Items(
            tuple(f"{one.name}: {moment(one.full_at, zone)}, in {one.days:.0f} days" for one in self.forecast)
            or ("nothing, by these trends",)
        )

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return what will be full."""
        return tuple(f"{one.name} will be full in {one.days:.0f} days" for one in self.forecast)


SHOWN = 6
"""Weeks that people are shown; programs have all."""


def _weekly(material: Material, course: Course, since: float, weeks: int) -> tuple[float | None, ...]:
    labels = tuple(
        (name, value) for name, _, value in (part.partition("=") for part in course.member.split(",") if part)
    )
    found: list[list[float]] = [[] for _ in range(weeks)]
    query = HistoryQuery(course.check, course.reading, since, material.until, labels, weeks * 7 * 4)
    for series in material.store.courses(query)[:1]:
        for at, mean in zip(series.at, series.mean, strict=True):
            found[min(weeks - 1, max(0, int((at - since) // WEEK)))].append(mean)
    return tuple(sum(values) / len(values) if values else None for values in found)


def _cell(week: float | None, unit: str) -> Cell:
    return "-" if week is None else Amount(week, unit)
