"""Owns which of our environment variables a child is given: none that would change what it runs."""

from __future__ import annotations

import os
from collections.abc import Iterable

DROPPED = ("PYTHON", "VIRTUAL_ENV", "LD_", "TEXTUAL", "BASH_", "NOTIFY_SOCKET", "LISTEN_", "WATCHDOG_")
"""How variables begin that are ours alone, or that would change what a child runs."""


def inherited(without: Iterable[str] = ()) -> dict[str, str]:
    """Return our environment without what must not reach children, and without these variables."""
    hidden = frozenset(without)
    return {
        name: value
        for name, value in os.environ.items()
        if name not in hidden and not name.startswith(DROPPED)
    }
