"""Owns the console: the one object that holds the link to an agent and sets the values bound to every screen.

Down go immutable values by binding; up come questions and wishes, which only the App answers. Where one is in
the console is `tui/navigation.py`'s. It draws nothing itself and knows no kind of check or step.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

from rich.console import RenderableType
from textual import on
from textual._compositor import ChopsUpdate
from textual.filter import LineFilter
from textual.screen import Screen

from agent.calendar_messages import CalendarMoved
from agent.checklist_messages import ChecklistsMoved
from agent.incident_messages import IncidentsMoved
from agent.link import Attached, Detached, Link, LinkEvent, Moved, Updated
from agent.notice_messages import NoticesMoved
from agent.quiet_messages import QuietMoved
from agent.window_messages import WindowMoved
from checks.board import Snapshot, SystemInfo
from checks.clock import Clock, SystemClock
from checks.errors import LinkError
from checks.moments import zone_of
from checks.text import clean
from runbooks.live import Live
from runbooks.windows.found import found_by_recheck
from runbooks.windows.state import WindowsNow
from tui.ascii_filter import AsciiFilter
from tui.bell import Bell
from tui.environment import PLAIN_MANNERS, Manners
from tui.messages import CheckRequested, Question
from tui.narrow_update import NarrowUpdate
from tui.navigation import NavigatedApp
from tui.questions import Questions
from tui.screen import ConsoleScreen
from tui.themes import DARK
from tui.trend import LENGTH, backfill, extend
from tui.walks.approval import called_for
from tui.walks.open_walk import OpenWalk, lost

BEAT = 1.0
"""Seconds between two pictures. Repaints are most of what an open console costs, so this is as slow as an
operator can bear; a lost or regained agent is shown at once."""
SLOW_BEAT = 2.0
TICK = 1.0
"""Seconds without a picture after which the ages rise all the same."""
SLOW_TICK = 5.0
BATCH = 100
"""Checks whose trends are learned in one go."""

LinkFactory = Callable[[], AbstractAsyncContextManager[Link]]
"""Opens a link when the console starts and closes it when it ends."""


class ConsoleApp(NavigatedApp):
    """The console."""

    def __init__(
        self, open_link: LinkFactory, manners: Manners = PLAIN_MANNERS, clock: Clock | None = None
    ) -> None:
        """Hold how to open the link; it is opened once the console runs.

        The theme is chosen first: chosen later, it would have every style read once more.
        """
        self.set_reactive(ConsoleApp.theme, manners.theme or DARK.name)
        super().__init__(clock or SystemClock())
        self._open_link = open_link
        self._manners = manners
        self._link: Link | None = None
        self._seen = self._clock.monotonic()
        """When the newest picture came, by the monotonic clock."""
        self._newest: Snapshot | None = None
        """A picture that was not shown yet."""
        self._called: dict[str, str] = {}
        """What was said of each walk that somebody waits for, by its id."""
        self._bell = Bell()
        self._came = asyncio.Event()
        self._questions = Questions(self._agent)
        self.ascii_only = manners.ascii_only
        self.theme = self._validate_theme(self.theme)

    def on_load(self) -> None:
        """Begin to follow the agent: it answers while the first screen is composed."""
        self.run_worker(self._follow(), name="link")
        self.run_worker(self._show_pictures(), name="pictures")

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
        """Hear what comes down the link; what is lost, regained, or happens to a walk is shown at once."""
        try:
            async with self._open_link() as link:
                self._link = link
                async for event in link.events():
                    self._hear(event)
        except LinkError as error:
            self._lose(str(error))
        finally:
            self._link = None

    async def _show_pictures(self) -> None:
        """Show the newest picture, at most once each beat."""
        beat = SLOW_BEAT if self._manners.slow else BEAT
        while True:
            await self._came.wait()
            self._came.clear()
            self._take_newest()
            await self._clock.sleep(beat)

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
                self._newest = None
                self.standpoint = self._questions.standpoint = event.standpoint
                self._questions.where = zone_of(system.timezone)
                self.detached = ""
                self.system = system
                self._take(snapshot)
                self._rebind(dict(system.keymap))
                self.run_worker(self._prepare(system), name="prepare", group="prepare", exclusive=True)
            case Updated(snapshot=snapshot):
                self._newest = snapshot
                self._came.set()
            case Moved():
                before = self.walks.get(event.walk.id)
                self.walks = self._questions.moved(self.walks, event)
                self._call(self.walks[event.walk.id])
                if words := lost(before, self.walks[event.walk.id]):
                    self.notify(words, severity="warning", timeout=30, markup=False)
            case QuietMoved(quiet=quiet):
                self.quiet = quiet
            case WindowMoved(windows=windows):
                self._remind(windows)
                self._tell_recheck(windows)
                self.windows = windows
            case NoticesMoved(notices=notices):
                self.notices = notices
            case IncidentsMoved(incidents=incidents):
                self.incidents = incidents
            case CalendarMoved(calendar=calendar):
                self.calendar = calendar
            case ChecklistsMoved(checklists=checklists):
                self.checklists = checklists
            case Detached(reason=reason):
                self._take_newest()
                self._lose(reason)

    def _call(self, opened: OpenWalk) -> None:
        """Say once that somebody waits for what whoever sits here may do: approve, or take a walk."""
        sees_it = isinstance(self.screen, ConsoleScreen) and self.screen.DETAIL == "walk"
        if (words := called_for(opened)) and words != self._called.get(opened.walk.id) and not sees_it:
            self.notify(words, severity="warning", timeout=20, markup=False)
        self._called[opened.walk.id] = words

    def _remind(self, windows: WindowsNow) -> None:
        """Say once that the open window closes soon."""
        if windows.reminder and windows.reminder != self.windows.reminder:
            self.notify(clean(windows.reminder), severity="warning", timeout=20)

    def _tell_recheck(self, windows: WindowsNow) -> None:
        """Say once what was found when everything was looked at again; nothing of what was before we came."""
        found, known = windows.state.recheck, self.windows
        if found is None or found == known.state.recheck or not known.state.name:
            return
        bad = found.newly_bad or found.trouble
        text = clean(found_by_recheck(windows.state, found.at))
        self.notify(text, severity="warning" if bad else "information", timeout=20 if bad else 8)

    def _lose(self, reason: str) -> None:
        self.detached = clean(reason) or "the agent is gone"

    def _take_newest(self) -> None:
        if self._newest is not None:
            self._take(self._newest)
            self._newest = None

    def _take(self, snapshot: Snapshot) -> None:
        self._seen = self._clock.monotonic()
        self.trends = extend(self.trends, snapshot)
        self.snapshot = snapshot
        self.now = snapshot.at
        if self._bell.rings(snapshot) and self._manners.bell:
            self.bell()

    async def _prepare(self, system: SystemInfo) -> None:
        """Tell the agent how often to send, and learn what was missed and what each check was like before."""
        try:
            link = self._agent()
            await link.pace(1 / (SLOW_BEAT if self._manners.slow else BEAT))
            for name in [name for name, opened in self.walks.items() if not opened.walk.over]:
                if (walk := await link.walk(name)).over:
                    self._hear(Moved(walk, Live()))
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

    @on(Question)
    def _asked(self, question: Question) -> None:
        group = f"{type(question).__name__} {id(question.asker)}"
        answer: Callable[[], Awaitable[None]] = partial(self._answer, question)
        self.run_worker(answer, name="answer", group=group, exclusive=question.NEWEST_ONLY)

    async def _answer(self, question: Question) -> None:
        answer = await self._questions.answer(question)
        self.walks = self._questions.judged(self.walks)
        if not question.asker.post_message(answer) and (problem := getattr(answer, "problem", "")):
            self.notify(problem, severity="error")
