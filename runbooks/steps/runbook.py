"""Owns the step kind `runbook`: the heading of a nested runbook, whose steps follow it in the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from runbooks.action import Action
from runbooks.outcome import Applied, Outcome, succeeded
from runbooks.step import Board, RunbookName, StepContext


@dataclass(frozen=True, slots=True)
class RunbookStep:
    """Walks another runbook at this place."""

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: clean-up
kind: runbook
runbook: log-clean-up
"""

    runbook: RunbookName
    """The runbook."""
    steps: int = 0
    """How many steps of it follow; filled in while loading."""

    async def prepare(self, context: StepContext) -> Action:
        """Return what follows."""
        return Action(lines=(self._said(),))

    async def look(self, context: StepContext, board: Board) -> Outcome:
        """Do nothing: it is a heading."""
        return succeeded(self._said(), Applied.NONE)

    def _said(self) -> str:
        if not self.steps:
            return f"the steps of {self.runbook} follow"
        return f"{self.steps} {'step' if self.steps == 1 else 'steps'} of {self.runbook} follow"
