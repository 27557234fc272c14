"""Owns what is at the same time: windows and tasks that overlap, told once for each pair. Pure.

Tasks that come with a window are within it: whether they fit is `fitting.py`'s to say. What comes many times
a day lies beside everything and is left out. What is not over when it begins again counts once for each
other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import tzinfo

from checks.recurrence.timing import Span
from runbooks.calendar.plan import TaskPlan
from runbooks.calendar.planned import AHEAD, Planned, Usual, all_planned, often, spoken
from runbooks.calendar.state import Slot
from runbooks.windows.plan import WindowPlan

MOST_PAIRS = 500_000
"""Times that two are at the same time, all of them together, that are looked at."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two that are at the same time, again and again."""

    one: Planned
    """The first time of the one that begins first, then."""
    other: Planned
    both: Span
    """When both are, the first time."""
    count: int = 1
    """Times in the time that was looked at."""
    is_cut: bool = False
    """Whether there are so many of all together that not all were counted."""

    def words(self, zone: tzinfo) -> str:
        """Return it as a warning."""
        names = f"{self.one.slot} {self.one.name} and {self.other.slot} {self.other.name}"
        if self.one.name == self.other.name and self.one.slot == self.other.slot:
            names = f"{self.one.slot} {self.one.name} is not over when it begins again; they"
        more = " or more" if self.is_cut else ""
        again = f", {self.count}{more} times in 14 months" if self.count > 1 or self.is_cut else ""
        return f"{names} overlap, next on {spoken(self.both.start, zone)}{again}"


def overlaps(
    windows: Iterable[WindowPlan],
    tasks: Iterable[TaskPlan],
    usual: Usual,
    start: float,
    end: float | None = None,
) -> tuple[Overlap, ...]:
    """Return what overlaps between two moments, in the order in which it first does."""
    rare = [task for task in tasks if not (task.follows or often(task.timing.timing))]
    wide = [window for window in windows if not often(window.timing)]
    planned = all_planned(wide, rare, usual, start, start + AHEAD if end is None else end)
    found: dict[frozenset[tuple[Slot, str]], Overlap] = {}
    counts: dict[frozenset[tuple[Slot, str]], int] = {}
    pairs = _pairs(planned)
    for one, other, both in itertools.islice(pairs, MOST_PAIRS):
        key = frozenset(((one.slot, one.name), (other.slot, other.name)))
        if key not in found:
            found[key] = Overlap(one, other, both)
        counts[key] = counts.get(key, 0) + 1
    is_cut = next(pairs, None) is not None
    return tuple(replace(one, count=counts[key], is_cut=is_cut) for key, one in found.items())


def _pairs(planned: Iterable[Planned]) -> Iterator[tuple[Planned, Planned, Span]]:
    """Yield each two that overlap, and when; of one name only the newest that still goes on is looked at."""
    going: dict[tuple[Slot, str], Planned] = {}
    for one in planned:
        start = one.span.start
        going = {key: other for key, other in going.items() if other.span.end > start}
        for other in going.values():
            if not (_is_within(one, other) or _is_within(other, one)):
                yield other, one, Span(start, min(one.span.end, other.span.end))
        if one.span.end > start:
            key = (one.slot, one.name)
            going.pop(key, None)
            going[key] = one


def _is_within(one: Planned, other: Planned) -> bool:
    """Return whether one is a task of the other, a window."""
    return one.slot is Slot.TASK and other.slot is Slot.WINDOW and one.window == other.name
