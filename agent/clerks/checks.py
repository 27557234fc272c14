"""Owns the answering of what is asked about checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from agent.check_messages import (
    Answers,
    AskHistory,
    AskProbe,
    AskResults,
    HistoryAnswer,
    ProbeAnswer,
    Questions,
    ResultsAnswer,
)
from agent.live import LiveSystem
from checks import board
from checks.board import Snapshot
from runbooks.operators import Operator


@dataclass(frozen=True, slots=True)
class CheckClerk:
    """Answers what is asked about checks."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    live: LiveSystem

    async def answer(self, question: Questions, operator: Operator) -> Answers:
        """Return the answer."""
        store = self.live.store
        match question:
            case AskProbe():
                return ProbeAnswer(question.id, await self._probed(question.names))
            case AskHistory():
                return HistoryAnswer(question.id, await store.history(question.query))
            case AskResults():
                return ResultsAnswer(question.id, await store.results(question.check, question.limit))

    async def _probed(self, names: tuple[str, ...]) -> Snapshot:
        """Return what is seen of these checks, all of it by one engine."""
        engine = None
        while engine is None or engine.ended:
            engine = await self.live.engine_after(engine)
            snapshot = await engine.probed(names)
        return board.only(snapshot, engine.system, names)
