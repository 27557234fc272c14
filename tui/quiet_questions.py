"""Owns how the agent is asked what screens wish to know and do about silences and acknowledgements."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

from agent.link import Link
from agent.protocol import Question as Asked
from agent.quiet_messages import (
    Acknowledge,
    AlertsAnswer,
    AskAlerts,
    BeginSilence,
    EndSilence,
    QuietAnswer,
    Withdraw,
)
from tui.quiet_messages import (
    AcknowledgeWanted,
    AlertsArrived,
    AlertsRequested,
    LiftWanted,
    QuietDone,
    QuietQuestion,
    SilenceWanted,
    WithdrawWanted,
)


async def answer(link: Link, question: QuietQuestion) -> Message:
    """Return the agent's answer.

    Raises:
        LinkError: when there is none; says why.
    """
    if isinstance(question, AlertsRequested):
        limit = question.limit
        letters = (await link.ask(AlertsAnswer, lambda number: AskAlerts(number, limit))).letters
        return AlertsArrived(letters)
    await link.ask(QuietAnswer, _wish(question))
    return QuietDone()


def _wish(question: QuietQuestion) -> Callable[[int], Asked]:
    match question:
        case SilenceWanted(check=check, lasts=lasts, reason=reason):
            return lambda number: BeginSilence(number, (check,), lasts, reason)
        case LiftWanted(silence=silence, reason=reason):
            return lambda number: EndSilence(number, silence, reason)
        case AcknowledgeWanted(check=check, comment=comment, lasts=lasts):
            return lambda number: Acknowledge(number, check, comment, lasts)
        case WithdrawWanted(check=check, reason=reason):
            return lambda number: Withdraw(number, check, reason)
    raise TypeError(f"nobody answers {type(question).__name__}")
