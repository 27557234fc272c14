"""Owns the answering of what is asked and decided about checklists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from agent.checklist_messages import (
    Answers,
    AskChecklist,
    AskChecklists,
    AskShown,
    ChecklistAnswer,
    ChecklistsAnswer,
    DecideChecklist,
    OpenChecklist,
    Questions,
    ShownAnswer,
)
from agent.checklists import Checklists
from runbooks.operators import Operator


@dataclass(frozen=True, slots=True)
class ChecklistClerk:
    """Answers what is asked and decided about checklists."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    checklists: Checklists

    async def answer(self, ask: Questions, operator: Operator) -> Answers:
        """Return the answer."""
        lists = self.checklists
        match ask:
            case AskChecklists():
                await lists.look()
                return ChecklistsAnswer(ask.id, await lists.lists(ask.past), lists.now)
            case AskChecklist():
                return ChecklistAnswer(ask.id, *await lists.list(ask.list))
            case AskShown():
                page = await lists.shown(ask.list, ask.item, operator)
                return ShownAnswer(ask.id, page.lines, page.sha256, page.at, page.by)
            case OpenChecklist():
                state = await lists.open(ask.name, operator, ask.reason)
            case DecideChecklist():
                state = await lists.decide(ask.list, ask.decision, operator)
        return ChecklistAnswer(ask.id, state, lists.now.waits.get(state.id, {}))
