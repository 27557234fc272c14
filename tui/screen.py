"""Owns the contract of a screen: what the App binds to it, and when it draws.

A screen is one file in `tui/screens/` and one line in `tui/screen_registry.py`. It composes its body in
`compose_body` and shows what is bound in `draw`. It never sees the App or the link: wishes go up as messages.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.reactive import var
from textual.screen import ModalScreen, Screen

from checks.board import EMPTY, Snapshot, SystemInfo
from runbooks.calendar.state import CalendarNow
from runbooks.checklists.state import ChecklistsNow
from runbooks.incidents.state import IncidentsNow
from runbooks.notices.state import NoticesNow
from runbooks.quiet.state import QuietNow
from runbooks.rights import HERE, Standpoint
from runbooks.windows.state import WindowsNow
from tui.trend import Trend
from tui.walks.open_walk import OpenWalks
from tui.widgets.banner import Banner
from tui.widgets.header import (
    Facts,
    HeaderBar,
    looking_only,
    standpoint_parts,
    walk_parts,
    window_parts,
)
from tui.widgets.key_footer import KeyFooter

NO_WINDOWS = WindowsNow()
NO_NOTICES = NoticesNow()
NO_INCIDENTS = IncidentsNow()
NO_CALENDAR = CalendarNow()
ALL_TOLD = QuietNow()
NO_CHECKLISTS = ChecklistsNow()


class ConsoleScreen(Screen[None]):
    """A screen with the header above, the keys below, and the board bound to it."""

    NAME = ""
    """Name of its mode and of its binding, such as `health`."""
    TITLE = ""
    HELP = ""
    """What an operator should know, plain text; shown by `?` above the keys."""
    DETAIL = ""
    """Of a detail view: its name in the registry; another of the same name takes its place."""
    GIVES_WAY_TO: tuple[str, ...] = ()
    """Names of other detail views that take its place."""
    CHANGES: frozenset[str] = frozenset()
    """Names of its actions that change something; who may only look has no keys for them."""
    STAYS = False
    """Whether a detail view is still there when one comes back from another screen."""

    system: var[SystemInfo] = var(SystemInfo())
    """The system that the agent looks after."""
    snapshot: var[Snapshot] = var(EMPTY)
    """The newest picture of the board."""
    trends: var[Mapping[str, Trend]] = var({})
    """What each check has been like lately, by name."""
    now: var[float] = var(0.0)
    """The agent's wall clock; rises once a second, also while no agent answers."""
    detached: var[str] = var("starting")
    """Why no agent answers; empty while one does."""

    ascii_only: var[bool] = var(False)
    """The terminal has no block characters; constant while the console runs."""
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

    def __init__(self) -> None:
        """Compose nothing yet."""
        super().__init__()
        self._draw_asked = False

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        yield Banner()
        yield from self.compose_body()
        yield KeyFooter(here=f"screen.{self.NAME}")

    def compose_body(self) -> ComposeResult:
        """Yield what lies between the header and the keys."""
        yield from ()

    def draw(self) -> None:
        """Show what is bound now. Called when it has changed, only while the screen can be seen."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out the keys of what nobody here may do, and of what cannot be done now."""
        if action in self.CHANGES and not self.standpoint.may_run:
            return False
        return self.offers(action, parameters)

    def offers(self, action: str, parameters: tuple[object, ...]) -> bool:
        """Return whether the action can be done now, by somebody who may; screens say so of their own."""
        return True

    def only_looks(self) -> bool:
        """Return whether whoever sits here may change nothing; if so, tell him."""
        if self.standpoint.may_run:
            return False
        self.notify(looking_only(self.standpoint), severity="warning")
        return True

    @property
    def can_be_seen(self) -> bool:
        """Return whether nothing but dialogs lies above it."""
        stack = self.app.screen_stack
        return self in stack and all(
            isinstance(above, ModalScreen) for above in stack[stack.index(self) + 1 :]
        )

    def _compositor_refresh(self) -> None:
        """Beneath a dialog, have only what has changed painted again: Textual has all of it, each time."""
        changed = self._compositor._dirty_regions
        if changed and self in self.app._background_screens:
            self.app.screen.refresh(*changed)
            changed.clear()
            self._dirty_widgets.clear()
        else:
            super()._compositor_refresh()

    def ask_draw(self) -> None:
        """Have it drawn soon, once, however often it is asked."""
        if not self._draw_asked and self.is_mounted:
            self._draw_asked = True
            self.call_next(self._draw)

    def _draw(self) -> None:
        self._draw_asked = False
        if not self.can_be_seen:
            return
        self.set_class(bool(self.detached), "-detached")
        windows = window_parts(self.windows, self.walks, self.now, self.system.timezone)
        extra = (*standpoint_parts(self.standpoint), *windows, *walk_parts(self.walks))
        self.query_one(HeaderBar).show(Facts(self.system, self.snapshot, self.now, self.detached, extra))
        changes = self.CHANGES and not self.standpoint.may_run
        self.query_one(Banner).show(self.system, self.snapshot, self.now, self.detached)
        self.draw()
        self.query_one(KeyFooter).show(looking_only(self.standpoint) if changes else "")

    def on_mount(self) -> None:
        """Show what is bound already."""
        self.ask_draw()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Catch up with what came while it was hidden; the keys work again."""
        self.query_one(KeyFooter).rest(False)
        self.ask_draw()

    def on_screen_suspend(self, event: events.ScreenSuspend) -> None:
        """Show no keys while another screen, such as a dialog, has them."""
        for footer in self.query(KeyFooter):
            footer.rest(True)

    def watch_system(self) -> None:
        """Draw the new system."""
        self.ask_draw()

    def watch_snapshot(self) -> None:
        """Draw the new picture."""
        self.ask_draw()

    def watch_now(self) -> None:
        """Draw the new ages."""
        self.ask_draw()

    def watch_detached(self) -> None:
        """Draw whether an agent answers."""
        self.ask_draw()

    def watch_windows(self) -> None:
        """Draw how windows stand."""
        self.ask_draw()

    def watch_notices(self) -> None:
        """Draw how it stands with notices."""
        self.ask_draw()

    def watch_incidents(self) -> None:
        """Draw how incidents stand."""
        self.ask_draw()

    def watch_standpoint(self) -> None:
        """Draw who sits here, and only the keys of what he may do."""
        self.ask_draw()

    def watch_quiet(self) -> None:
        """Draw what people are not told of."""
        self.ask_draw()

    def watch_checklists(self) -> None:
        """Draw how the checklists stand."""
        self.ask_draw()

    def watch_walks(self) -> None:
        """Draw how the walks stand."""
        self.ask_draw()
