"""Owns what each check has been like lately, as the console saw it: a short row of points for a sparkline.

Pure: trends and a snapshot give the next trends. It asks nobody and stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checks.board import Snapshot
from checks.model import Level, Result

LENGTH = 12
"""Points kept; as many as the trend column shows."""


@dataclass(frozen=True, slots=True)
class Point:
    """One result in a trend."""

    at: float
    level: Level
    value: float | None
    """The reading that stands for the check; None when it was not measured."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The last results of one check, oldest first."""

    points: tuple[Point, ...] = ()
    unit: str = ""

    @property
    def latest(self) -> float:
        """Return when the newest point was seen; 0 when there is none."""
        return self.points[-1].at if self.points else 0.0


EMPTY_TREND = Trend()


def extend(trends: Mapping[str, Trend], snapshot: Snapshot) -> Mapping[str, Trend]:
    """Return the trends with every result of the snapshot that is newer than what they hold."""
    longer = dict(trends)
    for state in snapshot.states:
        trend = longer.get(state.name, EMPTY_TREND)
        if state.last.at > trend.latest:
            longer[state.name] = _with(trend, state.last)
    return longer


def backfill(trends: Mapping[str, Trend], stored: Mapping[str, tuple[Result, ...]]) -> Mapping[str, Trend]:
    """Return the trends with stored results of some checks, newest first, put before what was seen."""
    return {**trends, **{name: _before(trends.get(name, EMPTY_TREND), stored[name]) for name in stored}}


def _before(seen: Trend, results: tuple[Result, ...]) -> Trend:
    first = seen.points[0].at if seen.points else float("inf")
    trend = EMPTY_TREND
    for result in reversed(results):
        if result.at < first:
            trend = _with(trend, result)
    return Trend((trend.points + seen.points)[-LENGTH:], seen.unit or trend.unit)


def _with(trend: Trend, result: Result) -> Trend:
    value, unit = _standing(result)
    point = Point(result.at, result.level, value)
    return Trend((*trend.points, point)[-LENGTH:], unit or trend.unit)


def _standing(result: Result) -> tuple[float | None, str]:
    """Return the reading that stands for the check: the first that is judged, else the first there is."""
    for verdict in result.verdicts:
        return verdict.value, verdict.unit
    for reading in result.observation.readings:
        return reading.value, reading.unit
    return None, ""
