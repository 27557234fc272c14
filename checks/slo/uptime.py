"""Owns uptime: how long something was up, down and not known, with planned time and without; outages. Pure.

Up is OK and WARN, down is CRIT. UNKNOWN is neither: it is counted apart, and is no part of a percentage.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checks.model import Level
from checks.slo.spans import LevelSpan, clipped


@dataclass(frozen=True, slots=True)
class Outage:
    """A time for which something was down; UNKNOWN in between ends none."""

    began: float
    ended: float
    """UTC seconds; of one that goes on, the end of what was asked for."""
    down: float
    """Seconds for which it was seen to be down."""
    planned: bool
    """Whether all of it was in maintenance."""
    over: bool = True

    @property
    def seconds(self) -> float:
        """Return how long it took from when it was seen down until it was seen up."""
        return self.ended - self.began


@dataclass(frozen=True, slots=True)
class Uptime:
    """How something was between two moments; all in seconds."""

    since: float
    until: float
    up: float = 0.0
    down: float = 0.0
    planned_up: float = 0.0
    """Of `up`, what was in maintenance."""
    planned_down: float = 0.0
    """Of `down`, what was in maintenance."""
    planned_unknown: float = 0.0
    outages: tuple[Outage, ...] = ()

    @property
    def known(self) -> float:
        """Return for how long it was known how it was."""
        return self.up + self.down

    @property
    def unknown(self) -> float:
        """Return for how long nobody knows."""
        return max(0.0, self.until - self.since - self.known)

    @property
    def planned(self) -> float:
        """Return for how long it was in maintenance."""
        return self.planned_up + self.planned_down + self.planned_unknown

    @property
    def percent(self) -> float | None:
        """Return the uptime of all that is known, planned time included; None when nothing is."""
        return _percent(self.up, self.known)

    @property
    def percent_unplanned(self) -> float | None:
        """Return the uptime without planned time; None when nothing is known outside of it."""
        return _percent(self.up - self.planned_up, self.known - self.planned_up - self.planned_down)

    @property
    def failures(self) -> tuple[Outage, ...]:
        """Return the outages that were not planned."""
        return tuple(one for one in self.outages if not one.planned)

    @property
    def mttr(self) -> float | None:
        """Return the mean time to repair: of failures that are over, from seen down to seen up."""
        over = [one.seconds for one in self.failures if one.over]
        return sum(over) / len(over) if over else None

    @property
    def mtbf(self) -> float | None:
        """Return the mean time between failures: the time that it was up for each failure."""
        return self.up / len(self.failures) if self.failures else None


def uptime(spans: Iterable[LevelSpan], since: float, until: float) -> Uptime:
    """Return how something was between two moments, from the spans of its level."""
    within = clipped(spans, since, until)
    return Uptime(
        since,
        until,
        _sum(within, up=True),
        _sum(within, up=False),
        _sum(within, up=True, planned=True),
        _sum(within, up=False, planned=True),
        sum(span.seconds for span in within if span.planned and span.level is Level.UNKNOWN),
        tuple(_outages(within, until)),
    )


def _sum(spans: Iterable[LevelSpan], *, up: bool, planned: bool = False) -> float:
    levels = (Level.OK, Level.WARN) if up else (Level.CRIT,)
    return sum(span.seconds for span in spans if span.level in levels and (span.planned or not planned))


def _outages(spans: Iterable[LevelSpan], until: float) -> list[Outage]:
    found: list[Outage] = []
    down: list[LevelSpan] = []
    for span in spans:
        if span.level is Level.CRIT:
            down.append(span)
        elif span.level is not Level.UNKNOWN and down:
            found.append(_outage(down, span.began, over=True))
            down = []
    return [*found, _outage(down, until, over=False)] if down else found


def _outage(down: list[LevelSpan], ended: float, *, over: bool) -> Outage:
    seconds = sum(span.seconds for span in down)
    return Outage(down[0].began, ended, seconds, all(span.planned for span in down), over)


def _percent(part: float, whole: float) -> float | None:
    return min(100.0, 100.0 * part / whole) if whole > 1e-6 else None
