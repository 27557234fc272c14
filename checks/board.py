"""Owns the fold of results into the state of every check: Icinga's soft and hard states, STALE, roll-up.

`fold` and its siblings are pure: a snapshot and an event give the next snapshot. Nothing else changes state.
Sources: Icinga 2 documentation, chapters 3 (hard and soft states, dependencies) and 8 (flapping 25/30 %
over the last 20 results).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from checks.model import NEVER, Level, Result


class Health(enum.StrEnum):
    """The roll-up of a group or of the system."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"
    UNKNOWN = "unknown"
    """Nothing has been measured yet."""


@dataclass(frozen=True, slots=True)
class CheckInfo:
    """What a console needs to know of a check's definition; constant while the agent runs."""

    name: str
    kind: str
    title: str = ""
    group: str = ""
    every: float = 30.0
    timeout: float = 10.0
    attempts: int = 3
    needs: tuple[str, ...] = ()
    mandatory: bool = False
    refs: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    """The kind's options as text, secrets masked, for the detail view."""

    @property
    def stale_after(self) -> float:
        """Return the age in seconds from which a result no longer counts (reliability G6)."""
        return self.every + self.timeout + 15.0


@dataclass(frozen=True, slots=True)
class CheckState:
    """The state of one check, folded from all its results so far."""

    name: str
    last: Result = NEVER
    level: Level = Level.UNKNOWN
    """The level shown: that of the last result, or UNKNOWN while stale or never probed."""
    hard: Level = Level.UNKNOWN
    """The last level that was confirmed by `attempts` results in a row, or by one OK."""
    attempt: int = 0
    """Results in a row that were not OK, counted up to `attempts`; 0 while OK."""
    is_hard: bool = False
    """False while a new problem is soft: seen, but not yet often enough."""
    since: float = 0.0
    """When the shown level was first seen, UTC seconds; 0 before the first result."""
    stale: bool = False
    blocked_by: str = ""
    """The needed check that is CRIT: the root cause, when this one has one."""
    flapping: bool = False
    changes: tuple[bool, ...] = ()
    """For each of the last 20 results, whether its level differed from the one before."""
    missed: int = 0
    """Probes left out because the one before was still running (reliability G5)."""
    running: bool = False
    """A probe is under way."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the operator must know about walkdown itself, such as an unwritable store."""

    source: str
    """Who says it: `store`, `config`, `clock`. A new notice of a source replaces its old one."""
    text: str
    level: Level = Level.WARN
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class SystemInfo:
    """What a console needs to know of the system; constant while the agent runs."""

    name: str = ""
    title: str = ""
    environment: str = ""
    """Free text of the badge; `production` asks more of the operator."""
    timezone: str = ""
    """IANA name; empty: that of the host."""
    source: str = ""
    """The folder or file it was loaded from; empty when it was discovered."""
    checks: tuple[CheckInfo, ...] = ()
    keymap: tuple[tuple[str, str], ...] = ()
    """Binding id and keys, from the configuration."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One immutable picture of the whole board: what screens and reports draw."""

    number: int = 0
    at: float = 0.0
    """When it was taken, UTC seconds."""
    states: tuple[CheckState, ...] = ()
    """In the order of the definitions."""
    notices: tuple[Notice, ...] = ()
    health: Health = Health.UNKNOWN

    def state(self, name: str) -> CheckState:
        """Return the state of the check of that name.

        Raises:
            KeyError: when there is none.
        """
        for state in self.states:
            if state.name == name:
                return state
        raise KeyError(name)

    def counts(self) -> dict[Level, int]:
        """Return how many checks show each level, all four levels present."""
        counts = dict.fromkeys(Level, 0)
        for state in self.states:
            counts[state.level] += 1
        return counts


EMPTY = Snapshot()
