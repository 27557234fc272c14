"""Owns what is said of a recheck: what got worse since the window opened, while that matters. Pure."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.windows.state import Recheck, WindowState

NAMED = 4
"""So many checks that got worse are named in a line."""
STILL_OF_IT = 3600.0
"""Seconds after the end of a window for which what is seen is still put down to it."""
Tell = Callable[[float], str]
"""Says a moment."""


def rechecks(state: WindowState, at: float) -> tuple[Recheck, ...]:
    """Return the rechecks of the window in order, while what they found matters."""
    if state.recheck is None or (state.closed_at and at - state.closed_at > STILL_OF_IT):
        return ()
    return (*state.earlier, state.recheck)


def recheck_words(name: str, found: Recheck, tell: Tell | None = None, *, bad_only: bool = False) -> str:
    """Return in a line what a recheck of the window of that name has found, and when where that is told.

    With `bad_only` empty when nothing got worse.
    """
    when = f" {tell(found.at)}" if tell is not None else ""
    head = f"{name}, rechecked {found.occasion}{when}"
    if found.trouble:
        return f"{head}: {found.trouble}"
    if found.newly_bad:
        return f"{head}: worse than when it opened: {named(found.newly_bad)}"
    but = f", but for {found.expected} as a walk expects" if found.expected else ""
    return "" if bad_only else f"{head}: no check is worse than when it opened{but}"


def found_by_recheck(state: WindowState, at: float) -> str:
    """Return in a line what the last recheck has found, while that matters; empty when there is nothing."""
    found = rechecks(state, at)
    return recheck_words(state.name, found[-1]) if found else ""


def named(checks: tuple[str, ...]) -> str:
    """Return the names of checks, the first few of many."""
    more = len(checks) - NAMED
    return ", ".join(checks[:NAMED]) + (f" and {more} more" if more > 0 else "")
