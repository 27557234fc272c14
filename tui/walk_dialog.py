"""Owns the contract of a dialog about the step that a walk is at: it notices when the walk has moved on."""

from __future__ import annotations

from runbooks.decisions import Decision
from runbooks.walk import Status, StepState
from runbooks.wording import whose
from tui.dialog import Dialog
from tui.walks.open_walk import OpenWalk
from tui.walks.words import number_of, title_of

GONE = StepState("")
READ = "read it to its end: down, page down"
"""What is to be done first with a text that is longer than its box."""


class WalkDialog(Dialog):
    """Asks about an open walk."""

    def __init__(self, opened: OpenWalk, heading: str = "") -> None:
        """Ask about the walk as it stands, and the step that it is at."""
        self.opened = opened
        self.state = opened.walk.current or GONE
        super().__init__(heading or self._step_heading())
        self._late = ""

    def _step_heading(self) -> str:
        if not self.state.id:
            return ""
        walk = self.opened.walk
        return f"{number_of(walk, self.state.id)} {title_of(walk.plan.step(self.state.id))}"

    def follow(self, opened: OpenWalk) -> None:
        """Learn how the walk stands now; what is no longer asked can no longer be answered."""
        self.opened = opened
        self._late = self._why_late()
        self.say()

    def statuses(self) -> tuple[Status, ...]:
        """Return in which of them the step must be for this to be asked; none: it does not matter."""
        return ()

    def _why_late(self) -> str:
        walk = self.opened.walk
        if walk.over:
            return "the walk is over"
        if not self.opened.held:
            return f"{whose(walk.holder, self.opened.standpoint.me)} decides now"
        statuses, now = self.statuses(), walk.current
        if not statuses:
            return ""
        if now is None or (now.id, now.attempt) != (self.state.id, self.state.attempt):
            return "the walk has moved on meanwhile"
        return "" if now.status in statuses else f"it is {now.status.value.replace('_', ' ')} by now"

    def missing(self) -> str:
        """Return what is in the way, first of all that it is too late."""
        return self._late or self.lacking()

    def lacking(self) -> str:
        """Return what is still to be done before enter does anything; empty when nothing is."""
        return ""

    def decide_so(self, decision: Decision) -> None:
        """Tell the agent about the walk."""
        self.decide(self.opened.walk.id, decision)
