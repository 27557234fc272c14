"""Owns points: readings dated and summed up by spans of time, and how an hour of them is packed.

Pure. Times are UTC milliseconds. A sample is a point that stands for itself alone. Packed values are 32-bit
floats: seven digits, enough for every plot and for judging a trend; exact values live in the results.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import NamedTuple

MINUTE = 60_000
HOUR = 3_600_000
LARGEST = 3.4e38
"""Values beyond a 32-bit float, and what is no number, are not kept."""

_BYTES_A_POINT = 20


class Point(NamedTuple):
    """What a reading was over one span: at its start, lowest, mean, highest, and of how many samples."""

    at: int
    low: float
    mean: float
    high: float
    samples: int


def sample(at: int, value: float) -> Point:
    """Return the point that is one sample."""
    return Point(at, value, value, value, 1)


def roll_up(points: Iterable[Point], width: int) -> list[Point]:
    """Return the points summed up by spans of `width`, rising; their order does not matter.

    Summing up what was summed up before gives the same as doing it at once.
    """
    spans: dict[int, list[float]] = {}
    for at, low, mean, high, samples in points:
        start = at - at % width
        if start not in spans:
            spans[start] = [low, mean * samples, high, samples]
            continue
        span = spans[start]
        if low < span[0]:
            span[0] = low
        if high > span[2]:
            span[2] = high
        span[1] += mean * samples
        span[3] += samples
    return [
        Point(at, low, total / count, high, int(count))
        for at, (low, total, high, count) in sorted(spans.items())
    ]


def thin(points: list[Point], step: int, span: int, limit: int) -> tuple[list[Point], int]:
    """Return points of width `step`, in any order, as at most `limit` (two at least) rising ones.

    Also returns their width. `span` is that of the picture; spans stay where they are while it moves on, so
    that a plot does not flicker. Two points of one span become one.
    """
    limit = max(2, limit)
    if len(points) <= limit:
        return roll_up(points, step) if step else sorted(points), step
    unit = max(1, step)
    width = -(-span // ((limit - 1) * unit)) * unit
    return roll_up(points, width), width


def pack(points: list[Point], start: int) -> bytes:
    """Return rising points at or after `start` as bytes: columns, times as differences, compressed.

    Three equal columns, as of single samples, cost little more than one.
    """
    times = [start, *(point.at for point in points)]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    _, low, mean, high, count = zip(*points, strict=True)
    size = len(points)
    return zlib.compress(struct.pack(f"<{size}I{size}I{3 * size}f", *gaps, *count, *low, *mean, *high))


def unpack(body: bytes, start: int) -> list[Point]:
    """Return the points that `pack` was given."""
    plain = zlib.decompress(body)
    size = len(plain) // _BYTES_A_POINT
    cells = struct.unpack(f"<{size}I{size}I{3 * size}f", plain)
    gaps, count, low, mean, high = (cells[size * column : size * (column + 1)] for column in range(5))
    times = accumulate(gaps[1:], initial=start + gaps[0])
    return list(map(Point._make, zip(times, low, mean, high, count, strict=True)))
