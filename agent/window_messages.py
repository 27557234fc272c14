"""Owns the messages about windows; they are part of the wire that `agent/protocol.py` owns."""

from __future__ import annotations

import msgspec

from runbooks.windows.state import WindowsNow


class AskWindows(msgspec.Struct, frozen=True, tag=True):
    """Console: how do windows stand? Answered by `WindowsAnswer`, as the next three are."""

    id: int


class OpenWindow(msgspec.Struct, frozen=True, tag=True):
    """Console: open a window that is not planned now, for so many seconds."""

    id: int
    name: str
    lasts: float
    """0: until the end of the time that it is planned for shortly; else it is refused."""
    reason: str


class ExtendWindow(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Console: let the open window close so many seconds later."""

    id: int
    lasts: float
    reason: str
    beyond: bool = False
    """Whether the bound on all its extensions together is set aside."""


class CloseWindow(msgspec.Struct, frozen=True, tag=True):
    """Console: close the open window now.

    It is refused while a walk is open that is not named: nobody closes it over one that he does not know of.
    """

    id: int
    reason: str
    walks: tuple[str, ...] = ()
    """Ids of the walks that stay open, as the operator was told."""


class WindowsAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: how windows stand, after what was wanted."""

    id: int
    windows: WindowsNow


class WindowMoved(msgspec.Struct, frozen=True, tag=True):
    """Agent, unasked: how windows stand; at first, and whenever that has changed."""

    windows: WindowsNow


Questions = AskWindows | OpenWindow | ExtendWindow | CloseWindow
Answers = WindowsAnswer
