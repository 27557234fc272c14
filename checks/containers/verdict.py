"""Owns what is wrong with a container, given what was expected of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from checks.containers.listing import Sight
from checks.model import Level

ON_PURPOSE = (0, 130, 137, 143)
"""Exit codes of a container that has done its work, or was stopped by hand: INT, KILL and TERM."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one container, or with their number."""

    level: Level
    error_class: str
    text: str


def trouble(sight: Sight, expected: str) -> Trouble | None:
    """Return what is wrong; None when nothing is.

    `expected` is `running` or `exited` for a container that was asked for; empty for one of all there are,
    of which nobody said that it should run.
    """
    state = sight.listed.state
    if state == "restarting":
        return Trouble(Level.WARN, "restarting", f"restarts over and over{_ending(sight)}")
    if state == "running":
        return _running(sight, expected)
    if expected == "running":
        return Trouble(Level.CRIT, "not_running", f"is {state}{_ending(sight)}")
    if expected == "exited" and state != "exited":
        return Trouble(Level.CRIT, "not_exited", f"is {state}")
    return _exited(sight, expected)


def _running(sight: Sight, expected: str) -> Trouble | None:
    if expected == "exited":
        return Trouble(Level.WARN, "still_running", "still runs")
    if sight.listed.health != "unhealthy":
        return None
    return Trouble(Level.CRIT, "unhealthy", "is unhealthy")


def _exited(sight: Sight, expected: str) -> Trouble | None:
    """Return what is wrong with one that need not run: how it ended."""
    ended = sight.inspected
    if sight.listed.state != "exited" or ended is None:
        return None
    good = (0,) if expected else ON_PURPOSE
    if ended.state.exit_code in good and not ended.state.oom_killed:
        return None
    level = Level.CRIT if expected else Level.WARN
    return Trouble(level, "exit_code", f"has exited{_ending(sight)}")


def _ending(sight: Sight) -> str:
    """Return how it ended, as far as the engine knows."""
    if sight.inspected is None or sight.listed.state in ("created", "paused"):
        return ""
    state = sight.inspected.state
    reason = ": out of memory" if state.oom_killed else f": {state.error}" if state.error else ""
    return f" with code {state.exit_code}{reason}"
