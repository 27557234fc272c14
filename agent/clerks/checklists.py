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
from runbooks.checklists.ruling import shown_sha256
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
                lines = await lists.shown(ask.list, ask.item)
                return ShownAnswer(ask.id, lines, shown_sha256(lines))
            case OpenChecklist():
                state = await lists.open(ask.name, operator, ask.reason)
            case DecideChecklist():
                state = await lists.decide(ask.list, ask.decision, operator)
        return ChecklistAnswer(ask.id, state, lists.now.waits.get(state.id, {}))
