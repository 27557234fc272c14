"""Owns what incidents come to over a time: how long it took to restore, how long between failures. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runbooks.incident_events import Stage
from runbooks.incidents.state import Incident


@dataclass(frozen=True, slots=True)
class Figures:
    """Incidents of a span of time in numbers; seconds. None: there is nothing to reckon with."""

    count: int
    """Incidents that were detected in it."""
    restored: int
    """Of these, those that are restored."""
    mttr: float | None
    """Mean time from detected to restored."""
    mtbf: float | None
    """Time in which nothing was broken, for each failure."""
    mtta: float | None
    """Mean time from detected to assessed."""
    down: float
    """Seconds within the span in which at least one was not restored."""


def figures(incidents: Iterable[Incident], since: float, until: float) -> Figures:
    """Return the figures of the incidents that were detected from `since` to `until`, UTC seconds.

    One that is not restored counts as down until `until`.
    """
    every = tuple(incidents)
    found = [one for one in every if since <= one.detected < until]
    down = _covered([(one.detected, one.restored or until) for one in every], since, until)
    repairs = [one.to_restore for one in found if one.restored]
    assessed = [one.at(Stage.ASSESSED) - one.detected for one in found if one.at(Stage.ASSESSED)]
    return Figures(
        len(found),
        len(repairs),
        _mean(repairs),
        max(0.0, until - since - down) / len(found) if found else None,
        _mean(assessed),
        down,
    )


def _covered(spans: Iterable[tuple[float, float]], since: float, until: float) -> float:
    """Return how much of the time is covered by the spans; where they overlap it counts once."""
    covered, reached = 0.0, since
    for start, end in sorted(spans):
        start, end = max(start, reached), min(end, until)
        if end > start:
            covered += end - start
            reached = end
    return covered


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
