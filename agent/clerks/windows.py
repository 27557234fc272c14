"""Owns the answering of what is asked and decided about windows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, get_args

from agent.window_messages import (
    Answers,
    AskWindows,
    CloseWindow,
    ExtendWindow,
    OpenWindow,
    Questions,
    WindowsAnswer,
)
from agent.windows import Windows
from runbooks.operators import Operator


@dataclass(frozen=True, slots=True)
class WindowClerk:
    """Answers what is asked and decided about windows."""

    ASKED: ClassVar[tuple[type, ...]] = get_args(Questions)
    windows: Windows

    async def answer(self, ask: Questions, operator: Operator) -> Answers:
        """Return how windows stand, after what was wanted."""
        match ask:
            case OpenWindow():
                await self.windows.open(ask.name, ask.lasts, ask.reason, operator)
            case ExtendWindow():
                await self.windows.extend(ask.lasts, ask.reason, operator, beyond=ask.beyond)
            case CloseWindow():
                await self.windows.close(ask.reason, operator, ask.walks)
            case AskWindows():
                await self.windows.look()
        return WindowsAnswer(ask.id, self.windows.now)
