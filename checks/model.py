"""Owns the values that flow: readings, observations, results. Frozen, plain, wire-ready.

Nothing here knows a kind, a file or a socket. Every value can be encoded by msgspec as it stands.
Times named `at` are UTC seconds since the epoch; spans are seconds.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

Labels = tuple[tuple[str, str], ...]
"""Label names and values in declared order, such as `(("mount", "/var"),)`."""


class Level(enum.StrEnum):
    """The judgement of one check. UNKNOWN means "we could not measure", never "bad"."""

    OK = "OK"
    WARN = "WARN"
    CRIT = "CRIT"
    UNKNOWN = "UNKNOWN"

    @property
    def severity(self) -> int:
        """Return the rank for "worst first": OK 0, UNKNOWN 1, WARN 2, CRIT 3."""
        return _SEVERITY[self]

    @property
    def exit_code(self) -> int:
        """Return the code of the monitoring-plugins contract: 0, 1, 2, 3."""
        return _EXIT_CODE[self]

    @property
    def letter(self) -> str:
        """Return the one cell that stands for the level where there is no room: one ASCII character."""
        return _LETTER[self]


_SEVERITY = {Level.OK: 0, Level.UNKNOWN: 1, Level.WARN: 2, Level.CRIT: 3}
_EXIT_CODE = {Level.OK: 0, Level.WARN: 1, Level.CRIT: 2, Level.UNKNOWN: 3}
_LETTER = {Level.OK: "O", Level.WARN: "W", Level.CRIT: "C", Level.UNKNOWN: "?"}


def worst(levels: tuple[Level, ...]) -> Level:
    """Return the most severe of the levels; OK for none."""
    return max(levels, key=lambda level: level.severity, default=Level.OK)


@dataclass(frozen=True, slots=True)
class Reading:
    """One named number that a probe saw, in the base unit that its kind declares."""

    name: str
    value: float
    unit: str = ""
    """Base unit: `s`, `B`, `%`, `B/s`, `/s`, or empty for a count. See `checks/units.py`."""
    labels: Labels = ()
    """What tells this reading from its siblings; empty when there is only one."""


@dataclass(frozen=True, slots=True)
class Table:
    """A small table of what was seen: column titles and rows of text cells."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


EMPTY_TABLE = Table()


@dataclass(frozen=True, slots=True)
class Observation:
    """What one probe saw. Text in it is untrusted until the runner has passed it on."""

    summary: str
    """One line for a table cell, without the check's name."""
    level: Level = Level.OK
    """The kind's own verdict about what was expected of the target; numbers are judged by rules."""
    error_class: str = ""
    """Stable code when the verdict is not OK: `refused`, `http_5xx`, `assertion`, ... See `errors.py`."""
    readings: tuple[Reading, ...] = ()
    rows: Table = EMPTY_TABLE
    detail: str = ""
    """Evidence for the detail view, several lines, at most 8 KiB once stored."""


@dataclass(frozen=True, slots=True)
class Streak:
    """How long one rule's condition has held without a break: the memory of `for ...`."""

    rule: str
    """The rule as written; identifies it across a restart."""
    held: float
    """Seconds for which the condition has been seen to hold."""
    samples: int
    """How many results in a row it held, this one included."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule beside the value that it was judged on, for the detail view and for reasons."""

    rule: str
    level: Level
    """The level that the rule asks for when it fires."""
    firing: bool
    """True when it decided the level now; false while it holds not, or not yet long enough."""
    value: float | None
    """The deciding reading's value in its base unit; None when the reading was absent."""
    bound: float
    unit: str
    labels: Labels = ()
    """The labels of the deciding member, so that the worst one is named."""
    pending: str = ""
    """Why it does not fire yet although its condition holds: `holds 4 m of 15 m`."""
    reading: str = ""
    """Name of the reading that the rule judges, so that its bound can be drawn beside the values."""


@dataclass(frozen=True, slots=True)
class Result:
    """An observation, dated and judged: what the runner makes of one probe of one check."""

    check: str
    level: Level
    at: float
    """When the probe began, UTC seconds."""
    elapsed: float
    observation: Observation
    verdicts: tuple[Verdict, ...] = ()
    streaks: tuple[Streak, ...] = ()
    maintenance: bool = False
    """Whether planned work was done on what it looked at."""
    counts_for: float = 0.0
    """Seconds after which it is stale, when no other result has come."""

    @property
    def error_class(self) -> str:
        """Return the stable code of the failure; empty when there is none."""
        return self.observation.error_class

    @property
    def summary(self) -> str:
        """Return the one line that says what was seen, with the firing rule when a number decided."""
        reasons = [verdict.rule for verdict in self.verdicts if verdict.firing]
        if not reasons:
            return self.observation.summary
        return f"{self.observation.summary} ({'; '.join(reasons)})"


NEVER = Result(check="", level=Level.UNKNOWN, at=0.0, elapsed=0.0, observation=Observation("not probed yet"))
"""The result of a check that has not been probed."""


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Asks for the course of one reading of one check; every member when no labels are given."""

    check: str
    reading: str
    since: float
    until: float
    labels: Labels = ()
    points: int = 200
    """At most so many points for each series; the store picks raw, minute or hour data to fit."""


@dataclass(frozen=True, slots=True)
class Series:
    """The course of one reading: equally long columns; a gap in time means that nothing was measured."""

    check: str
    reading: str
    labels: Labels = ()
    unit: str = ""
    at: tuple[float, ...] = ()
    """Start of each point's span, UTC seconds, rising."""
    low: tuple[float, ...] = ()
    mean: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    step: float = 0.0
    """Seconds that one point stands for; 0 for raw data."""
