"""Owns the courses of readings that the console has seen: a ring for each, seeded with the agent's history.

Pure: courses and a snapshot, or an answer, give the next courses. Memory is bounded: a full ring does not
forget its older part but keeps it more coarsely, with the lowest and the highest of what it merged. A NaN
stands where nothing was measured.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import isnan, nan

from checks.board import CheckInfo, Snapshot, SystemInfo
from checks.model import Labels, Result, Series

LIMIT = 720
"""Points of one ring."""
MEMBERS = 256
"""Rings of one check; the longest silent go first."""
FORGET = 6 * 3600.0
"""Seconds that a ring reaches back, and of silence after which a member is forgotten."""

Member = tuple[str, Labels]
"""Name and labels of a reading."""
Wanted = frozenset[tuple[str, str]]
"""Pairs of kind and reading whose courses are kept."""


@dataclass(frozen=True, slots=True)
class Courses:
    """The courses of every wanted reading, by check."""

    by_check: Mapping[str, Mapping[Member, Series]] = field(default_factory=dict)
    seen: Mapping[str, float] = field(default_factory=dict)
    """When the newest result of each check was made."""

    def of(self, check: str, reading: str) -> tuple[Series, ...]:
        """Return the course of every member of a reading, in the order in which they were first seen."""
        members = self.by_check.get(check, {})
        return tuple(series for (name, _), series in members.items() if name == reading)

    def one(self, check: str, reading: str, labels: Labels = ()) -> Series:
        """Return the course of one member; an empty one when it has none."""
        member = self.by_check.get(check, {}).get((reading, labels))
        return Series(check, reading, labels) if member is None else member


NO_COURSES = Courses()


def fold(courses: Courses, system: SystemInfo, snapshot: Snapshot, wanted: Wanted) -> Courses:
    """Return the courses with every result that is new in the snapshot."""
    infos = {info.name: info for info in system.checks}
    by_check, seen = dict(courses.by_check), dict(courses.seen)
    for state in snapshot.states:
        info, last = infos.get(state.name), state.last
        if info is None or not last.at or last.at == seen.get(state.name):
            continue
        members = _prune(by_check.get(state.name, {}), last.at)
        by_check[state.name] = _longer(members, info, last, seen.get(state.name, last.at), wanted)
        seen[state.name] = last.at
    return courses if seen == courses.seen else Courses(by_check, seen)


def seed(courses: Courses, answer: tuple[Series, ...], every: float) -> Courses:
    """Return the courses with stored ones put in; what was seen live before and after them is kept."""
    by_check = dict(courses.by_check)
    for stored in answer:
        if not stored.at:
            continue
        members = dict(by_check.get(stored.check, {}))
        key = (stored.reading, stored.labels)
        live = members.get(key, Series(stored.check, stored.reading, stored.labels, stored.unit))
        members[key] = _thin(_merge(live, _with_gaps(stored, every)))
        by_check[stored.check] = members
    return Courses(by_check, courses.seen)


def _longer(
    members: dict[Member, Series], info: CheckInfo, last: Result, before: float, wanted: Wanted
) -> dict[Member, Series]:
    """Return a check's rings with one result more; those that it says nothing of get a gap."""
    missed = last.at - before > info.stale_after
    readings = {
        (reading.name, reading.labels): reading
        for reading in last.observation.readings
        if (info.kind, reading.name) in wanted
    }
    for key, series in members.items():
        if key not in readings or missed:
            at = series.at[-1] + info.every if missed and series.at else last.at
            members[key] = _append(series, min(at, last.at), nan)
    for key, reading in readings.items():
        series = members.get(key) or Series(info.name, reading.name, reading.labels, reading.unit)
        members[key] = _append(series, last.at, reading.value)
    return members


