"""Owns the table of screens. Its order is the order of the keys 1, 2, ...

To add a screen: one file in `tui/screens/` and one line here.
"""

from __future__ import annotations

from tui.screen import ConsoleScreen
from tui.screens.health import HealthScreen
from tui.screens.resources import ResourcesScreen

SCREENS: tuple[type[ConsoleScreen], ...] = (HealthScreen, ResourcesScreen)
