"""Owns what the course of a reading comes to over the time of a report: average, peak, trend. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from checks.forecast import Line, fitted
from checks.model import HistoryQuery, Series
from checks.units import show
from runbooks.material import Material

FINE, COARSE = 1500, 700
"""Points of a course over some days, and over more."""
SOME_DAYS = 8 * 86400.0
NOT_KNOWN = "not known"
DAY = 86400.0


class Course(msgspec.Struct, frozen=True):
    """One reading over a time; in its base unit."""

    check: str
    reading: str
    member: str
    """Labels of the member, such as `mount=/var`; empty when there is only one."""
    unit: str
    data_points: int
    """Points that it was reckoned from."""
    step: float
    """Seconds that each of them stands for; 0 for single results."""
    first: float
    current: float
    """The last one."""
    average: float
    lowest: float
    peak: float
    p95: float
    """Of the points, so of single results, or of means of `step` seconds."""
    change: float
    """From the first to the last."""
    trend: str
    """`rising`, `falling`, `flat`, or `not known` for want of points; by a fitted line."""
    per_day: float | None
    """What the line rises by in a day; None when there is none."""

    @property
    def name(self) -> str:
        """Return check, reading and member in a few words."""
        return f"{self.check} {self.reading}{f'[{self.member}]' if self.member else ''}"

    @property
    def trend_words(self) -> str:
        """Return the trend with what it comes to in a day."""
        if self.per_day is None or self.trend in ("flat", NOT_KNOWN):
            return self.trend
        by = "points" if self.unit == "%" else ""
        amount = f"{abs(self.per_day):.2g} {by}" if by else show(abs(self.per_day), self.unit)
        return f"{self.trend}, by {amount} a day"


def courses_of(
    material: Material, check: str, reading: str, since: float | None = None
) -> tuple[Course, ...]:
    """Return the courses of a reading, one for each member that was measured in the time; none otherwise."""
    return tuple(course for course, _ in with_lines(material, check, reading, since))


def with_lines(
    material: Material, check: str, reading: str, since: float | None = None
) -> tuple[tuple[Course, Line | None], ...]:
    """Return the courses of a reading with the lines that were fitted to them."""
    begins = material.since if since is None else since
    points = FINE if material.until - begins <= SOME_DAYS else COARSE
    found = _measured(material, HistoryQuery(check, reading, begins, material.until, points=points))
    begun = min((series.at[0] for series in found), default=begins)
    if begun - begins > (material.until - begins) / 2:
        # There is less history than was asked for: what there is deserves as many points.
        found = _measured(material, HistoryQuery(check, reading, begun, material.until, points=points))
    return tuple((_course(series), _line(series)) for series in found)


def _measured(material: Material, query: HistoryQuery) -> tuple[Series, ...]:
    return tuple(series for series in material.store.courses(query) if series.at)


def nearest(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def _course(series: Series) -> Course:
    line, mean = _line(series), series.mean
    return Course(
        series.check,
        series.reading,
        ",".join(f"{name}={value}" for name, value in series.labels),
        series.unit,
        len(mean),
        series.step,
        mean[0],
        mean[-1],
        sum(mean) / len(mean),
        min(series.low),
        max(series.high),
        nearest(mean, 0.95),
        mean[-1] - mean[0],
        line.word if line else NOT_KNOWN,
        line.slope * DAY if line else None,
    )


def _line(series: Series) -> Line | None:
    return fitted(series.at, series.mean)
