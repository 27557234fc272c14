"""Owns the values that the App binds to every screen: `tui/app.py` sets them, screens draw them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.reactive import var

from checks.board import EMPTY, Snapshot, SystemInfo
from runbooks.calendar.state import CalendarNow
from runbooks.checklists.state import ChecklistsNow
from runbooks.incidents.state import IncidentsNow
from runbooks.notices.state import NoticesNow
from runbooks.quiet.state import QuietNow
from runbooks.rights import HERE, Standpoint
from runbooks.windows.state import WindowsNow
from tui.hardening import HardenedApp
from tui.screen import (
    ALL_TOLD,
    NO_CALENDAR,
    NO_CHECKLISTS,
    NO_INCIDENTS,
    NO_NOTICES,
    NO_WINDOWS,
    ConsoleScreen,
)
from tui.trend import Trend
from tui.walks.open_walk import OpenWalks


class BoundApp(HardenedApp):
    """An App that has what every screen is bound to."""

    system: var[SystemInfo] = var(SystemInfo())
    """The system that the agent looks after."""
    snapshot: var[Snapshot] = var(EMPTY)
    """The newest picture of the board."""
    trends: var[Mapping[str, Trend]] = var({})
    """What each check has been like lately."""
    now: var[float] = var(0.0)
    """The agent's wall clock as far as the console knows it; rises while no agent answers, too."""
    detached: var[str] = var("")
    """Why no agent answers; empty while one does, and until the first has."""
    ascii_only: var[bool] = var(False)
    """The terminal has no block characters."""
    standpoint: var[Standpoint] = var(HERE)
    """Who sits here as the agent sees him, and what he may do."""
    walks: var[OpenWalks] = var({})
    """The walks that are open, and those that ended while somebody looked."""
    windows: var[WindowsNow] = var(NO_WINDOWS)
    """How windows stand."""
    notices: var[NoticesNow] = var(NO_NOTICES)
    """How it stands with notices."""
    incidents: var[IncidentsNow] = var(NO_INCIDENTS)
    """How incidents stand."""
    calendar: var[CalendarNow] = var(NO_CALENDAR)
    """How recurring tasks stand."""
    quiet: var[QuietNow] = var(ALL_TOLD)
    """What people are not told of."""
    checklists: var[ChecklistsNow] = var(NO_CHECKLISTS)
    """How the open checklists stand."""


def bound(screen: Callable[[], ConsoleScreen]) -> ConsoleScreen:
    """Return a new screen with the App's values bound to it; the App must be the one who calls."""
    return screen().data_bind(
        BoundApp.system,
        BoundApp.snapshot,
        BoundApp.trends,
        BoundApp.now,
        BoundApp.detached,
        BoundApp.ascii_only,
        BoundApp.walks,
        BoundApp.windows,
        BoundApp.notices,
        BoundApp.incidents,
        BoundApp.calendar,
        BoundApp.standpoint,
        BoundApp.quiet,
        BoundApp.checklists,
    )
