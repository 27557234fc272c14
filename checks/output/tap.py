"""Owns `-o tap`: Test Anything Protocol version 13; a check that is not OK is `not ok`, with its level."""

from __future__ import annotations

from checks.board import CheckState, Snapshot, SystemInfo
from checks.model import Level


def render(system: SystemInfo, snapshot: Snapshot) -> str:
    """Return the version, the plan and a line for each check."""
    lines = [_line(number, state) for number, state in enumerate(snapshot.states, 1)]
    return "\n".join(["TAP version 13", f"1..{len(lines)}", *lines])


def _line(number: int, state: CheckState) -> str:
    verdict = "ok" if state.level is Level.OK else "not ok"
    said = f"{state.level}: {state.last.summary}".replace("\\", r"\\").replace("#", r"\#")
    return f"{verdict} {number} - {state.name} {said}"
