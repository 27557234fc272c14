"""Owns the values of alerts: routes, what is said of a check, what a route has been told. Frozen, plain."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.board import CheckInfo
from checks.model import Level
from checks.recurrence.hours import Hours
from checks.secrets import SecretText

REPEAT = 4 * 3600.0
"""Seconds after which a trouble that lasts is told again, where a route does not say."""
DUE = 0.0
"""Of a trouble that people were told of before they were not to be told: it is told again at once."""
WAIT = 30.0
"""Seconds that a message waits for more to happen, where a route does not say."""


class Condition(enum.StrEnum):
    """What is said of a check: a confirmed level, or that it has none for it flaps."""

    OK = "OK"
    WARN = "WARN"
    CRIT = "CRIT"
    UNKNOWN = "UNKNOWN"
    FLAPPING = "FLAPPING"

    @property
    def severity(self) -> int:
        """Return the rank for "worst first"; a check that flaps is as bad as WARN."""
        return Level.WARN.severity if self is Condition.FLAPPING else Level(self.value).severity


@dataclass(frozen=True, slots=True)
class News:
    """Something that has happened and is to be told once: a walk that failed, an alert from outside."""

    seq: int
    """Rises from one to the next."""
    key: str
    """What is told of again only after a while."""
    condition: Condition
    title: str
    text: str
    at: float
    """UTC seconds."""
    check: str = ""
    """The check that it concerns; empty when it concerns none."""
    runbook: str = ""
    """The runbook that did not come to a good end, or not to a beginning; empty when it is about none."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way to people, and what goes by it."""

    name: str
    url: SecretText
    level: Level = Level.WARN
    """The least that is told: WARN, which UNKNOWN comes with, or CRIT."""
    groups: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    """Checks by name; with `groups` empty too: all."""
    hours: Hours | None = None
    """When it may be used; None: always."""
    repeat: float = REPEAT
    """Seconds after which a trouble that lasts is told again."""
    wait: float = WAIT
    """Seconds for which a message waits for what else happens."""

    def covers(self, info: CheckInfo) -> bool:
        """Return whether it tells of this check."""
        everything = not self.groups and not self.checks
        return everything or info.group in self.groups or info.name in self.checks

    def carries(self, news: News, info: CheckInfo | None) -> bool:
        """Return whether it tells of something that has happened; `info` is of the check that it concerns."""
        everything = not self.groups and not self.checks
        is_bad_enough = self.level is not Level.CRIT or news.condition is Condition.CRIT
        return is_bad_enough and (self.covers(info) if info is not None else everything)

    def is_open(self, at: float) -> bool:
        """Return whether it may be used at this moment."""
        return self.hours is None or self.hours.include(at)


@dataclass(frozen=True, slots=True)
class Told:
    """A trouble that a route was told of and that is not over for it."""

    condition: Condition
    at: float
    """When it was told last, UTC seconds; `DUE` when it is to be told again as soon as people are told."""


@dataclass(frozen=True, slots=True)
class RouteState:
    """What one route has been told, and since when something waits to be."""

    told: Mapping[str, Told] = field(default_factory=dict)
    """Check -> trouble."""
    waiting_since: float | None = None
    """UTC seconds; None when nothing waits."""
    news: int = -1
    """Number of the last news that it was told of, or that are not its; -1 before the first look."""


@dataclass(frozen=True, slots=True)
class Item:
    """One check in a message."""

    check: str
    title: str
    before: Condition | None
    """What was told before; OK when nothing was, and None when no other level was seen either."""
    now: Condition
    since: float
    """UTC seconds; 0 when nobody knows."""
    summary: str
    reminder: bool = False
    """Told again, for it lasts."""
    happened: bool = False
    """Told once, for it is no state: `since` is when it happened."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one route, from when it was decided until it was taken or given up."""

    key: str
    """Tells it from every other; one that arrives twice bears the same."""
    route: str
    subject: str
    body: str
    created: float
    """UTC seconds, as all that follows."""
    due: float
    """When it is to be tried next."""
    attempts: int = 0
    error: str = ""
    """Why it was not taken at the last attempt."""
    sent_at: float = 0.0
    given_up_at: float = 0.0

    @property
    def waits(self) -> bool:
        """Return whether it is still to be delivered."""
        return not self.sent_at and not self.given_up_at
