"""Owns the events of windows and baselines: rows of the journal beside those of walks.

They are part of the union that `runbooks/events.py` owns.
"""

from __future__ import annotations

import msgspec

from runbooks.comparison import Comparison

WINDOW, WALK, HAND, AFTER = "window", "walk", "hand", "after"
"""Occasions of a baseline: a window opens, a walk opens, somebody wants it, a window has closed."""
BEFORE_END, AT_CLOSE = "before the end", "at the close"
"""Occasions of a recheck."""


class WindowOpened(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A window is open from here on, because it was planned or because somebody wanted it."""

    name: str
    until: float
    """When it closes by itself, UTC seconds."""
    planned_until: float = 0.0
    """When the plan says that it closes; 0 for one beside all plans."""
    reason: str = ""
    """Why it was opened by hand; empty when it was opened by its plan."""
    planned_start: float = 0.0
    """When the plan says that it opens: later, when it was opened early; 0 for one beside all plans."""


class WindowExtended(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The open window closes later."""

    name: str
    until: float
    reason: str
    beyond: bool = False
    """Whether the bound on all its extensions together was set aside for it."""


class WindowClosed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The window is closed."""

    name: str
    early: bool = False
    """Whether somebody closed it before its time was over."""
    reason: str = ""
    """Why it was closed early."""
    walks: tuple[str, ...] = ()
    """Ids of the walks that were open when it was closed early, as who closed it knew."""


class WindowMissed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A time that a window was planned for is over, and it was not opened."""

    name: str
    start: float
    """When it was planned to open, UTC seconds."""
    end: float
    behind: str = ""
    """The window that was open instead; empty when nobody looked."""


class SeenReading(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number that a check saw."""

    name: str
    value: float
    unit: str = ""
    labels: tuple[tuple[str, str], ...] = ()


class BaselineTaken(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """How everything was, to be compared with later."""

    name: str
    """Of the window, the id of the walk, or whatever somebody called it."""
    occasion: str = ""
    """`window`, `walk`, `hand`, or `after`: how everything was once the window had closed."""
    levels: dict[str, str] = {}
    """Level of each check."""
    readings: dict[str, tuple[SeenReading, ...]] = {}
    """What each check saw, as far as it is worth comparing."""


class Rechecked(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Everything was looked at again before a window ends, or once it was closed."""

    name: str
    """Of the window."""
    occasion: str = ""
    """`before the end` or `at the close`."""
    difference: Comparison | None = None
    """From the baseline that was taken when it opened; None when it could not be told."""
    trouble: str = ""
    """Why it could not be told."""


WindowEvents = WindowOpened | WindowExtended | WindowClosed | WindowMissed | BaselineTaken | Rechecked
