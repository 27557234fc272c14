"""Owns what reports are made of: a time, a system, and two pictures to read in, of its journal and its store.

The pictures are contracts: what sections reckon can be tested without a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from checks.board import CheckInfo
from checks.model import HistoryQuery, Result, Series
from checks.recurrence.zones import zone_named
from checks.slo.spans import LevelSpan
from checks.storage.past import Measured
from checks.system import System
from runbooks.events import Entry, Event
from runbooks.windows.fold import NONE
from runbooks.windows.state import WindowState


class Rows(Protocol):
    """The rows of a journal."""

    def rows(self, kinds: tuple[type[Event], ...], since: float, until: float) -> tuple[Entry, ...]:
        """Return the rows of these kinds from one moment until before another, in their order."""
        ...

    def walk(self, walk: str) -> tuple[Entry, ...]:
        """Return all rows of a walk or of a list."""
        ...

    def walks_open(self, since: float, until: float) -> tuple[str, ...]:
        """Return the walks that were open at any time from one moment until before another, in order."""
        ...


class Results(Protocol):
    """The results and readings of a store."""

    def newest(self) -> dict[str, Result]:
        """Return the last result of each check."""
        ...

    def results(self, check: str, limit: int) -> tuple[Result, ...]:
        """Return the last results of a check, newest first."""
        ...

    def measured(self) -> tuple[Measured, ...]:
        """Return every reading that there is a course of."""
        ...

    def courses(self, query: HistoryQuery) -> tuple[Series, ...]:
        """Return the courses that the query asks for."""
        ...

    def spans(self, names: Iterable[str], since: float, until: float) -> Mapping[str, tuple[LevelSpan, ...]]:
        """Return how long these checks had which level between two moments."""
        ...


class NoRows:
    """A journal that there is not."""

    def rows(self, kinds: tuple[type[Event], ...], since: float, until: float) -> tuple[Entry, ...]:
        """Return nothing."""
        return ()

    def walk(self, walk: str) -> tuple[Entry, ...]:
        """Return nothing."""
        return ()

    def walks_open(self, since: float, until: float) -> tuple[str, ...]:
        """Return nothing."""
        return ()


class NoResults:
    """A store that there is not."""

    def newest(self) -> dict[str, Result]:
        """Return nothing."""
        return {}

    def results(self, check: str, limit: int) -> tuple[Result, ...]:
        """Return nothing."""
        return ()

    def measured(self) -> tuple[Measured, ...]:
        """Return nothing."""
        return ()

    def courses(self, query: HistoryQuery) -> tuple[Series, ...]:
        """Return nothing."""
        return ()

    def spans(self, names: Iterable[str], since: float, until: float) -> Mapping[str, tuple[LevelSpan, ...]]:
        """Return nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class Material:
    """All that the sections of one report may look at."""

    system: System
    since: float
    """UTC seconds, as the times below."""
    until: float
    made_at: float
    journal: Rows = field(default_factory=NoRows)
    store: Results = field(default_factory=NoResults)
    window: WindowState = NONE
    """The window that is told of; one without a name when a period is."""

    @property
    def zone(self) -> tzinfo:
        """Return the zone that times are told in."""
        return zone_named(self.system.info.timezone)

    @property
    def checks(self) -> tuple[CheckInfo, ...]:
        """Return the checks of the system."""
        return self.system.info.checks

    def entries(self, *kinds: type[Event], before: float = 0.0, after: float = 0.0) -> tuple[Entry, ...]:
        """Return the rows of these kinds in the time told of, and so many seconds before and after it."""
        return self.journal.rows(kinds, self.since - before, self.until + after)

    def chosen(
        self, kinds: Iterable[str], groups: Iterable[str], words: Iterable[str]
    ) -> tuple[CheckInfo, ...]:
        """Return the checks of these kinds, in these groups, or with one of the words in their names."""
        known, headings, said = set(kinds), {group.casefold() for group in groups}, set(words)
        return tuple(
            info
            for info in self.checks
            if info.kind in known
            or info.group.casefold() in headings
            or said & set(info.name.casefold().replace("_", "-").replace(".", "-").split("-"))
        )
