"""Owns how the agent answers what is asked about windows and baselines: calls on the link."""

from __future__ import annotations

from textual.message import Message

from agent.baseline_messages import AskBaseline, AskBaselines, BaselinesAnswer, KeptBaseline
from agent.link import Link
from tui import window_messages as wish


async def answer(link: Link, question: wish.WindowQuestion) -> Message:
    """Return the answer.

    Raises:
        LinkError: when there is none; says why.
    """
    match question:
        case wish.WindowWished(what="open"):
            await link.open_window(question.name, question.lasts, question.reason)
        case wish.WindowWished(what="extend"):
            await link.extend_window(question.lasts, question.reason, beyond=question.beyond)
        case wish.WindowWished(what="close"):
            await link.close_window(question.reason, question.walks)
        case wish.BaselinesRequested():
            listed = await link.ask(BaselinesAnswer, AskBaselines)
            return wish.BaselinesArrived(listed.heads)
        case wish.BaselineRequested(seq=seq):
            kept = await link.ask(KeptBaseline, lambda number: AskBaseline(number, seq))
            return wish.BaselineArrived(seq, kept.baseline, kept.at)
        case wish.BaselineWished(name=name):
            await link.take_baseline(name)
            return wish.BaselineKept()
        case _:
            raise TypeError(f"nobody answers {type(question).__name__}")
    return wish.WindowChanged()
