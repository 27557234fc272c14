"""Owns when something is done about a trouble without a person: the rule, its caps, its pauses. Pure.

Nothing is done in maintenance, about what somebody has silenced or sees to, about what has another root
cause, or about what could not be measured. Each run counts for its hour, well or not, so that what dies again
and again is restarted ever more slowly and then left to a person.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from checks.board import CheckState
from checks.model import Level
from checks.units import read, read_limit

SECTION = "responses"
TIMES, MOST, BACKOFF = 3, "3 per 1 h", 300.0
"""What holds where a response does not say."""
FRESH = 900.0
"""Seconds for which an alert from outside calls for something to be done."""


@dataclass(frozen=True, slots=True)
class Response:
    """A runbook that is walked when a check has been bad so many times in a row."""

    name: str
    check: str
    """Empty when it answers to an alert from outside."""
    runbook: str
    level: Level = Level.CRIT
    """The least that it answers to."""
    times: int = TIMES
    """Results in a row."""
    most: int = 3
    """Runs that there may be within `per`."""
    per: float = 3600.0
    """Seconds."""
    backoff: float = BACKOFF
    """Seconds from the first run to the second; twice as many to each further one."""
    escalate: str = ""
    """Route by which people are told when it is left to them; empty: a notice has to do."""
    alert: str = ""
    """Type of the alert from outside that it answers to; empty when it answers to a check."""

    @property
    def about(self) -> str:
        """Return what it answers to."""
        return self.check or self.alert


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert from outside."""

    kind: str
    level: Level
    at: float
    """UTC seconds."""
    check: str = ""
    """The check that it concerns; empty when it concerns none."""


@dataclass(frozen=True, slots=True)
class Past:
    """What a response has done so far."""

    runs: tuple[float, ...] = ()
    """When each run began, rising, UTC seconds."""
    escalated: bool = False
    """Whether the last of them was left to people already."""


class Verdict(enum.Enum):
    """What is to be done now."""

    NOTHING = enum.auto()
    RUN = enum.auto()
    ESCALATE = enum.auto()


def verdict(response: Response, state: CheckState, past: Past, now: float) -> Verdict:
    """Return what is to be done about a check as it stands."""
    if not _calls(response, state) or (past.runs and state.last.at <= past.runs[-1] <= now):
        return Verdict.NOTHING
    return _within_caps(response, past, now)


def _within_caps(response: Response, past: Past, now: float) -> Verdict:
    """Return whether it may be run again, has to wait, or is left to people."""
    recent = [at for at in past.runs if now - at < response.per]
    if len(recent) >= response.most:
        return Verdict.NOTHING if past.escalated else Verdict.ESCALATE
    if recent and 0 <= now - recent[-1] < response.backoff * 2.0 ** (len(recent) - 1):
        return Verdict.NOTHING
    return Verdict.RUN


def verdict_on_raised(response: Response, raised: Iterable[Raised], past: Past, now: float) -> Verdict:
    """Return what is to be done about alerts from outside; one that is old calls for nothing any more."""
    newest = max((one.at for one in raised if _is_meant(response, one, now)), default=0.0)
    if not newest or (past.runs and newest <= past.runs[-1] <= now):
        return Verdict.NOTHING
    return _within_caps(response, past, now)


def responses_of(sections: Mapping[str, Any]) -> tuple[Response, ...]:
    """Return the responses of a loaded system, in the order of its files."""
    section: Mapping[str, Mapping[str, Any]] = sections.get(SECTION) or {}
    return tuple(_response(name, options) for name, options in section.items())


def _calls(response: Response, state: CheckState) -> bool:
    if state.is_quiet or state.blocked_by or state.stale or state.last.level is Level.UNKNOWN:
        return False
    return state.last.level.severity >= response.level.severity and _in_a_row(state) >= response.times


def _is_meant(response: Response, raised: Raised, now: float) -> bool:
    fresh = 0 <= now - raised.at <= FRESH
    return fresh and raised.kind == response.alert and raised.level.severity >= response.level.severity


def _in_a_row(state: CheckState) -> int:
    """Return how many results in a row had the level of the last one, as far as the board remembers."""
    count = 1
    for changed in reversed(state.changes):
        if changed:
            break
        count += 1
    return count


def _response(name: str, options: Mapping[str, Any]) -> Response:
    when = options["when"]
    most, per = read_limit(str(options.get("most", MOST)))
    backoff = options.get("backoff", BACKOFF)
    return Response(
        name,
        str(when.get("check") or ""),
        str(options["run"]),
        Level(when.get("level", Level.CRIT)),
        int(when.get("times", TIMES)),
        most,
        per,
        read(backoff, "s") if isinstance(backoff, str) else float(backoff),
        str(options.get("escalate") or ""),
        str(when.get("alert") or ""),
    )