def _prune(members: Mapping[Member, Series], now: float) -> dict[Member, Series]:
    kept = {key: series for key, series in members.items() if series.at and now - series.at[-1] < FORGET}
    if len(kept) > MEMBERS:
        newest = sorted(kept, key=lambda key: kept[key].at[-1], reverse=True)[:MEMBERS]
        kept = {key: kept[key] for key in kept.keys() & set(newest)}
    return kept


def _append(series: Series, at: float, value: float) -> Series:
    """Return the ring with one point more; a gap is stored once, and a clock that went back cuts the ring."""
    if series.at and at <= series.at[-1]:
        series = _part(series, 0, bisect_left(series.at, at))
    if isnan(value) and (not series.mean or isnan(series.mean[-1])):
        return series
    mean = (*series.mean, value)
    raw = series.low is series.mean
    low, high = (mean, mean) if raw else ((*series.low, value), (*series.high, value))
    return _thin(replace(series, at=(*series.at, at), low=low, mean=mean, high=high))


def _part(series: Series, start: int, end: int) -> Series:
    mean = series.mean[start:end]
    raw = series.low is series.mean
    low, high = (mean, mean) if raw else (series.low[start:end], series.high[start:end])
    return replace(series, at=series.at[start:end], low=low, mean=mean, high=high)


def _joined(parts: tuple[Series, ...], into: Series) -> Series:
    return replace(
        into,
        at=tuple(at for part in parts for at in part.at),
        low=tuple(low for part in parts for low in part.low),
        mean=tuple(mean for part in parts for mean in part.mean),
        high=tuple(high for part in parts for high in part.high),
        step=0.0,
    )


def _merge(live: Series, stored: Series) -> Series:
    """Return live before, stored, live after: the store also knows what this console did not see."""
    first, last = stored.at[0], stored.at[-1] + stored.step / 2
    before = _part(live, 0, bisect_left(live.at, first))
    after = _part(live, bisect_right(live.at, last), len(live.at))
    return _joined((before, stored, after), live)


def _with_gaps(stored: Series, every: float) -> Series:
    """Return the stored course, each point in the middle of its span, with NaN where points are missing."""
    longest = max(stored.step, every) * 2.5
    at: list[float] = []
    kept: list[tuple[float, float, float]] = []
    for start, low, mean, high in zip(stored.at, stored.low, stored.mean, stored.high, strict=True):
        middle = start + stored.step / 2
        if at and middle - at[-1] > longest:
            at.append(at[-1] + longest / 2.5)
            kept.append((nan, nan, nan))
        at.append(middle)
        kept.append((low, mean, high))
    low_column, mean_column, high_column = zip(*kept, strict=True)
    return replace(stored, at=tuple(at), low=low_column, mean=mean_column, high=high_column)


def _thin(series: Series) -> Series:
    """Return a ring within its limit: its newest third as it is, what is older in equal spans of time."""
    if len(series.at) <= LIMIT:
        return series
    series = _part(series, bisect_left(series.at, series.at[-1] - FORGET), len(series.at))
    recent = max(0, len(series.at) - LIMIT // 3)
    old = _part(series, 0, recent)
    span = (old.at[-1] - old.at[0]) / (LIMIT // 3) or 1.0 if old.at else 1.0

    def place(index: int) -> tuple[int, bool]:
        return int(old.at[index] // span), isnan(old.mean[index])

    points = [_merged(old, tuple(group)) for _, group in groupby(range(recent), key=place)]
    times, lows, means, highs = zip(*points, strict=True) if points else ((), (), (), ())
    thinner = replace(series, at=times, low=lows, mean=means, high=highs)
    return _joined((thinner, _part(series, recent, len(series.at))), series)


def _merged(old: Series, group: tuple[int, ...]) -> tuple[float, float, float, float]:
    """Return one point that stands for neighbours."""
    at = sum(old.at[index] for index in group) / len(group)
    mean = sum(old.mean[index] for index in group) / len(group)
    return at, min(old.low[index] for index in group), mean, max(old.high[index] for index in group)
