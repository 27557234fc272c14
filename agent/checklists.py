"""Owns the checklists of an agent: opened, followed, decided about, written down, and told as they move.

Items that are ticked by themselves follow the board and the journal at most once a second; each change of one
is one row. What was written is folded and nothing else is: what could not be written has not happened.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from pathlib import Path

from agent.checklist_evidence import EvidenceReader
from agent.checklist_facts import FactKeeper
from agent.checklist_messages import ChecklistsMoved
from agent.checklist_shelf import ListShelf
from agent.kept import Kept
from agent.live import LiveSystem
from agent.windows import Windows
from checks.clock import Clock
from checks.masking import Masker
from checks.text import clean
from runbooks.checklist_decisions import ListDecision
from runbooks.checklist_events import (
    ChecklistClosed,
    ChecklistEvents,
    ChecklistOpened,
    ListEnding,
)
from runbooks.checklist_plan import ByEvidence
from runbooks.checklists import opening, ruling
from runbooks.checklists.deciding import decided
from runbooks.checklists.fold import fold_all
from runbooks.checklists.shown import ShownPage, ShownPages
from runbooks.checklists.state import ChecklistsNow, ListHead, Lists, ListState
from runbooks.checklists.telling import waits_of
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.journal.errors import JournalError
from runbooks.journal.journal import Journal
from runbooks.journal.rows import Draft
from runbooks.operators import WALKDOWN, Operator
from runbooks.walking.opening import walk_id

FILES_EVERY = 2.0
"""Seconds between two looks at the files of lists."""
OPENED = 500
"""The newest openings among which those are looked for that are open still."""

log = logging.getLogger(__name__)


class Checklists(Kept[ChecklistsNow]):
    """The checklists of one system: opened, ticked and unticked as is due while `run` runs, or by hand."""

    called = "checklists"
    look_every = 1.0

    def __init__(
        self,
        live: LiveSystem,
        source: Path | None,
        journal: Journal,
        windows: Windows,
        masker: Masker,
        clock: Clock,
    ) -> None:
        """Know nothing yet."""
        super().__init__(ChecklistsNow(), live, journal, masker, clock)
        self._windows = windows
        self._shelf = ListShelf(live, source)
        self._facts = FactKeeper(live, journal, windows, masker, clock)
        self._evidence = EvidenceReader(masker)
        self._pages = ShownPages()
        self._open: dict[str, ListState] = {}
        """The open lists by id, in the order in which they were opened."""
        self._last: dict[str, float] = {}
        """For each list by name, the beginning of the window that it was last opened for."""
        self._well_since: dict[tuple[str, str], float] = {}
        """Since when each item has been seen to be good without a break, on the monotonic clock."""
        self._waits: dict[str, dict[str, str]] = {}
        self._files_at = -math.inf

    @property
    def is_open(self) -> bool:
        """Return whether a list is open, and followed."""
        return bool(self._open)

    def told(self) -> ChecklistsMoved:
        """Return how all open lists stand, for consoles."""
        return ChecklistsMoved(self._now)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        try:
            await super().run()
        finally:
            self._evidence.close()

    # What is asked

    async def lists(self, past: int) -> Lists:
        """Return the lists that can be opened, and so many of those that were closed."""
        library = await self._shelf.read()
        try:
            heads = await self._past(past)
        except JournalError as error:
            return Lists(library.plans, self._shelf.broken(), trouble=str(error))
        return Lists(library.plans, self._shelf.broken(), heads)

    async def list(self, name: str) -> tuple[ListState, dict[str, str]]:
        """Return how a list stands, open or past, and what keeps its items from being ticked.

        Raises:
            RefusedDecisionError: when there is none.
        """
        await self.look()
        state = self._find(name)
        if state is None:
            state = fold_all(await self._journal.entries(name))
            if not state.id:
                raise RefusedDecisionError(f"no list {clean(name)} is open, and there was none of that id")
        return state, self._waits.get(state.id, {})

    async def shown(self, name: str, item: str, operator: Operator) -> ShownPage:
        """Return the evidence for an item as it is now; who sees it may tick by its hash for a while.

        Raises:
            RefusedDecisionError: when it shows none.
        """
        state = self._demand(name)
        plan = state.plan.item(item)
        if plan is None:
            raise RefusedDecisionError(f"there is no item {item!r} in this list")
        if not isinstance(plan.source, ByEvidence):
            return ShownPage()
        contacts = self._live.system.sections.get("contacts") or ()
        info = self._live.system.info
        at = self._clock.now()
        lines = await self._evidence.lines(plan.source, self._facts.snapshot, info, contacts)
        page = ShownPage(lines, at, operator)
        self._pages.keep(state.id, item, page)
        return page

    # What is decided

    async def open(
        self, name: str, operator: Operator, reason: str = "", occasion: str = "hand"
    ) -> ListState:
        """Open a list by hand, or because a task is due, whose name is the reason then.

        Raises:
            RefusedDecisionError: when it may not be; says why.
        """
        plan = await self._shelf.plan(name)
        async with self._decision():
            if (going := self._find(name)) is not None:
                raise RefusedDecisionError(f"{name} is open already, as {going.id}")
            now = self._clock.now()
            event = opening.opened_by_hand(plan, self._windows.now, now, occasion, self._safe_lines(reason))
            state = await self._write(self._new_id(), (event,), operator)
        await self.look()
        return self._open.get(state.id, state)

    async def decide(self, name: str, decision: ListDecision, operator: Operator) -> ListState:
        """Take a decision about an open list, and return how that stands then.

        Raises:
            RefusedDecisionError: when it is not taken; says why.
        """
        async with self._decision():
            state = self._demand(name)
            at = self._clock.now()

            def page(name: str, item: str, sha256: str) -> ShownPage:
                return self._pages.of(name, item, sha256, operator, at)

            events = decided(state, decision, self._safe_lines, page)
            state = await self._write(state.id, events, operator)
        await self.look()
        return self._open.get(state.id, state)

    def _demand(self, name: str) -> ListState:
        state = self._find(name)
        if state is None:
            raise RefusedDecisionError(f"no list {clean(name)} is open")
        return state

    def _find(self, name: str) -> ListState | None:
        """Return the open list of that id, or of that name."""
        by_name = (state for state in self._open.values() if state.plan.name == name)
        return self._open.get(name) or next(by_name, None)

    def _safe_lines(self, text: str) -> str:
        return self._safe(text, lines=True)

    # What happens by itself

    async def _learn(self) -> None:
        rows = await self._journal.newest(ChecklistOpened, ChecklistClosed, limit=OPENED)
        over = {row.walk for row in rows if isinstance(row.event, ChecklistClosed)}
        for row in rows:
            if isinstance(row.event, ChecklistOpened):
                self._note_opening(row)
                if row.walk not in over:
                    self._open[row.walk] = fold_all(await self._journal.entries(row.walk))

    async def _do_due(self) -> None:
        await self._read_files()
        await self._open_due()
        if self._open:
            await self._facts.read()
        for state in tuple(self._open.values()):
            await self._follow(state)

    def _note_opening(self, row: Entry) -> None:
        if isinstance(row.event, ChecklistOpened) and row.event.window_start:
            name = row.event.plan.name
            self._last[name] = max(self._last.get(name, 0.0), row.event.window_start)

    async def _read_files(self) -> None:
        now = self._clock.monotonic()
        if now - self._files_at >= FILES_EVERY:
            self._files_at = now
            await self._shelf.read()

    async def _open_due(self) -> None:
        """Open the lists whose windows say so; one that was left open from the time before is given up."""
        plans, windows, now = self._shelf.library.plans, self._windows.now, self._clock.now()
        for event in opening.due(plans, windows, self._last, now):
            before = self._find(event.plan.name)
            if before is not None:
                unfinished = tuple(item.id for item in before.unsettled())
                ending = ListEnding.GIVEN_UP if unfinished else ListEnding.DONE
                reason = f"{event.window} comes again"
                await self._write(before.id, (ChecklistClosed(ending, reason, unfinished),), WALKDOWN)
            await self._write(self._new_id(), (event,), WALKDOWN)

    async def _follow(self, state: ListState) -> None:
        """Tick and untick what follows by itself, and note what keeps the rest."""
        verdicts, now = self._facts.verdicts(state), self._clock.monotonic()
        well_for = {}
        for item, verdict in verdicts.items():
            key = (state.id, item)
            if verdict.good:
                well_for[item] = now - self._well_since.setdefault(key, now)
            else:
                self._well_since.pop(key, None)
        happened = ruling.moves(state, verdicts, well_for, self._facts.grace)
        if happened:
            state = await self._write(state.id, happened, WALKDOWN)
        self._waits[state.id] = waits_of(state, verdicts)

    async def _write(self, name: str, events: Iterable[ChecklistEvents], operator: Operator) -> ListState:
        rows = await self._journal.append(*(Draft(name, event, operator) for event in events))
        state = fold_all(rows, self._open.get(name, ListState()))
        for row in rows:
            self._note_opening(row)
            log.info("checklist %s: %s", name, type(row.event).__name__)
        if state.over:
            self._open.pop(name, None)
            self._waits.pop(name, None)
            self._well_since = {key: at for key, at in self._well_since.items() if key[0] != name}
        else:
            self._open[name] = state
        return state

    async def _past(self, limit: int) -> tuple[ListHead, ...]:
        """Return the lists that were closed, newest first."""
        rows = await self._journal.newest(ChecklistOpened, ChecklistClosed, limit=OPENED)
        closings = {row.walk: row for row in rows if isinstance(row.event, ChecklistClosed)}
        heads = [_head(row, closings[row.walk]) for row in reversed(rows) if row.walk in closings]
        return tuple(head for head in heads if head is not None)[: max(1, limit)]

    def _new_id(self) -> str:
        return walk_id(self._clock.now())

    async def _stand(self) -> ChecklistsNow:
        coming = opening.coming(self._shelf.library.plans, self._windows.now, self._last, self._clock.now())
        waits = {name: waits for name, waits in self._waits.items() if waits}
        return ChecklistsNow(tuple(self._open.values()), waits, coming, self._trouble)


def _head(opened: Entry, closed: Entry) -> ListHead | None:
    first, last = opened.event, closed.event
    if not isinstance(first, ChecklistOpened) or not isinstance(last, ChecklistClosed):
        return None
    return ListHead(
        opened.walk,
        first.plan.name,
        first.plan.title,
        opened.at,
        opened.operator,
        first.window,
        closed.at,
        closed.operator,
        last.ending,
        len(last.unfinished),
    )
