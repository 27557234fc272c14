"""Owns what is at the same time: windows and tasks that overlap, told once for each pair. Pure.

Tasks that come with a window are within it: whether they fit is `fitting.py`'s to say. What comes many times
a day lies beside everything and is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo

from checks.recurrence.timing import Span
from runbooks.calendar.plan import TaskPlan
from runbooks.calendar.planned import AHEAD, Planned, Usual, all_planned, often, spoken
from runbooks.calendar.state import Slot
from runbooks.windows.plan import WindowPlan


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

    def words(self, zone: tzinfo) -> str:
        """Return it as a warning."""
        names = f"{self.one.slot} {self.one.name} and {self.other.slot} {self.other.name}"
        if self.one.name == self.other.name and self.one.slot == self.other.slot:
            names = f"{self.one.slot} {self.one.name} is not over when it begins again; they"
        again = f", {self.count} times in 14 months" if self.count > 1 else ""
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
    found: dict[tuple[str, ...], Overlap] = {}
    for one, other, both in _pairs(planned):
        key = tuple(sorted((f"{one.slot} {one.name}", f"{other.slot} {other.name}")))
        known = found.get(key)
        if known is None:
            found[key] = Overlap(one, other, both)
        else:
            found[key] = Overlap(known.one, known.other, known.both, known.count + 1)
    return tuple(found.values())


def _pairs(planned: Iterable[Planned]) -> Iterator[tuple[Planned, Planned, Span]]:
    """Yield each two that overlap, and when."""
    going: list[Planned] = []
    for one in planned:
        start = one.span.start
        going = [other for other in going if other.span.end > start]
        for other in going:
            if not (_is_within(one, other) or _is_within(other, one)):
                yield other, one, Span(start, min(one.span.end, other.span.end))
        if one.span.end > start:
            going.append(one)


def _is_within(one: Planned, other: Planned) -> bool:
    """Return whether one is a task of the other, a window."""
    return one.slot is Slot.TASK and other.slot is Slot.WINDOW and one.window == other.name
