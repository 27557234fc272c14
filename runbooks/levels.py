"""Owns how steps judge the states of checks: well enough, worse than before, and in words."""

from __future__ import annotations

from checks.board import CheckState, Snapshot
from checks.model import Level

Names = str | tuple[str, ...]
"""The name of one check, or of several."""


def names_of(check: Names) -> tuple[str, ...]:
    """Return the names as written in YAML: a text or a list, each once.

    Raises:
        ValueError: when there are none.
    """
    names = tuple(dict.fromkeys((check,) if isinstance(check, str) else check))
    if not names or not all(names):
        raise ValueError("names no check")
    return names


def acceptable(state: CheckState, level: str) -> bool:
    """Return whether the state is at most that bad; UNKNOWN never is good enough."""
    return state.level is Level.OK or (state.level is Level.WARN and level == Level.WARN)


def level_in(snapshot: Snapshot, name: str) -> Level:
    """Return the level of a check in a picture; UNKNOWN when it is not in it."""
    try:
        return snapshot.state(name).level
    except KeyError:
        return Level.UNKNOWN


def worse(now: Level, before: Level) -> bool:
    """Return whether a level is worse than the one before; from UNKNOWN only WARN and CRIT are."""
    return now.severity > before.severity


def described(state: CheckState) -> str:
    """Return a line about the state: name, level and what was seen."""
    stale = " (stale)" if state.stale else ""
    return f"{state.name} {state.level}{stale}: {state.last.summary}"
