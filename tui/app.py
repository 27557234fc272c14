"""Owns the console: the one object that holds the link to the agent, and the values bound to every screen.

Down go immutable values by binding; up come the wishes of `tui/messages.py`, which only the App answers.
It draws nothing itself and knows no check kind.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial

from rich.console import RenderableType
from textual import on
from textual._compositor import ChopsUpdate
from textual.binding import Binding
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.reactive import var
from textual.screen import Screen
from textual.theme import Theme

from agent.link import Attached, Detached, Link, LinkEvent, Updated
from checks.board import EMPTY, Snapshot, SystemInfo
from checks.clock import Clock, SystemClock
from checks.errors import LinkError
from checks.text import clean
from tui.ascii_filter import AsciiFilter
from tui.dialogs.help import HelpDialog, keys_of
from tui.environment import PLAIN_MANNERS, Manners
from tui.hardening import HardenedApp
from tui.keymap import unknown_ids
from tui.messages import (
    CheckOpened,
    CheckRequested,
    CopyRequested,
    HistoryArrived,
    HistoryRequested,
    ResultsArrived,
    ResultsRequested,
)
from tui.narrow_update import NarrowUpdate
from tui.palette import ConsoleCommands
from tui.screen import ConsoleScreen
from tui.screen_registry import SCREENS, find_detail, find_screen
from tui.themes import DARK, THEMES
from tui.trend import LENGTH, Trend, backfill, extend

ENTER = "\u23ce"
"""How Textual writes the key."""
BEAT = 1.0
"""Seconds between two pictures. Repaints are most of what an open console costs, so this is as slow as an
operator can bear; a lost or regained agent is shown at once."""
SLOW_BEAT = 2.0
TICK = 1.0
"""Seconds without a picture after which the ages rise all the same."""
SLOW_TICK = 5.0
BATCH = 100
"""Checks whose trends are learned in one go."""
COPY_LIMIT = 8192
"""Characters; terminals cut or refuse longer clipboard writes."""

LinkFactory = Callable[[], AbstractAsyncContextManager[Link]]
"""Opens a link when the console starts and closes it when it ends."""


def _bound(screen: Callable[[], ConsoleScreen]) -> ConsoleScreen:
    """Return a new screen with the App's values bound to it; the App must be the one who calls."""
    return screen().data_bind(
        ConsoleApp.system,
        ConsoleApp.snapshot,
        ConsoleApp.trends,
        ConsoleApp.now,
        ConsoleApp.detached,
        ConsoleApp.ascii_only,
    )


def _new_screen(name: str) -> ConsoleScreen:
    """Return a new screen of that name, imported now if it was never shown."""
    return _bound(find_screen(name))


