"""Material for reports: a journal and a store in memory, for tests of sections and of documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from checks.board import CheckInfo, SystemInfo
from checks.model import HistoryQuery, Level, Observation, Reading, Result, Series, Table, Verdict
from checks.slo.spans import LevelSpan
from checks.storage.past import Measured
from checks.system import System
from runbooks.events import Entry, Event
from runbooks.material import Material
from runbooks.operators import WALKDOWN, Operator
from runbooks.walk_events import WalkEnded, WalkOpened
from runbooks.window_events import WindowOpened
from runbooks.windows.past import past_windows
from tests.runbooks.reports.telling import START

HOUR, DAY = 3600.0, 86400.0


class Rows:
    """A journal in memory."""

    def __init__(self) -> None:
        self.all: list[Entry] = []

    def add(self, at: float, event: Event, by: Operator = WALKDOWN, walk: str = "") -> Entry:
        """Write a row that was written then."""
        entry = Entry(len(self.all) + 1, walk, at, 0.0, "boot", "host1", by, event)
        self.all.append(entry)
        return entry

    def take(self, entries: Iterable[Entry]) -> None:
        """Take rows of a walk that was told elsewhere."""
        self.all += entries

    def rows(self, kinds: tuple[type[Event], ...], since: float, until: float) -> tuple[Entry, ...]:
        return tuple(one for one in self.all if isinstance(one.event, kinds) and since <= one.at < until)

    def walk(self, walk: str) -> tuple[Entry, ...]:
        return tuple(one for one in self.all if one.walk == walk)

    def walks_open(self, since: float, until: float) -> tuple[str, ...]:
        over = {one.walk for one in self.rows((WalkEnded,), 0.0, since)}
        begun = self.rows((WalkOpened,), 0.0, until)
        return tuple(one.walk for one in begun if one.walk not in over)


@dataclass
class Kept:
    """A store in memory."""

    last: dict[str, Result] = field(default_factory=dict)
    series: dict[tuple[str, str], tuple[Series, ...]] = field(default_factory=dict)
    levels: dict[str, tuple[LevelSpan, ...]] = field(default_factory=dict)

    def newest(self) -> dict[str, Result]:
        return self.last

    def results(self, check: str, limit: int) -> tuple[Result, ...]:
        return (self.last[check],) if check in self.last else ()

    def measured(self) -> tuple[Measured, ...]:
        return tuple(
            Measured(check, reading, one.labels, one.unit)
            for (check, reading), found in self.series.items()
            for one in found
        )

    def courses(self, query: HistoryQuery) -> tuple[Series, ...]:
        found = self.series.get((query.check, query.reading), ())
        return tuple(one for one in found if set(query.labels) <= set(one.labels))

    def spans(self, names: Iterable[str], since: float, until: float) -> Mapping[str, tuple[LevelSpan, ...]]:
        return {name: self.levels[name] for name in names if name in self.levels}

    def measure(
        self, check: str, reading: str, values: Iterable[float], unit: str = "", labels=(), step: float = HOUR
    ) -> None:
        """Have these values measured, the last one a step before the end."""
        numbers = tuple(values)
        at = tuple(START - step * (len(numbers) - place) for place in range(len(numbers)))
        course = Series(check, reading, labels, unit, at, numbers, numbers, numbers, step)
        self.series[check, reading] = (*self.series.get((check, reading), ()), course)

    def see(
        self,
        check: str,
        level: Level = Level.OK,
        summary: str = "as it should be",
        readings: tuple[Reading, ...] = (),
        rows: tuple[tuple[str, ...], ...] = (),
        verdicts: tuple[Verdict, ...] = (),
        age: float = 1.0,
    ) -> None:
        """Have a check looked at."""
        table = Table(("what",) * len(rows[0]), rows) if rows else Table()
        seen = Observation(summary, level, "refused" if level is Level.CRIT else "", readings, table)
        self.last[check] = Result(check, level, START - age, 0.1, seen, verdicts)


def system(*checks: CheckInfo, **sections) -> System:
    """Return a system with these checks and sections."""
    return System(SystemInfo("shop", "The shop", timezone="UTC", checks=checks), sections=sections)


def material(
    the_system: System, rows: Rows | None = None, kept: Kept | None = None, days: float = 1.0
) -> Material:
    """Return what a report on the last days is made of."""
    return Material(the_system, START - days * DAY, START, START, rows or Rows(), kept or Kept())


def window_material(the_system: System, rows: Rows, kept: Kept | None = None) -> Material:
    """Return what a report on the last window in the rows is made of."""
    last = past_windows(one for one in rows.all if not one.walk)[-1]
    until = last.closed_at or START
    return Material(the_system, last.opened_at, until, START + HOUR, rows, kept or Kept(), last)


def opened(rows: Rows, name: str = "weekly", ago: float = 3 * HOUR, lasts: float = 2 * HOUR) -> float:
    """Have a planned window opened, and return when."""
    at = START - ago
    rows.add(at, WindowOpened(name, at + lasts, at + lasts), WALKDOWN)
    return at
