"""Owns `-o text`: one aligned line per check, worst first, and the roll-up; for people."""

from __future__ import annotations

from checks.board import CheckState, Snapshot, SystemInfo
from checks.model import Level

_COLOURS = {Level.OK: "32", Level.WARN: "33", Level.CRIT: "1;31", Level.UNKNOWN: "35"}


def render(system: SystemInfo, snapshot: Snapshot, *, colour: bool = False) -> str:
    """Return the lines; levels are words, coloured as well where colour is wanted."""
    states = sorted(snapshot.states, key=lambda state: (-state.level.severity, state.name))
    width = max((len(state.name) for state in states), default=0)
    lines = [_line(state, width, colour) for state in states]
    counts = ", ".join(f"{number} {level}" for level, number in snapshot.counts().items() if number)
    title = system.title or system.name
    return "\n".join([*lines, f"{title}: {snapshot.health}" + (f" ({counts})" if counts else "")])


def _line(state: CheckState, width: int, colour: bool) -> str:
    level = f"{state.level:<8}"
    if colour:
        level = f"\x1b[{_COLOURS[state.level]}m{level}\x1b[0m"
    return f"{level}{state.name:<{width}}  {state.last.summary}"
