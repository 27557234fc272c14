"""Owns the axes of plots: which numbers and which moments are written beside them. Pure arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import tzinfo

from checks.model import Level
from checks.moments import local

_DECIMAL = (1.0, 2.0, 5.0, 10.0)
_BINARY = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)
_TIMES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21600.0, 43200.0)
_DAY = 86400.0
_TICKS = (
    *(5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0),
    *(3600.0, 7200.0, 10800.0, 21600.0, 43200.0, _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY),
)
LEAST_TOP = {"B": 1024.0, "B/s": 1024.0, "%": 1.0, "s": 0.001}
"""The smallest top of an axis for each base unit: a course of zeros is drawn at the bottom, not blown up."""


TICK_GAP = 3
"""Cells between two moments."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A bound beside values: at what value which level begins."""

    bound: float
    level: Level


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the time axis: where, and what is written there."""

    column: int
    text: str


def round_top(highest: float, unit: str) -> float:
    """Return a round number at or just above the highest value, to end an axis that begins at zero."""
    highest = max(highest, LEAST_TOP.get(unit, 1.0))
    if unit in ("B", "B/s"):
        power = 1024.0 ** math.floor(math.log(highest, 1024.0))
        return next(step * power for step in _BINARY if step * power >= highest * 0.999)
    if unit == "s" and highest > 1.0:
        return next((step for step in _TIMES if step >= highest * 0.999), math.ceil(highest / _DAY) * _DAY)
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in _DECIMAL if step * power >= highest * 0.999)


def time_ticks(since: float, until: float, width: int, where: tzinfo | None) -> tuple[Tick, ...]:
    """Return the round moments between `since` and `until` that fit an axis of `width` cells."""
    per_cell = (until - since) / width
    step = next((step for step in _TICKS if step / per_cell >= _cells(step) + TICK_GAP), _TICKS[-1])
    offset = _offset(until, where)
    ticks: list[Tick] = []
    at = math.ceil((since + offset) / step) * step - offset
    while at <= until:
        text = local(at, where).strftime(_form(step))
        column = round((at - since) / per_cell) - len(text) // 2
        free = ticks[-1].column + len(ticks[-1].text) + 1 if ticks else 0
        if free <= column <= width - len(text):
            ticks.append(Tick(column, text))
        at += step
    return tuple(ticks)


def _form(step: float) -> str:
    """Return how moments so far apart are written."""
    return "%d %b" if step >= _DAY else "%H:%M:%S" if step < 60 else "%H:%M"


def _cells(step: float) -> int:
    return {"%d %b": 6, "%H:%M:%S": 8}.get(_form(step), 5)


def _offset(at: float, where: tzinfo | None) -> float:
    """Return the zone's distance from UTC at that moment, so that ticks are round in local time."""
    distance = local(at, where).utcoffset()
    return distance.total_seconds() if distance is not None else 0.0
