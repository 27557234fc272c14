"""Owns the link that tests of screens hold: an agent in memory that does what the test says.

Published for tests of third parties' screens, so kept stable.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Self

from agent.calendar_messages import CalendarAnswer
from agent.checklist_messages import ChecklistsAnswer
from agent.link import A, Attached, Detached, LinkEvent, Moved, RefusedError, Updated
from agent.protocol import Answer, Question, Stands
from agent.window_messages import WindowMoved
from checks.board import Snapshot, SystemInfo
from checks.errors import LinkError
from checks.model import HistoryQuery, Result, Series
from runbooks.calendar.state import Agenda
from runbooks.checklists.state import ChecklistsNow, Lists
from runbooks.comparison import Comparison
from runbooks.decisions import Decision
from runbooks.events import Entry
from runbooks.live import DryStep, Live, Runbooks, WalkHead
from runbooks.rights import HERE, Standpoint
from runbooks.walk import Walk
from runbooks.walk_events import Manner
from runbooks.window_events import BaselineTaken
from runbooks.windows.state import WindowsNow

NO_LISTS = ChecklistsAnswer(0, Lists(), ChecklistsNow())


class MemoryLink:
    """A link without an agent: the test feeds the events and reads the calls."""

    def __init__(self) -> None:
        """Start with no agent."""
        self.probed: list[tuple[str, ...]] = []
        """The names of every `probe_now`."""
        self.paces: list[float] = []
        """The argument of every `pace`."""
        self.queries: list[HistoryQuery] = []
        """Every query for history."""
        self.series: dict[tuple[str, str], tuple[Series, ...]] = {}
        """What `history` answers, by check and reading."""
        self.stored: dict[str, tuple[Result, ...]] = {}
        """What `results` answers, by check, newest first."""
        self.library = Runbooks()
        """What `runbooks` answers."""
        self.heads: tuple[WalkHead, ...] = ()
        """What `walks` answers."""
        self.known_walks: dict[str, Walk] = {}
        """What `walk` answers, by id."""
        self.known_entries: dict[str, tuple[Entry, ...]] = {}
        """What `entries` answers, by id."""
        self.texts: dict[tuple[str, str, int, str], str] = {}
        """What `evidence` answers, by walk, step, attempt and name."""
        self.dry_steps: tuple[DryStep, ...] = ()
        """What `dry_run` answers."""
        self.opened: list[tuple[str, dict[str, str], Manner]] = []
        """The runbook, inputs and manner of every `open_walk`."""
        self.begins = ""
        """What `open_walk` calls the next walk; empty: it counts them."""
        self.decisions: list[tuple[str, int, Decision]] = []
        """The walk, fence and decision of every `decide`."""
        self.windows_now = WindowsNow()
        """What `windows` and all that is asked of windows answer."""
        self.window_wishes: list[tuple[str, ...]] = []
        """What every call about a window asked for: `open`, `extend` or `close`, and its arguments."""
        self.asked: list[Question] = []
        """Every question that was asked by `ask`."""
        self.answers: dict[type, Answer] = {
            ChecklistsAnswer: NO_LISTS,
            CalendarAnswer: CalendarAnswer(0, Agenda(0.0, 0.0)),
        }
        """What `ask` answers, by the kind of the answer."""
        self.baselines: list[str] = []
        """The name of every `take_baseline`."""
        self.differences: dict[str, Comparison] = {}
        """What `difference` answers, by the name of the baseline."""
        self.refusal = ""
        """Why `open_walk` and `decide` are refused; empty: they are not."""
        self._attached = False
        self._event: LinkEvent | None = None
        self._fed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        """Return itself: it stands for an open link."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Have nothing to close."""

    async def attach(self, system: SystemInfo, snapshot: Snapshot, standpoint: Standpoint = HERE) -> None:
        """Have an agent answer with this system and snapshot, to somebody who may do so much."""
        self._attached = True
        await self._feed(Attached(system, snapshot, "0", 1, standpoint))

    async def update(self, snapshot: Snapshot) -> None:
        """Send a newer snapshot; it takes the place of one that nobody has taken yet."""
        await self._feed(Updated(snapshot))

    async def move(self, walk: Walk, live: Live = Live()) -> None:  # noqa: B008 - frozen
        """Tell how an open walk stands."""
        self.known_walks[walk.id] = walk
        await self._feed(Moved(walk, live))

    async def move_windows(self, windows: WindowsNow) -> None:
        """Tell how windows stand."""
        self.windows_now = windows
        await self.stand(WindowMoved(windows))

    async def stand(self, message: Stands) -> None:
        """Tell how something stands."""
        await self._feed(message)

    async def detach(self, reason: str) -> None:
        """Lose the agent."""
        self._attached = False
        await self._feed(Detached(reason))

    async def events(self) -> AsyncIterator[LinkEvent]:
        """Yield what the test feeds."""
        while True:
            async with self._fed:
                while self._event is None:
                    await self._fed.wait()
                event, self._event = self._event, None
                self._fed.notify_all()
            yield event

    async def probe_now(self, names: tuple[str, ...] = ()) -> None:
        """Record the wish."""
        self._need_agent()
        self.probed.append(names)

    async def ask(self, kind: type[A], question: Callable[[int], Question]) -> A:
        """Record the question and answer from `answers`."""
        self._need_agent()
        self._may_be_refused()
        self.asked.append(question(len(self.asked) + 1))
        answer = self.answers[kind]
        assert isinstance(answer, kind)
        return answer

    async def history(self, query: HistoryQuery) -> tuple[Series, ...]:
        """Record the query and answer from `series`."""
        self._need_agent()
        self.queries.append(query)
        return self.series.get((query.check, query.reading), ())

    async def results(self, check: str, limit: int = 50) -> tuple[Result, ...]:
        """Answer from `stored`."""
        self._need_agent()
        return self.stored.get(check, ())[:limit]

    async def runbooks(self) -> Runbooks:
        """Answer from `library`."""
        self._need_agent()
        return self.library

    async def walks(self, limit: int = 200) -> tuple[WalkHead, ...]:
        """Answer from `heads`."""
        self._need_agent()
        return self.heads[:limit]

    async def walk(self, walk: str) -> Walk:
        """Answer from `known_walks`."""
        self._need_agent()
        return self.known_walks[walk]

    async def entries(self, walk: str) -> tuple[Entry, ...]:
        """Answer from `known_entries`."""
        self._need_agent()
        return self.known_entries.get(walk, ())

    async def evidence(self, walk: str, step: str, attempt: int, name: str) -> str:
        """Answer from `texts`."""
        self._need_agent()
        return self.texts.get((walk, step, attempt, name), "")

    async def open_walk(
        self, runbook: str, plan_sha256: str, inputs: dict[str, str], manner: Manner = Manner.CONSOLE
    ) -> str:
        """Record the wish; the walk is called `walk-1`, `walk-2`, ..., or what `begins` says."""
        self._need_agent()
        self._may_be_refused()
        self.opened.append((runbook, inputs, manner))
        return self.begins or f"walk-{len(self.opened)}"

    async def dry_run(self, runbook: str, inputs: dict[str, str]) -> tuple[DryStep, ...]:
        """Answer from `dry_steps`."""
        self._need_agent()
        self._may_be_refused()
        return self.dry_steps

    async def decide(self, walk: str, fence: int, decision: Decision) -> None:
        """Record the decision."""
        self._need_agent()
        self._may_be_refused()
        self.decisions.append((walk, fence, decision))

    async def take_baseline(self, name: str) -> BaselineTaken:
        """Record the name."""
        self._need_agent()
        self._may_be_refused()
        self.baselines.append(name)
        return BaselineTaken(name, "hand")

    async def difference(self, name: str = "") -> Comparison:
        """Answer from `differences`."""
        self._need_agent()
        self._may_be_refused()
        return self.differences.get(name) or Comparison(name, 0.0, 0.0)

    async def windows(self) -> WindowsNow:
        """Answer from `windows_now`."""
        self._need_agent()
        return self.windows_now

    async def open_window(self, name: str, lasts: float, reason: str) -> WindowsNow:
        """Record the wish."""
        return self._window("open", name, f"{lasts:g}", reason)

    async def extend_window(self, lasts: float, reason: str, *, beyond: bool = False) -> WindowsNow:
        """Record the wish."""
        return self._window("extend", f"{lasts:g}", reason, *(("beyond",) if beyond else ()))

    async def close_window(self, reason: str, walks: tuple[str, ...] = ()) -> WindowsNow:
        """Record the wish."""
        return self._window("close", reason, *walks)

    def _window(self, *wish: str) -> WindowsNow:
        self._need_agent()
        self._may_be_refused()
        self.window_wishes.append(wish)
        return self.windows_now

    def _may_be_refused(self) -> None:
        if self.refusal:
            raise RefusedError(self.refusal)

    async def pace(self, per_second: float) -> None:
        """Record the pace."""
        self._need_agent()
        self.paces.append(per_second)

    async def _feed(self, event: LinkEvent) -> None:
        """Hand over an event; only a snapshot may take the place of one that was not taken."""
        async with self._fed:
            while self._event is not None and not (
                isinstance(event, Updated) and isinstance(self._event, Updated)
            ):
                await self._fed.wait()
            self._event = event
            self._fed.notify_all()

    def _need_agent(self) -> None:
        if not self._attached:
            raise LinkError("no agent answers")
