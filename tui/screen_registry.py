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
    "checklists": ("Checklists", "tui.screens.checklists:ChecklistsScreen"),
    "runbooks": ("Runbooks", "tui.screens.runbooks:RunbooksScreen"),
    "calendar": ("Calendar", "tui.screens.calendar:CalendarScreen"),
    "journal": ("Journal", "tui.screens.journal:JournalScreen"),
}
"""Name of the screen -> its title and `module:class`."""
DETAILS: dict[str, str] = {
    "check": "tui.screens.check:CheckScreen",
    "alerts": "tui.screens.alerts:AlertsScreen",
    "plan": "tui.screens.plan:PlanScreen",
    "walk": "tui.screens.walk:WalkScreen",
    "past_walk": "tui.screens.past_walk:PastWalkScreen",
    "checklist": "tui.screens.checklist:ChecklistScreen",
    "evidence": "tui.screens.evidence:EvidenceScreen",
    "window": "tui.screens.window:WindowScreen",
    "baselines": "tui.screens.baselines:BaselinesScreen",
    "difference": "tui.screens.difference:DifferenceScreen",
    "incidents": "tui.screens.incidents:IncidentsScreen",
    "incident": "tui.screens.incident:IncidentScreen",
    "notices": "tui.screens.notices:NoticesScreen",
    "notice": "tui.screens.notice:NoticeScreen",
    "contacts": "tui.screens.contacts:ContactsScreen",
    "reports": "tui.screens.reports:ReportsScreen",
    "report": "tui.screens.report:ReportScreen",
}
"""What opens on top of a screen, and is made with what it shows."""
DIALOGS: dict[str, str] = {
    "leave": "tui.dialogs.leave:LeaveDialog",
    "window_open": "tui.dialogs.window:OpenWindowDialog",
    "window_extend": "tui.dialogs.window:ExtendWindowDialog",
    "window_close": "tui.dialogs.window:CloseWindowDialog",
    "window_offer": "tui.dialogs.window:OfferDialog",
}
"""Dialogs that may come up on any screen."""


def find_screen(name: str) -> type[ConsoleScreen]:
    """Return the screen's class.

    Raises:
        KeyError: when no screen has that name.
    """
    screen: type[ConsoleScreen] = _find(SCREENS[name][1])
    return screen


def find_detail(name: str) -> Callable[..., ConsoleScreen]:
    """Return the class of a detail view.

    Raises:
        KeyError: when none has that name.
    """
    detail: Callable[..., ConsoleScreen] = _find(DETAILS[name])
    return detail


def find_dialog(name: str) -> type[Any]:
    """Return the class of a dialog.

    Raises:
        KeyError: when none has that name.
    """
    dialog: type[Any] = _find(DIALOGS[name])
    return dialog


def _find(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)
