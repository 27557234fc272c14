"""Owns the rechecks of windows: before one ends, and once it is closed, everything is looked at again, and
compared with the baseline from when it opened; that is written down and told.

What is seen after the close is kept whole, as the baseline `after`: reports tell of it. A close that no agent
saw is made good by the next one, as long as what it sees can still be put down to the window.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import msgspec

from agent.baselines import Baselines
from agent.live import LiveSystem
from agent.windows import Windows
from checks.board import Notice, Snapshot
from checks.clock import Clock
from checks.model import Level
from checks.moments import spoken
from checks.recurrence.zones import zone_named
from checks.text import clean
from runbooks.baseline import baseline_of, is_complete
from runbooks.errors import RefusedDecisionError
from runbooks.journal.errors import JournalError
from runbooks.window_events import AFTER, AT_CLOSE, BEFORE_END, BaselineTaken, Rechecked
from runbooks.windows.found import STILL_OF_IT, recheck_words, rechecks
from runbooks.windows.state import Recheck, WindowState

SOURCE = "window"
LOOK_EVERY = 1.0
"""Seconds between two looks at whether there is anything to do."""
WITHIN = 300.0
"""Seconds that looking at everything may take."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A recheck that is due."""

    name: str
    occasion: str
    baseline: int
    """The row of the journal with the baseline; 0 when none was taken."""
    too_late: bool = False
    """Whether what is seen now can no longer be put down to the window."""


class Rechecks:
    """Looks at everything again whenever that is due, while `run` runs."""

    def __init__(self, live: LiveSystem, windows: Windows, baselines: Baselines, clock: Clock) -> None:
        """Look at nothing yet."""
        self._live = live
        self._windows = windows
        self._baselines = baselines
        self._clock = clock
        self._said: tuple[Notice, ...] = ()
        self._trouble = ""
        self._kept: tuple[int, BaselineTaken, float] = (0, BaselineTaken(""), 0.0)
        """The baseline that was read last: its row, itself, and when it was taken."""

    @property
    def busy(self) -> bool:
        """Return whether a window that was closed has still to be looked at."""
        return self._windows.state.closing is not None and not self._trouble

    async def run(self) -> None:
        """Look again and again whether one is due, until cancelled."""
        while True:
            await self._clock.sleep(LOOK_EVERY)
            await self.look()

    async def look(self) -> None:
        """Do what is due, and say what was found."""
        try:
            while (wanted := self._wanted()) is not None:
                await self._recheck(wanted)
            self._trouble = ""
        except JournalError as error:
            if str(error) != self._trouble:
                log.warning("recheck: %s", error)
            self._trouble = str(error)
        await self._say()

    def _wanted(self) -> Wanted | None:
        """Return the recheck that is due: that of a closed window first."""
        state, now = self._windows.state, self._clock.now()
        if (closing := state.closing) is not None:
            return Wanted(closing.name, AT_CLOSE, closing.baseline, now - closing.at > STILL_OF_IT)
        return Wanted(state.name, BEFORE_END, state.baseline) if self._windows.recheck_due else None

    async def _recheck(self, wanted: Wanted) -> None:
        if wanted.too_late:
            why = "no agent was there to look within an hour after it was closed"
            await self._windows.record(Rechecked(wanted.name, wanted.occasion, trouble=why))
            return
        try:
            async with asyncio.timeout(WITHIN):
                snapshot = await self._baselines.seen()
        except TimeoutError:
            why = "not every check could be looked at within five minutes"
            await self._windows.record(Rechecked(wanted.name, wanted.occasion, trouble=why))
            return
        rechecked = await self._compared(wanted, snapshot)
        if wanted.occasion == AT_CLOSE:
            await self._windows.record(baseline_of(snapshot, wanted.name, AFTER), rechecked)
        else:
            await self._windows.record(rechecked)

    async def _compared(self, wanted: Wanted, snapshot: Snapshot) -> Rechecked:
        if not wanted.baseline:
            why = "there is no baseline from when it was opened"
            return Rechecked(wanted.name, wanted.occasion, trouble=why)
        try:
            taken, at = await self._baselines.kept(wanted.baseline)
        except RefusedDecisionError as error:
            return Rechecked(wanted.name, wanted.occasion, trouble=str(error))
        return Rechecked(wanted.name, wanted.occasion, self._baselines.compared(taken, at, snapshot))

    async def _say(self) -> None:
        """Show what got worse for as long as it is so and matters, or why that is not known."""
        state = self._windows.state
        zone = zone_named(self._live.system.info.timezone)
        text = ""
        if found := rechecks(state, self._clock.now()):
            still = await self._still_so(state, found[-1])
            text = clean(recheck_words(state.name, still, lambda at: spoken(at, zone), bad_only=True))
        said = (Notice(SOURCE, text, Level.WARN),) if text else ()
        if said != self._said:
            self._said = said
            self._live.announce(SOURCE, said)

    async def _still_so(self, state: WindowState, found: Recheck) -> Recheck:
        """Return a recheck with only those of the checks that are worse by what is seen of them now."""
        engine = self._live.engine
        if not found.newly_bad or engine is None or not is_complete(engine.snapshot):
            return found
        try:
            if self._kept[0] != state.baseline:
                self._kept = (state.baseline, *await self._baselines.kept(state.baseline))
        except (RefusedDecisionError, JournalError):
            return found
        now = self._baselines.compared(self._kept[1], self._kept[2], engine.snapshot)
        worse = {one.check for one in now.newly_bad}
        return msgspec.structs.replace(found, newly_bad=tuple(n for n in found.newly_bad if n in worse))
