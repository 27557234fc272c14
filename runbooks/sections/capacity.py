"""Owns the section on capacity: what is used now, trends, what will be full when, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import ClassVar, Self

from checks.moments import moment
from runbooks.figures.capacity import Matrix, Prediction, matrix, metrics, predictions, recommendations
from runbooks.figures.measuring import Course
from runbooks.material import Material
from runbooks.report_blocks import Amount, Block, Cell, Facts, Heading, Items, Table
from runbooks.section import Section

LONG = 30 * 86400.0
"""Seconds that trends are fitted over at least, as far as there is history."""


class CapacitySection(Section, frozen=True):
    """What is used, and what that leads to."""

    TITLE: ClassVar[str] = "Capacity"

    period_days: float
    """Days that trends were fitted over."""
    current_metrics: dict[str, float]
    """Name -> the newest value."""
    trends: tuple[Course, ...]
    predictions: tuple[Prediction, ...]
    recommendations: tuple[str, ...]
    matrix: tuple[Matrix, ...]

    @classmethod
    def of(cls, material: Material) -> Self:
        """Return what was measured and what follows."""
        since = min(material.since, material.until - LONG)
        found = metrics(material, since)
        courses = tuple(course for _, course, _ in found)
        known = {info.name for info in material.checks}
        return cls(
            (material.until - since) / 86400,
            {course.name: course.current for course in courses},
            courses,
            predictions(found, material.until),
            recommendations(found),
            matrix(result for name, result in material.store.newest().items() if name in known),
        )

    def blocks(self, zone: tzinfo) -> Iterator[Block]:
        """Yield metrics, predictions, advice and bounds."""
        if not self.trends:
            yield Items((f"no room was measured in {self.period_days:.0f} days",))
        else:
            yield Facts((("Trends", f"by a line fitted over {self.period_days:.0f} days, as far as known"),))
            yield Table(
                ("Of", "Now", "Average", "Peak", "Trend", "Points"),
                tuple(
                    (
                        one.name,
                        Amount(one.current, one.unit),
                        Amount(one.average, one.unit),
                        Amount(one.peak, one.unit),
                        one.trend_words,
                        Amount(one.data_points),
                    )
                    for one in self.trends
                ),
            )
        yield Heading(3, "Will be full")
        yield Items(
            tuple(
                f"{one.name}: {moment(one.full_at, zone)}, in {one.days:.0f} days" for one in self.predictions
            )
            or ("nothing, by these trends",)
        )
        yield Heading(3, "Recommendations")
        yield Items(self.recommendations or ("none",))
        if self.matrix:
            yield Heading(3, "Bounds")
            yield Table(
                ("Of", "Now", "WARN", "CRIT", "Level"),
                tuple(
                    (one.name, _value(one), one.warn or "-", one.crit or "-", one.level)
                    for one in self.matrix
                ),
            )

    def brief(self, zone: tzinfo) -> tuple[str, ...]:
        """Return what is recommended."""
        return self.recommendations


def _value(one: Matrix) -> Cell:
    return "-" if one.value is None else Amount(one.value, one.unit)
