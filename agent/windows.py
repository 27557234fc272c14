"""Owns the windows of an agent: opened and closed by plan or by hand, written down, told as they move.

Nothing here stops a step that runs; a closed window keeps the next one that changes something from being
started, which is the walker's to see to.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Sequence

from agent.kept import Kept
from agent.live import LiveSystem
from agent.window_messages import WindowMoved
from checks.board import Notice
from checks.clock import Clock
from checks.masking import Masker
from checks.moments import spoken
from checks.recurrence.zones import zone_named
from checks.system import System
from checks.text import clean
from runbooks.baseline import baseline_of, is_complete
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.operators import WALKDOWN, Operator
from runbooks.window_events import (
    WINDOW,
    BaselineTaken,
    WindowClosed,
    WindowEvents,
    WindowExtended,
    WindowOpened,
)
from runbooks.windows import behind, missing, ruling
from runbooks.windows.fold import KINDS, fold_all
from runbooks.windows.plan import Occurrence, WindowPlan, next_planned, windows_of
from runbooks.windows.state import PlannedWindow, WindowList, WindowsNow, WindowState, WindowWalk

SOURCE = "planned windows"
WindowEvent = WindowOpened | WindowExtended | WindowClosed

log = logging.getLogger(__name__)


class Windows(Kept[WindowsNow]):
    """The windows of one system: opened and closed as they are planned while `run` runs, or by hand."""

    called = "windows"
    look_every = 1.0

    def __init__(self, live: LiveSystem, journal: Journal, masker: Masker, clock: Clock) -> None:
        """Know nothing yet."""
        super().__init__(WindowsNow(), live, journal, masker, clock)
        self._state = WindowState()
        self._plans: tuple[WindowPlan, ...] = ()
        self._planned_for: System | None = None
        """The system whose plans they are."""
        self._coming: Occurrence | None = None
        self._planned: tuple[PlannedWindow, ...] = ()
        self._planned_at = self._planned_until = 0.0
        """When it was reckoned what comes, and until when that stays true."""
        self._looked_at = 0.0
        """Until when it is known what became of every time that was planned."""
        self._notices: tuple[Notice, ...] = ()
        self.walking: Callable[[], tuple[WindowWalk, ...]] = tuple
        """Says which walks are open, and how their time stands; set by who knows."""
        self.listing: Callable[[], tuple[WindowList, ...]] = tuple
        """Says which checklists are open; set by who knows."""

    @property
    def state(self) -> WindowState:
        """Return the window that is open, or was last."""
        return self._state

    @property
    def is_open(self) -> bool:
        """Return whether one is open."""
        return self._state.is_open(self._clock.now())

    def told(self) -> WindowMoved:
        """Return how all windows stand, for consoles."""
        return WindowMoved(self._now)

    def gate(self) -> str:
        """Return why no changing step may be started now for want of a window; empty when one may."""
        closed = ruling.gate(self._state, self._coming, self._clock.now())
        return f"{closed} ({self._trouble})" if closed and self._trouble else closed

    def until(self) -> float:
        """Return when the open window closes, UTC seconds; 0 when none is open."""
        return self._state.until if self.is_open else 0.0

    @property
    def recheck_due(self) -> bool:
        """Return whether everything is to be looked at now, before the open window ends."""
        now = self._clock.now()
        return 0 < ruling.recheck_at(self._state, ruling.lead_of(self._state, self._plans), now) <= now

    async def open(self, name: str, lasts: float, reason: str, operator: Operator) -> None:
        """Open a window by hand, for so many seconds; 0 when it is to end as it is planned.

        Raises:
            RefusedDecisionError: when it may not be; says why.
        """
        said = self._safe(reason)

        def rule(state: WindowState, at: float) -> WindowEvent:
            return ruling.opened_by_hand(state, name, lasts, said, at, self._planned)

        await self._decide(rule, operator)

    async def extend(self, lasts: float, reason: str, operator: Operator, *, beyond: bool = False) -> None:
        """Have the open window close so many seconds later; `beyond` the bound on all extensions if need be.

        Raises:
            RefusedDecisionError: when it may not; says why.
        """
        said = self._safe(reason)

        def rule(state: WindowState, at: float) -> WindowExtended:
            return ruling.extended(state, lasts, said, at, self._plans, beyond=beyond)

        await self._decide(rule, operator)

    async def close(self, reason: str, operator: Operator, walks: Collection[str] = ()) -> None:
        """Close the open window now; `walks` are the ids of those that the operator knows to be open.

        Raises:
            RefusedDecisionError: when it may not be, or a walk is open that he does not know of; says why.
        """
        said = self._safe(reason)

        def rule(state: WindowState, at: float) -> WindowEvent:
            return ruling.closed_early(state, said, at, self.walking(), walks)

        await self._decide(rule, operator)

    async def _decide(self, rule: Callable[[WindowState, float], WindowEvent], operator: Operator) -> None:
        async with self._decision():
            await self._write((rule(self._state, self._clock.now()),), operator)
            await self._open_and_close()

    async def record(self, *events: WindowEvents) -> None:
        """Write down what was seen of a window.

        Raises:
            JournalError: when it cannot be written.
        """
        async with self._deciding:
            await self._write(events, WALKDOWN)
            await self._tell()

    async def _learn(self) -> None:
        state = fold_all(await self._journal.newest(*KINDS))
        if state.closing is not None or (state.name and not state.closed_at):
            # Baselines are long: they are read only where one is still needed.
            state = fold_all(await self._journal.newest(*KINDS, BaselineTaken))
        self._state = state
        if state.name and not state.closed_at:
            self._looked_at = min(self._looked_at, state.opened_at)
        self._planned_until = 0.0
        self._plan()

    async def _do_due(self) -> None:
        now = self._clock.now()
        for lost in missing.missed(self._state, self._plans, self._looked_at, now):
            await self._write((lost,), WALKDOWN)
        self._looked_at = now
        await self._open_and_close()
        await self._take_baseline()

    async def _open_and_close(self) -> None:
        """Do what is due by plan; when one was closed by hand, another may have waited for that."""
        while (event := ruling.due(self._state, self._plans, self._clock.now())) is not None:
            await self._write((event,), WALKDOWN)

    async def _take_baseline(self) -> None:
        """Take the baseline of the window that is open, once every check was looked at."""
        engine = self._live.engine
        wanted = self.is_open and not self._state.baseline
        if wanted and engine is not None and is_complete(engine.snapshot):
            await self._write((baseline_of(engine.snapshot, self._state.name, WINDOW),), WALKDOWN)

    async def _write(self, events: Sequence[WindowEvents], operator: Operator) -> None:
        drafts = [Draft("", event, operator) for event in events]
        self._state = fold_all(await self._journal.append(*drafts), self._state)
        self._planned_until = 0.0
        self._plan()
        for event in events:
            log.info("%s: %s", type(event).__name__, event.name)

    def _plan(self) -> None:
        """Take in the plans of the system as it is now, and what comes next by them."""
        system, now = self._live.system, self._clock.now()
        if system is not self._planned_for:
            self._planned_for, self._plans = system, windows_of(system)
            self._looked_at = now
        elif self._planned_at <= now < self._planned_until:
            return
        self._coming = next_planned(self._plans, now, self._state.early)
        self._planned = ruling.planned(self._plans, now, self._state)
        moves = [edge for one in self._planned for edge in (one.start, one.end) if edge > now]
        self._planned_at, self._planned_until = now, min(moves, default=math.inf)

    async def _stand(self) -> WindowsNow:
        at = self._clock.now()
        self._announce(at)
        return WindowsNow(
            self._state,
            self._planned,
            self.gate(),
            ruling.reminder(self._state, at),
            self.walking(),
            self.listing(),
            ruling.recheck_at(self._state, ruling.lead_of(self._state, self._plans), at),
            self._trouble,
            ruling.latest(self._state, self._plans) if self.is_open else 0.0,
        )

    def _announce(self, at: float) -> None:
        """Show on every board which window waits for another to be closed, and which was not opened."""
        zone, state = zone_named(self._live.system.info.timezone), self._state

        def tell(moment: float) -> str:
            return spoken(moment, zone)

        texts = [behind.waiting_words(one, state, tell) for one in behind.waiting(self._planned, state, at)]
        lost = [(behind.missed_words(name, one, tell), one.at) for name, one in behind.still_told(state, at)]
        notices = (
            *(Notice("window", clean(text)) for text in texts),
            *(Notice("window", clean(text), at=found) for text, found in lost),
        )
        if notices != self._notices:
            self._notices = notices
            self._live.announce(SOURCE, notices)
