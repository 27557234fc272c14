"""Owns the answering of what consoles ask: each question to whoever knows, each failure in words."""

from __future__ import annotations

from dataclasses import dataclass

from agent.baseline_messages import AskDifference, BaselineAnswer, DifferenceAnswer, TakeBaseline
from agent.live import LiveSystem
from agent.protocol import (
    Answer,
    AskDryRun,
    AskEntries,
    AskEvidence,
    AskHistory,
    AskProbe,
    AskResults,
    AskRunbooks,
    AskWalks,
    Decide,
    Decided,
    DryRunAnswer,
    EntriesAnswer,
    EvidenceAnswer,
    HistoryAnswer,
    OpenWalk,
    ProbeAnswer,
    Question,
    ResultsAnswer,
    RunbooksAnswer,
    WalkAnswer,
    WalksAnswer,
)
from agent.walks import Walks
from agent.window_messages import AskWindows, CloseWindow, ExtendWindow, OpenWindow, WindowsAnswer
from checks import board
from checks.board import Snapshot
from checks.errors import LinkError, StoreError
from runbooks.errors import RefusedDecisionError
from runbooks.events import Operator


class UnansweredError(LinkError):
    """A question cannot be answered, or what was wanted will not be done; says why."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers questions."""

    live: LiveSystem
    walks: Walks

    async def answer(self, question: Question, operator: Operator) -> Answer:
        """Return the answer for whoever the kernel says is asking.

        Raises:
            UnansweredError: when there is none; says why.
        """
        try:
            if isinstance(question, AskProbe | AskHistory | AskResults):
                return await self._of_checks(question)
            return await self._of_walks(question, operator)
        except (RefusedDecisionError, StoreError, ValueError, OverflowError) as error:
            # A time without end or a number beyond SQLite's is the console's mistake, not ours.
            raise UnansweredError(str(error)) from error

    async def _of_checks(self, question: AskProbe | AskHistory | AskResults) -> Answer:
        store = self.live.store
        match question:
            case AskProbe():
                return ProbeAnswer(question.id, await self._probed(question.names))
            case AskHistory():
                return HistoryAnswer(question.id, await store.history(question.query))
            case AskResults():
                return ResultsAnswer(question.id, await store.results(question.check, question.limit))

    async def _of_walks(self, ask: Question, operator: Operator) -> Answer:
        walks = self.walks
        match ask:
            case AskRunbooks():
                return RunbooksAnswer(ask.id, await walks.runbooks())
            case AskWalks():
                return WalksAnswer(ask.id, await walks.heads(ask.limit))
            case AskEntries():
                return EntriesAnswer(ask.id, await walks.entries(ask.walk))
            case AskEvidence():
                text = await walks.evidence(ask.walk, ask.step, ask.attempt, ask.name)
                return EvidenceAnswer(ask.id, text)
            case AskDryRun():
                return DryRunAnswer(ask.id, await walks.dry_run(ask.runbook, ask.inputs))
            case OpenWalk():
                walk = await walks.open(ask.runbook, ask.plan_sha256, ask.inputs, ask.manner, operator)
                return WalkAnswer(ask.id, walk)
            case Decide():
                await walks.decide(ask.walk, ask.fence, ask.decision, operator)
                return Decided(ask.id)
            case TakeBaseline():
                return BaselineAnswer(ask.id, await walks.baselines.take(ask.name, operator))
            case AskDifference():
                return DifferenceAnswer(ask.id, await walks.baselines.difference(ask.name))
            case AskWindows() | OpenWindow() | ExtendWindow() | CloseWindow():
                await self._about_windows(ask, operator)
                return WindowsAnswer(ask.id, walks.windows.now)
            case _:
                raise UnansweredError(f"{type(ask).__name__} is not understood")

    async def _about_windows(self, ask: Question, operator: Operator) -> None:
        windows = self.walks.windows
        match ask:
            case OpenWindow():
                await windows.open(ask.name, ask.lasts, ask.reason, operator)
            case ExtendWindow():
                await windows.extend(ask.lasts, ask.reason, operator)
            case CloseWindow():
                await windows.close(ask.reason, operator)
            case _:
                await windows.look()

    async def _probed(self, names: tuple[str, ...]) -> Snapshot:
        """Return what is seen of these checks, all of it by one engine."""
        engine = None
        while engine is None or engine.ended:
            engine = await self.live.engine_after(engine)
            snapshot = await engine.probed(names)
        return board.only(snapshot, engine.system, names)
