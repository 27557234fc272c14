"""Owns which checks a window or a walk puts into maintenance. Pure.

A window covers every check unless its `covers:` says otherwise: whoever opens one expects to be left alone by
what is worked on. `none` is for windows that only say when changes may be made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from checks.board import CheckInfo, CheckState
from checks.system import System
from runbooks.maintaining import in_maintenance
from runbooks.quiet.ruling import Wanted
from runbooks.quiet.state import WALK, WINDOW
from runbooks.walk import Walk
from runbooks.windows.state import WindowState

ALL, NONE = "all", "none"


def covered(system: System, window: str) -> tuple[str, ...]:
    """Return the checks that a window covers, in the system's order; one that is not planned covers all."""
    windows: Mapping[str, Mapping[str, Any]] = system.sections.get("windows") or {}
    covers = windows.get(window, {}).get("covers") or ALL
    return tuple(info.name for info in system.info.checks if _is_covered(info, covers))


def wanted(
    system: System,
    window: WindowState | None,
    walks: Iterable[Walk],
    states: Iterable[CheckState],
) -> tuple[Wanted, ...]:
    """Return the silences that there ought to be now: of the open window, and of each open walk."""
    found = []
    if window is not None and (checks := covered(system, window.name)):
        why = f"the window {window.name} is open"
        found.append(Wanted(WINDOW, window.name, checks, f"{why}: {window.reason}" if window.reason else why))
    names, seen = tuple(info.name for info in system.info.checks), tuple(states)
    for walk in walks:
        held = in_maintenance(walk, frozenset(names), seen)
        if checks := tuple(name for name in names if name in held):
            found.append(Wanted(WALK, walk.id, checks, f"{walk.plan.name} is walked"))
    return tuple(found)


def _is_covered(info: CheckInfo, covers: str | Iterable[str]) -> bool:
    if isinstance(covers, str):
        return covers == ALL
    return info.name in covers or (bool(info.group) and info.group in covers)