class ConsoleApp(HardenedApp):
    """The console."""

    TITLE = "walkdown"
    CSS_PATH = "console.tcss"
    COMMANDS = {ConsoleCommands}
    MODES = {name: partial(_new_screen, name) for name in SCREENS}
    DEFAULT_MODE = next(iter(SCREENS))
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (40, "-tall")]
    BINDINGS = [
        *(
            Binding(
                str(place),
                f"show_mode('{name}')",
                title,
                id=f"screen.{name}",
                tooltip=f"Go to the screen {title}",
            )
            for place, (name, (title, _)) in enumerate(SCREENS.items(), 1)
        ),
        Binding(
            "question_mark", "help", "Help", id="app.help", tooltip="What this screen shows, and its keys"
        ),
        Binding(
            "colon,ctrl+p",
            "command_palette",
            "Menu",
            id="app.commands",
            tooltip="Find a check or a command by its name",
        ),
        Binding("q", "quit", "Quit", id="app.quit", tooltip="Leave the console; the agent goes on"),
        Binding("ctrl+q", "quit", "Quit", id="app.quit-anywhere", show=False, priority=True, tooltip="Leave"),
    ]

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

    def __init__(
        self, open_link: LinkFactory, manners: Manners = PLAIN_MANNERS, clock: Clock | None = None
    ) -> None:
        """Hold how to open the link; it is opened once the console runs.

        The theme is chosen first: chosen later, it would have every style read once more.
        """
        self.set_reactive(ConsoleApp.theme, manners.theme or DARK.name)
        super().__init__()
        self._open_link = open_link
        self._manners = manners
        self._clock = clock or SystemClock()
        self._link: Link | None = None
        self._seen = self._clock.monotonic()
        """When the newest picture came, by the monotonic clock."""
        self._clashes: set[str] = set()
        self.ascii_only = manners.ascii_only
        self.theme = self._validate_theme(self.theme)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Return Textual's themes and ours."""
        return super().available_themes | {theme.name: theme for theme in THEMES}

    def on_load(self) -> None:
        """Begin to follow the agent: it answers while the first screen is composed."""
        self.run_worker(self._follow(), name="link")

    def on_mount(self) -> None:
        """Begin to follow the time."""
        self.run_worker(self._tick(), name="clock")

    def on_ready(self) -> None:
        """Collect garbage from now on, where it was put off for the start; what is there by now stays."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def get_line_filters(self) -> list[LineFilter]:
        """Add, where it is needed, the one that leaves only ASCII."""
        return [*super().get_line_filters(), *([AsciiFilter()] if self.ascii_only else [])]

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Send only the cells that changed: see `tui/narrow_update.py`."""
        if isinstance(renderable, ChopsUpdate):
            renderable = NarrowUpdate.of(renderable)
        super()._display(screen, renderable)

    # What comes down the link

    async def _follow(self) -> None:
        """Show what comes down the link, at most once each beat."""
        beat = SLOW_BEAT if self._manners.slow else BEAT
        try:
            async with self._open_link() as link:
                self._link = link
                async for event in link.events():
                    self._hear(event)
                    if isinstance(event, Updated):
                        await self._clock.sleep(beat)
        except LinkError as error:
            self._lose(str(error))
        finally:
            self._link = None

    async def _tick(self) -> None:
        """Let the ages rise, whether an agent answers or not; a picture that came meanwhile has done so."""
        tick = SLOW_TICK if self._manners.slow else TICK
        raised = self._clock.monotonic()
        while True:
            await self._clock.sleep(max(self._seen, raised) + tick - self._clock.monotonic())
            now = self._clock.monotonic()
            if now - max(self._seen, raised) >= tick:
                raised = now
                if self.snapshot.at:
                    self.now = self.snapshot.at + now - self._seen

    def _hear(self, event: LinkEvent) -> None:
        match event:
            case Attached(system=system, snapshot=snapshot):
                self.detached = ""
                self.system = system
                self._take(snapshot)
                self._rebind(dict(system.keymap))
                self.run_worker(self._prepare(system), name="prepare", group="prepare", exclusive=True)
            case Updated(snapshot=snapshot):
                self._take(snapshot)
            case Detached(reason=reason):
                self._lose(reason)

    def _lose(self, reason: str) -> None:
        self.detached = clean(reason) or "the agent is gone"

    def _take(self, snapshot: Snapshot) -> None:
        self._seen = self._clock.monotonic()
        self.trends = extend(self.trends, snapshot)
        self.snapshot = snapshot
        self.now = snapshot.at

    async def _prepare(self, system: SystemInfo) -> None:
        """Tell the agent how often to send, and learn what each check was like before."""
        try:
            link = self._agent()
            await link.pace(1 / (SLOW_BEAT if self._manners.slow else BEAT))
            names = [info.name for info in system.checks]
            for start in range(0, len(names), BATCH):
                stored = {name: await link.results(name, LENGTH) for name in names[start : start + BATCH]}
                self.trends = backfill(self.trends, stored)
                await self._clock.sleep(0)
        except LinkError as error:
            self.log.warning(f"no trends: {error}")

    def _agent(self) -> Link:
        if self._link is None:
            raise LinkError("no agent answers")
        return self._link

    # What goes up to the agent

    @on(CheckRequested)
    def _probe_wanted(self, message: CheckRequested) -> None:
        self.run_worker(self._probe(message.names), name="probe", group="probe")

    async def _probe(self, names: tuple[str, ...]) -> None:
        try:
            await self._agent().probe_now(names)
        except LinkError as error:
            self.notify(f"cannot run: {error}", severity="error")
            return
        self.notify(f"running {', '.join(names) or 'every check'}", timeout=2)

    @on(HistoryRequested)
    def _history_wanted(self, message: HistoryRequested) -> None:
        group = f"history {id(message.asker)}"
        self.run_worker(self._answer_history(message), name="history", group=group, exclusive=True)

    async def _answer_history(self, wish: HistoryRequested) -> None:
        try:
            answer = HistoryArrived(wish.query, await self._agent().history(wish.query))
        except LinkError as error:
            answer = HistoryArrived(wish.query, (), str(error))
        wish.asker.post_message(answer)

    @on(ResultsRequested)
    def _results_wanted(self, message: ResultsRequested) -> None:
        group = f"results {id(message.asker)}"
        self.run_worker(self._answer_results(message), name="results", group=group, exclusive=True)

    async def _answer_results(self, wish: ResultsRequested) -> None:
        try:
            answer = ResultsArrived(wish.check, await self._agent().results(wish.check, wish.limit))
        except LinkError as error:
            answer = ResultsArrived(wish.check, (), str(error))
        wish.asker.post_message(answer)

    # What the operator wants of the console itself

    @on(CheckOpened)
    def _check_wanted(self, message: CheckOpened) -> None:
        if self._shows_detail:
            self.pop_screen()
        self.push_screen(_bound(partial(find_detail(), message.check)))

    @on(CopyRequested)
    def _copy_wanted(self, message: CopyRequested) -> None:
        self.copy_to_clipboard(clean(message.text, lines=True)[:COPY_LIMIT])
        self.notify("copied, if your terminal allows it (OSC 52)", timeout=2)

    async def action_show_mode(self, name: str) -> None:
        """Go to a screen; when that is where one is, back to its top."""
        while self._shows_detail:
            await self.pop_screen()
        await self.switch_mode(name)

    @property
    def _shows_detail(self) -> bool:
        """Return whether a detail view, which has no key of its own, is on top."""
        return isinstance(self.screen, ConsoleScreen) and not self.screen.NAME

    def action_help(self) -> None:
        """Explain the screen."""
        if isinstance(self.screen, ConsoleScreen):
            self.push_screen(HelpDialog(self.screen.TITLE, self.screen.HELP, keys_of(self.screen)))

    def get_key_display(self, binding: Binding) -> str:
        """Return how a key is written; in ASCII where only that is to be had."""
        shown = super().get_key_display(binding)
        return "enter" if self.ascii_only and shown == ENTER else shown

    def _rebind(self, keymap: dict[str, str]) -> None:
        """Use the configuration's keys; say which of its ids no binding has."""
        self.set_keymap(keymap)
        for problem in unknown_ids(keymap, self.BINDINGS):
            self.notify(problem, severity="warning", markup=False)

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Say once that two bindings of the configuration's keymap have the same key."""
        fresh = {binding.id or binding.action for binding in clashed_bindings} - self._clashes
        if fresh:
            self._clashes |= fresh
            self.notify(f"keymap: the same key for {', '.join(sorted(fresh))}", severity="warning")
