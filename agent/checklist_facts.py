"""Owns the gathering of what items are judged by: the board, the windows, and rows of the journal.

The journal is read again only when it has grown, or after a few seconds; a list that is open costs little.
"""

from __future__ import annotations

from dataclasses import replace

from agent.live import LiveSystem
from agent.windows import Windows
from checks.board import EMPTY, Snapshot
from checks.clock import Clock
from checks.masking import Masker
from checks.moments import zone_of
from checks.text import clean
from runbooks.checklist_plan import ByChecks, ByRecord, ItemPlan
from runbooks.checklists.judging import Verdict, judge
from runbooks.checklists.sources import KINDS, Facts, judge_record
from runbooks.checklists.state import ListState
from runbooks.events import Entry
from runbooks.journal.journal import Journal
from runbooks.live import WalkHead
from runbooks.windows.plan import next_span, windows_of
from runbooks.windows.state import PlannedWindow

READ_EVERY = 5.0
"""Seconds after which the journal is read again although nothing was written by this process."""
RECKON_EVERY = 60.0
"""Seconds after which it is reckoned again when windows open next, if none has opened or closed."""
WALKS, ROWS = 200, 100
"""Newest walks, and newest rows of each kind, that are looked at."""
LONGEST = 1000
"""Characters of what is seen."""
GRACE = 20.0
"""Seconds after a start within which nothing is lost only because it was not looked at yet."""


class FactKeeper:
    """What is known for judging items."""

    def __init__(
        self, live: LiveSystem, journal: Journal, windows: Windows, masker: Masker, clock: Clock
    ) -> None:
        """Know nothing yet."""
        self._masker = masker
        self._live = live
        self._journal = journal
        self._windows = windows
        self._clock = clock
        self._walks: tuple[WalkHead, ...] = ()
        self._rows: tuple[Entry, ...] = ()
        self._read_at = -READ_EVERY
        self._read_head = -1
        self._next: dict[str, float] = {}
        self._next_of: tuple[object, ...] = ()
        self._engine: object = None
        self._engine_since = 0.0

    @property
    def snapshot(self) -> Snapshot:
        """Return the newest picture of the board; an empty one before there is any."""
        return self._live.engine.snapshot if self._live.engine is not None else EMPTY

    @property
    def grace(self) -> bool:
        """Return whether probing has begun only now."""
        if self._live.engine is not self._engine:
            self._engine, self._engine_since = self._live.engine, self._clock.monotonic()
        return self._clock.monotonic() - self._engine_since < GRACE

    async def read(self) -> None:
        """Read the journal again when there may be something new in it.

        Raises:
            JournalError: when it cannot be read.
        """
        now, head = self._clock.monotonic(), self._journal.head.seq
        if head != self._read_head or now - self._read_at >= READ_EVERY:
            self._walks = await self._journal.walks(WALKS)
            self._rows = await self._journal.newest(*KINDS, limit=ROWS)
            self._read_head, self._read_at = head, now

    def verdicts(self, state: ListState) -> dict[str, Verdict]:
        """Return what is seen of each item of the present phase that is ticked by itself."""
        if self._live.engine is None or state.over:
            return {}
        facts = self._facts(state)
        found = {item.id: self._verdict(item, facts) for item in state.phase.items if item.by_itself}
        return {item: self._safe(verdict) for item, verdict in found.items()}

    def _safe(self, verdict: Verdict) -> Verdict:
        """Return the verdict without secrets that were learned after what it says was seen."""
        return replace(verdict, why=clean(self._masker.mask(verdict.why))[:LONGEST])

    def _verdict(self, item: ItemPlan, facts: Facts) -> Verdict:
        match item.source:
            case ByChecks():
                return judge(item.source, facts.snapshot, self._live.system.info)
            case ByRecord():
                return judge_record(item.source, facts)
            case _:
                return Verdict(False, "")

    def _facts(self, state: ListState) -> Facts:
        return Facts(
            self._clock.now(),
            state.opened_at,
            state.window,
            state.window_start,
            self.snapshot,
            self._windows.now,
            self._next_windows(),
            self._walks,
            self._rows,
            zone_of(self._live.system.info.timezone),
        )

    def _next_windows(self) -> dict[str, float]:
        """Return when each window opens next after now."""
        planned: tuple[PlannedWindow, ...] = self._windows.now.planned
        now = self._clock.now()
        key = (self._live.system.info, planned, now // RECKON_EVERY)
        if key != self._next_of:
            self._next_of = key
            early = self._windows.state.early
            spans = {plan.name: next_span(plan, now, early) for plan in windows_of(self._live.system)}
            self._next = {name: span.start for name, span in spans.items() if span is not None}
        return self._next
