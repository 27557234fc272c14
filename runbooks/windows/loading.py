"""Owns the loading of one window by its name, for commands."""

from __future__ import annotations

from pathlib import Path

from checks.load import load
from runbooks.windows.plan import WindowPlan, window_named, windows_of


def load_window(source: Path | None, name: str) -> WindowPlan:
    """Return the window of that name.

    Raises:
        ConfigError: when the system cannot be used.
        UsageError: when it has no such window.
    """
    return window_named(windows_of(load(source)), name)
