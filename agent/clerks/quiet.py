"""Owns the answering of what is asked and decided about silences, acknowledgements and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, get_args

from agent.live import LiveSystem
from agent.quiet_messages import (
    Acknowledge,
    AlertsAnswer,
    Answers,
    AskAlerts,
    AskQuiet,
    BeginSilence,
    EndSilence,
    Questions,
    QuietAnswer,
    RaiseAlert,
    Withdraw,
)
from agent.silences import Silences
from checks.storage.letters import newest_letters
from runbooks.operators import Operator

MOST = 1000
"""Messages that are told of at most."""


@dataclass(frozen=True, slots=True)
class QuietClerk:
    """Answers what is asked and decided about what people are told."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    silences: Silences
    live: LiveSystem

    async def answer(self, ask: Questions, operator: Operator) -> Answers:
        """Return how things stand, after what was wanted."""
        silences = self.silences
        match ask:
            case AskAlerts():
                newest = partial(newest_letters, limit=max(1, min(MOST, ask.limit)))
                return AlertsAnswer(ask.id, await self.live.store.ask(newest, ()))
            case BeginSilence():
                await silences.silence(ask.checks, ask.lasts, ask.reason, operator)
            case EndSilence():
                await silences.lift(ask.silence, ask.reason, operator)
            case Acknowledge():
                await silences.acknowledge(ask.check, ask.comment, ask.lasts, operator)
            case Withdraw():
                await silences.withdraw(ask.check, ask.reason, operator)
            case RaiseAlert():
                await silences.raise_alert(ask.kind, ask.severity, ask.text, ask.check, operator)
            case AskQuiet():
                await silences.look()
        return QuietAnswer(ask.id, silences.now)
