"""Owns what a baseline is made of, and what is different since: levels, and readings that moved. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping

import msgspec

from checks.board import CheckState, Snapshot
from checks.model import Labels, Level
from runbooks.comparison import Changed, Comparison, MovedReading
from runbooks.operators import Operator
from runbooks.window_events import BaselineTaken, SeenReading

MOST_READINGS = 40
"""Readings that are kept of one check."""
RELATIVE = 0.25
"""A reading has moved when it is that much of itself away from what it was, and more than its floor."""
FLOORS = {"s": 0.05, "B": 64.0 * 1024**2, "%": 5.0, "B/s": 1024.0**2, "/s": 1.0}
"""By unit: smaller changes are noise. Shares are compared in points only."""
_DURATION = re.compile(r"latency|elapsed|duration|response|_time|time_")
_ROOM = re.compile(r"free|avail|idle|left|hit")
"""Readings of which less is more to worry about."""


class BaselineHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """A baseline in a list."""

    seq: int
    """The row of the journal that holds it."""
    name: str
    occasion: str
    at: float
    by: Operator = Operator()
    levels: dict[str, int] = {}
    """How many checks had each level."""


def baseline_of(snapshot: Snapshot, name: str, occasion: str) -> BaselineTaken:
    """Return what is kept of a picture of the board under a name."""
    return BaselineTaken(
        name,
        occasion,
        {state.name: state.level.value for state in snapshot.states},
        {state.name: found for state in snapshot.states if (found := _readings(state))},
    )


def is_complete(snapshot: Snapshot) -> bool:
    """Return whether every check was looked at."""
    return all(state.last.at for state in snapshot.states)


def difference(
    before: BaselineTaken, taken_at: float, snapshot: Snapshot, expected: Container[str] = ()
) -> Comparison:
    """Return what is different now from a baseline; `expected` are the checks that may fail now."""
    known = [state for state in snapshot.states if state.name in before.levels]
    names = {state.name for state in snapshot.states}
    pairs = [(state, Level(before.levels[state.name])) for state in known]
    worse = [_changed(state, was) for state, was in pairs if state.level.severity > was.severity]
    return Comparison(
        before.name,
        taken_at,
        snapshot.at,
        tuple(one for one in worse if one.check not in expected),
        tuple(
            _changed(state, was)
            for state, was in pairs
            if state.level is not Level.OK and was.severity >= state.level.severity
        ),
        tuple(_changed(s, was) for s, was in pairs if s.level is Level.OK and was is not Level.OK),
        tuple(moved for state in known for moved in _moved(state, before.readings.get(state.name, ()))),
        tuple(name for name in before.levels if name not in names),
        tuple(state.name for state in snapshot.states if state.name not in before.levels),
        tuple(one for one in worse if one.check in expected),
    )


def _changed(state: CheckState, was: Level) -> Changed:
    return Changed(state.name, was.value, state.level.value, state.last.summary)


def _readings(state: CheckState) -> tuple[SeenReading, ...]:
    """Return the readings that are worth keeping: those that rules judge first, then those with a unit."""
    judged = {verdict.reading for verdict in state.last.verdicts}
    worth = [r for r in state.last.observation.readings if r.unit or r.name in judged]
    worth.sort(key=lambda reading: reading.name not in judged)
    return tuple(SeenReading(r.name, r.value, r.unit, r.labels) for r in worth[:MOST_READINGS])


def _moved(state: CheckState, before: tuple[SeenReading, ...]) -> Iterator[MovedReading]:
    was: Mapping[tuple[str, Labels], SeenReading] = {(one.name, one.labels): one for one in before}
    for reading in state.last.observation.readings:
        old = was.get((reading.name, reading.labels))
        if old is None or old.unit != reading.unit or not _has_moved(old.value, reading.value, old.unit):
            continue
        word = _word(reading.name, reading.unit, reading.value > old.value)
        yield MovedReading(
            state.name, reading.name, reading.unit, old.value, reading.value, word, reading.labels
        )


def _has_moved(before: float, now: float, unit: str) -> bool:
    change = abs(now - before)
    if unit not in FLOORS or not change >= FLOORS[unit]:
        return False
    return unit == "%" or change >= RELATIVE * abs(before)


def _word(reading: str, unit: str, grown: bool) -> str:
    if unit == "s" and _DURATION.search(reading):
        return "slower" if grown else "faster"
    if unit in ("B", "%"):
        return "fuller" if grown != bool(_ROOM.search(reading)) else "emptier"
    return "more" if grown else "less"
