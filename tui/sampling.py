"""Owns the step from a course of readings to one sample for each dot column of a plot. Pure."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from math import isnan

from checks.model import Series


@dataclass(frozen=True, slots=True)
class Sample:
    """What one dot column shows."""

    low: float
    mean: float
    high: float
    joined: bool
    """True when it continues the sample to its left; false after a gap."""


def sample(series: Series, since: float, step: float, count: int) -> list[Sample | None]:
    """Return `count` samples of `step` seconds from `since` on; None where nothing was measured.

    Between two measurements that follow one another the mean is drawn straight; a NaN between them is a gap.
    """
    buckets, broken = _buckets(series, since, step, count)
    samples: list[Sample | None] = [None] * count
    before = None
    for index in sorted(buckets):
        low, mean, high = buckets[index]
        joined = before is not None and index not in broken
        if before is not None and joined:
            _bridge(samples, before, buckets[before][1], index, mean)
        if 0 <= index < count:
            samples[index] = Sample(low, mean, high, joined)
        before = index
    return samples


def _buckets(
    series: Series, since: float, step: float, count: int
) -> tuple[dict[int, tuple[float, float, float]], set[int]]:
    """Return lowest, mean and highest by dot column, and the columns that begin after a gap."""
    sums: dict[int, list[float]] = {}
    broken: set[int] = set()
    after_gap = False
    for point in range(max(0, bisect_left(series.at, since) - 1), len(series.at)):
        index = int((series.at[point] - since) // step)
        if index >= count:
            break
        mean = series.mean[point]
        if isnan(mean):
            after_gap = True
            continue
        held = sums.get(index)
        if held is None:
            sums[index] = [series.low[point], mean, series.high[point], 1.0]
            if after_gap:
                broken.add(index)
        else:
            held[0], held[2] = min(held[0], series.low[point]), max(held[2], series.high[point])
            held[1], held[3] = held[1] + mean, held[3] + 1.0
        after_gap = False
    return {index: (low, total / n, high) for index, (low, total, high, n) in sums.items()}, broken


def _bridge(samples: list[Sample | None], left: int, start: float, right: int, end: float) -> None:
    """Fill the columns between two measurements with the straight line from one to the other."""
    for index in range(max(0, left + 1), min(len(samples), right)):
        value = start + (end - start) * (index - left) / (right - left)
        samples[index] = Sample(value, value, value, joined=True)
