"""Owns what is known of the windows of a system as they stand: values for the wire and for screens."""

from __future__ import annotations

import msgspec

from runbooks.operators import Operator


class Extension(msgspec.Struct, frozen=True):
    """A window was made to close later."""

    at: float
    by: Operator
    until: float
    reason: str


class WindowState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The window that is open, or that was last; a fold of the journal."""

    name: str = ""
    """Empty when there has never been one."""
    opened_at: float = 0.0
    opened_by: Operator = Operator()
    """`WALKDOWN` when it was planned."""
    until: float = 0.0
    """When it closes, UTC seconds."""
    planned_until: float = 0.0
    """When the plan says that it closes; 0 when it was opened by hand."""
    reason: str = ""
    """Why it was opened by hand."""
    extensions: tuple[Extension, ...] = ()
    closed_at: float = 0.0
    """0 while it is open."""
    closed_by: Operator = Operator()
    close_reason: str = ""
    """Why it was closed early."""
    shut_at: float = 0.0
    """When a window was last closed early: what was planned to be open by then is not opened again."""
    seq: int = 0
    """The last row that is in it."""

    def is_open(self, at: float) -> bool:
        """Return whether it is open at that moment."""
        return bool(self.name) and not self.closed_at and at < self.until


class PlannedWindow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A window of the configuration, and when it comes."""

    name: str
    words: str
    """When, as it is written."""
    zone: str = ""
    start: float = 0.0
    """Of the time that it is planned to be open now, or next; 0 when it never is again."""
    end: float = 0.0


class WindowsNow(msgspec.Struct, frozen=True, omit_defaults=True):
    """How all windows stand."""

    state: WindowState = WindowState()
    planned: tuple[PlannedWindow, ...] = ()
    """In the order in which they come."""
    gate: str = ""
    """Why no changing step may be started for want of a window; empty when one may."""
    reminder: str = ""
    """That the open window closes soon; empty until it does."""
    trouble: str = ""
    """Why what should be written of windows could not be."""
