"""Owns spans of time in which a check had one level, and the system's, made of those of its checks. Pure.

Where there is no span nothing is known: no agent ran, or there was no result that counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from checks.model import Level


@dataclass(frozen=True, slots=True)
class LevelSpan:
    """From one moment to another a check had one level; UTC seconds."""

    began: float
    ended: float
    level: Level
    planned: bool = False
    """Whether it was in maintenance: planned work was done on what it looks at."""

    @property
    def seconds(self) -> float:
        """Return how long it lasted."""
        return self.ended - self.began


def clipped(spans: Iterable[LevelSpan], since: float, until: float) -> tuple[LevelSpan, ...]:
    """Return what of the spans lies between two moments, in order; time that two tell of counts once."""
    found: list[LevelSpan] = []
    at = since
    for span in sorted(spans, key=lambda span: span.began):
        began, ended = max(at, span.began), min(until, span.ended)
        if began < ended:
            found.append(replace(span, began=began, ended=ended))
            at = ended
    return tuple(found)


def filled(spans: Iterable[LevelSpan], since: float, until: float) -> tuple[LevelSpan, ...]:
    """Return the spans between two moments with what is not known between them as UNKNOWN."""
    found: list[LevelSpan] = []
    at = since
    for span in clipped(spans, since, until):
        if span.began > at:
            found.append(LevelSpan(at, span.began, Level.UNKNOWN))
        found.append(span)
        at = span.ended
    if at < until:
        found.append(LevelSpan(at, until, Level.UNKNOWN))
    return tuple(found)


def together(
    by_check: Mapping[str, Sequence[LevelSpan]], names: Collection[str], since: float, until: float
) -> tuple[LevelSpan, ...]:
    """Return the level of several checks as one: the worst; UNKNOWN where one is and none is CRIT.

    It is planned where all that have this level were in maintenance.
    """
    columns = [filled(by_check.get(name, ()), since, until) for name in names]
    edges = sorted({edge for column in columns for span in column for edge in (span.began, span.ended)})
    places = [0] * len(columns)
    found: list[LevelSpan] = []
    for began, ended in pairwise(edges):
        for place, column in enumerate(columns):
            while column[places[place]].ended <= began:
                places[place] += 1
        now = [column[place] for column, place in zip(columns, places, strict=True)]
        level = max((span.level for span in now), key=_rank)
        found.append(LevelSpan(began, ended, level, all(span.planned for span in now if span.level is level)))
    return tuple(_joined(found))


def _rank(level: Level) -> int:
    return (Level.OK, Level.WARN, Level.UNKNOWN, Level.CRIT).index(level)


def _joined(spans: Iterable[LevelSpan]) -> Iterator[LevelSpan]:
    """Yield the spans with those made one that say the same one after the other."""
    last: LevelSpan | None = None
    for span in spans:
        if last is not None and (last.level, last.planned, last.ended) == (
            span.level,
            span.planned,
            span.began,
        ):
            last = replace(last, ended=span.ended)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
