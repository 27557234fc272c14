"""Owns the table of screens. Its order is the order of the keys 1, 2, ...

To add a screen: one file in `tui/screens/` and one line here. A screen is imported when it is first shown:
the first picture does not wait for what the second one needs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from tui.screen import ConsoleScreen

SCREENS: dict[str, tuple[str, str]] = {
    "health": ("Health", "tui.screens.health:HealthScreen"),
    "resources": ("Resources", "tui.screens.resources:ResourcesScreen"),
}
"""Name of the screen -> its title and `module:class`."""
DETAIL = "tui.screens.check:CheckScreen"
"""What opens on top of a screen: one check."""


def find_screen(name: str) -> type[ConsoleScreen]:
    """Return the screen's class.

    Raises:
        KeyError: when no screen has that name.
    """
    screen: type[ConsoleScreen] = _find(SCREENS[name][1])
    return screen


def find_detail() -> Callable[[str], ConsoleScreen]:
    """Return the class of the detail view, which is made with the name of a check."""
    detail: Callable[[str], ConsoleScreen] = _find(DETAIL)
    return detail


def _find(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)
