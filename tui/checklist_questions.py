"""Owns how the agent answers what screens ask about checklists; here alone they become calls on the link."""

from __future__ import annotations

from textual.message import Message

from agent.checklist_messages import (
    AskChecklist,
    AskChecklists,
    AskShown,
    ChecklistAnswer,
    ChecklistsAnswer,
    DecideChecklist,
    OpenChecklist,
    ShownAnswer,
)
from agent.link import Link
from tui import checklist_messages as wish
from tui.walk_messages import DecisionTaken

PAST = 100
"""Past lists that are asked for."""


async def answer(link: Link, question: wish.ListQuestion) -> Message:
    """Return the answer.

    Raises:
        LinkError: when there is none; says why.
    """
    match question:
        case wish.ListsRequested():
            found = await link.ask(ChecklistsAnswer, lambda number: AskChecklists(number, PAST))
            return wish.ListsArrived(found.lists)
        case wish.ListRequested(name=name):
            return wish.ListArrived(
                (await link.ask(ChecklistAnswer, lambda number: AskChecklist(number, name))).list
            )
        case wish.ListWanted(name=name, reason=reason):
            opened = await link.ask(ChecklistAnswer, lambda number: OpenChecklist(number, name, reason))
            return wish.ListArrived(opened.list)
        case wish.ShownRequested(name=name, item=item):
            shown = await link.ask(ShownAnswer, lambda number: AskShown(number, name, item))
            return wish.ShownArrived(shown.lines, shown.sha256, shown.at, shown.by)
        case wish.ListDecided(name=name, decision=decision):
            await link.ask(ChecklistAnswer, lambda number: DecideChecklist(number, name, decision))
            return DecisionTaken()
    raise TypeError(f"nobody answers {type(question).__name__}")
