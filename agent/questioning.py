"""Owns what a console asks of an agent and is answered: each question as a call that returns the answer.

How a question gets there, and the answer back, is `agent/attach.py`'s.
"""

from __future__ import annotations

import abc
from collections.abc import Callable

from agent.baseline_messages import AskDifference, BaselineAnswer, DifferenceAnswer, TakeBaseline
from agent.check_messages import AskHistory, AskResults, HistoryAnswer, ResultsAnswer
from agent.link import A
from agent.protocol import Question
from agent.walk_messages import (
    AskDryRun,
    AskEntries,
    AskEvidence,
    AskRunbooks,
    AskWalks,
    Decide,
    Decided,
    DryRunAnswer,
    EntriesAnswer,
    EvidenceAnswer,
    OpenWalk,
    RunbooksAnswer,
    WalkAnswer,
    WalksAnswer,
)
from agent.window_messages import AskWindows, CloseWindow, ExtendWindow, OpenWindow, WindowsAnswer
from checks.model import HistoryQuery, Result, Series
from runbooks.comparison import Comparison
from runbooks.decisions import Decision
from runbooks.events import Entry
from runbooks.fold import fold_all
from runbooks.live import DryStep, Runbooks, WalkHead
from runbooks.walk import Walk
from runbooks.walk_events import Manner
from runbooks.window_events import BaselineTaken
from runbooks.windows.state import WindowsNow


class Questioner(abc.ABC):
    """Asks an agent. Every call may raise LinkError: when no agent answers, or it refuses."""

    @abc.abstractmethod
    async def ask(self, kind: type[A], question: Callable[[int], Question]) -> A:
        """Ask, and return the answer, which is of that kind."""

    async def history(self, query: HistoryQuery) -> tuple[Series, ...]:
        """Return the course of a reading, one series for each member."""
        return (await self.ask(HistoryAnswer, lambda number: AskHistory(number, query))).series

    async def results(self, check: str, limit: int = 50) -> tuple[Result, ...]:
        """Return the newest results of a check, newest first."""
        return (await self.ask(ResultsAnswer, lambda number: AskResults(number, check, limit))).results

    async def runbooks(self) -> Runbooks:
        """Return what can be walked, and when it was last."""
        return (await self.ask(RunbooksAnswer, AskRunbooks)).runbooks

    async def walks(self, limit: int = 200) -> tuple[WalkHead, ...]:
        """Return the walks there were, newest first."""
        return (await self.ask(WalksAnswer, lambda number: AskWalks(number, limit))).walks

    async def walk(self, walk: str) -> Walk:
        """Return a walk, open or over, as it stands."""
        return fold_all(await self.entries(walk))

    async def entries(self, walk: str) -> tuple[Entry, ...]:
        """Return all that happened to a walk, in order."""
        return (await self.ask(EntriesAnswer, lambda number: AskEntries(number, walk))).entries

    async def evidence(self, walk: str, step: str, attempt: int, name: str) -> str:
        """Return what an attempt left, fit to be shown."""
        answer = await self.ask(EvidenceAnswer, lambda number: AskEvidence(number, walk, step, attempt, name))
        return answer.text

    async def open_walk(
        self, runbook: str, plan_sha256: str, inputs: dict[str, str], manner: Manner = Manner.CONSOLE
    ) -> str:
        """Begin to walk a runbook, and return the id of the walk."""
        answer = await self.ask(
            WalkAnswer, lambda number: OpenWalk(number, runbook, plan_sha256, inputs, manner)
        )
        return answer.walk

    async def dry_run(self, runbook: str, inputs: dict[str, str]) -> tuple[DryStep, ...]:
        """Return what a walk would do; only steps that look are run."""
        return (await self.ask(DryRunAnswer, lambda number: AskDryRun(number, runbook, inputs))).steps

    async def decide(self, walk: str, fence: int, decision: Decision) -> None:
        """Decide something about a walk."""
        await self.ask(Decided, lambda number: Decide(number, walk, fence, decision))

    async def take_baseline(self, name: str) -> BaselineTaken:
        """Have everything looked at and kept under a name, and return it."""
        return (await self.ask(BaselineAnswer, lambda number: TakeBaseline(number, name))).baseline

    async def difference(self, name: str = "") -> Comparison:
        """Return what is different now from a baseline; the newest one when none is named."""
        return (await self.ask(DifferenceAnswer, lambda number: AskDifference(number, name))).difference

    async def windows(self) -> WindowsNow:
        """Return how windows stand."""
        return (await self.ask(WindowsAnswer, AskWindows)).windows

    async def open_window(self, name: str, lasts: float, reason: str) -> WindowsNow:
        """Open a window that is not planned now, for so many seconds."""
        return (await self.ask(WindowsAnswer, lambda number: OpenWindow(number, name, lasts, reason))).windows

    async def extend_window(self, lasts: float, reason: str, *, beyond: bool = False) -> WindowsNow:
        """Have the open window close so many seconds later."""
        answer = await self.ask(
            WindowsAnswer, lambda number: ExtendWindow(number, lasts, reason, beyond=beyond)
        )
        return answer.windows

    async def close_window(self, reason: str, walks: tuple[str, ...] = ()) -> WindowsNow:
        """Close the open window now."""
        return (await self.ask(WindowsAnswer, lambda number: CloseWindow(number, reason, walks))).windows
