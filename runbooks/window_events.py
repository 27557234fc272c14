"""Owns the events of windows: rows of the journal that concern no single walk. See `runbooks/events.py`."""

from __future__ import annotations

import msgspec


class WindowOpened(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A window is open from here on, because it was planned or because somebody wanted it."""

    name: str
    until: float
    """When it closes by itself, UTC seconds."""
    planned_until: float = 0.0
    """When the plan says that it closes; 0 for one that was opened by hand."""
    reason: str = ""
    """Why it was opened by hand; empty when it was planned."""


class WindowExtended(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The open window closes later."""

    name: str
    until: float
    reason: str


class WindowClosed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The window is closed."""

    name: str
    early: bool = False
    """Whether somebody closed it before its time was over."""
    reason: str = ""
    """Why it was closed early."""
