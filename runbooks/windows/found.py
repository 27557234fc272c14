"""Owns what is said of a recheck: what got worse since the window opened, while that matters. Pure."""

from __future__ import annotations

from runbooks.windows.state import WindowState

NAMED = 4
"""So many checks that got worse are named in a line."""
STILL_OF_IT = 3600.0
"""Seconds after the end of a window for which what is seen is still put down to it."""


def found_by_recheck(state: WindowState, at: float, *, bad_only: bool = False) -> str:
    """Return in a line what the last recheck has found, while that matters; empty when there is nothing.

    With `bad_only` also empty when nothing got worse.
    """
    found = state.recheck
    if found is None or (state.closed_at and at - state.closed_at > STILL_OF_IT):
        return ""
    head = f"{state.name}, rechecked {found.occasion}"
    if found.trouble:
        return f"{head}: {found.trouble}"
    if found.newly_bad:
        more = len(found.newly_bad) - NAMED
        named = ", ".join(found.newly_bad[:NAMED]) + (f" and {more} more" if more > 0 else "")
        return f"{head}: worse than when it opened: {named}"
    but = f", but for {found.expected} as a walk expects" if found.expected else ""
    return "" if bad_only else f"{head}: no check is worse than when it opened{but}"
