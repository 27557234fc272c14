"""Owns the course of one check over a time that it is watched: levels, and how far its readings went."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.model import Labels, Level, Reading, Result, worst
from checks.units import show

READINGS = 8
"""So many readings of a check are told; those that rules judge come first."""


@dataclass(slots=True)
class Course:
    """What was seen of one check. Grows with what is added, so it is shared with nobody."""

    name: str
    worse_in_a_row: int = 0
    """Newest results that were worse than before the walk, without a break."""
    newest: Level = Level.UNKNOWN
    worst: Level = Level.OK
    counts: dict[Level, int] = field(default_factory=dict)
    """How many results there were of each level."""
    spans: dict[tuple[str, Labels, str], tuple[float, float]] = field(default_factory=dict)
    """Lowest and highest value of each reading, by name, labels and unit."""
    judged: set[str] = field(default_factory=set)
    """Names of readings that rules judge."""

    def add(self, result: Result, *, worse: bool) -> None:
        """Take one more result."""
        self.worse_in_a_row = self.worse_in_a_row + 1 if worse else 0
        self.newest = result.level
        self.worst = worst((self.worst, result.level))
        self.counts[result.level] = self.counts.get(result.level, 0) + 1
        self.judged.update(verdict.reading for verdict in result.verdicts)
        for reading in result.observation.readings:
            self._widen(reading)

    def _widen(self, reading: Reading) -> None:
        key = (reading.name, reading.labels, reading.unit)
        low, high = self.spans.get(key, (reading.value, reading.value))
        self.spans[key] = (min(low, reading.value), max(high, reading.value))

    def __str__(self) -> str:
        """Return a line: how often each level was seen, and how far the readings went."""
        levels = ", ".join(f"{level} {self.counts[level]}" for level in Level if level in self.counts)
        keys = sorted(self.spans, key=lambda key: key[0] not in self.judged)[:READINGS]
        spans = [_span(key, *self.spans[key]) for key in keys]
        return "; ".join((f"{self.name}: {levels or 'no result'}", *spans))


def _span(key: tuple[str, Labels, str], low: float, high: float) -> str:
    name, labels, unit = key
    where = "[" + ", ".join(f"{label}={value}" for label, value in labels) + "]" if labels else ""
    if low == high:
        return f"{name}{where} {show(low, unit)}"
    return f"{name}{where} {show(low, unit)} to {show(high, unit)}"
