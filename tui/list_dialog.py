"""Owns the contract of a dialog about an open checklist: it notices when that has moved on."""

from __future__ import annotations

from runbooks.checklist_decisions import (
    ListDecision,
)
from runbooks.checklists.state import ListState
from runbooks.checklists.telling import list_title
from tui.checklist_messages import ListDecided
from tui.dialog import Dialog
from tui.walks.words import said, who


class ListDialog(Dialog):
    """Asks something about an open list; what is not to be asked any more can no longer be answered."""

    def __init__(self, state: ListState, heading: str) -> None:
        """Ask about this list."""
        super().__init__(heading)
        self.state = state
        self._late = ""

    def follow(self, state: ListState) -> None:
        """Learn how the list stands now."""
        self.state = state
        if self._sent or not self.stands:
            return
        late = f"{list_title(state.plan)} was closed by {who(state.closed_by)}" if state.over else ""
        self._late = late or self.outdated(state)
        if self._late and self.moot(state):
            self.notify(said(self._late), severity="warning", markup=False)
            self.finish("")
        else:
            self.say()

    def outdated(self, state: ListState) -> str:
        """Return why it cannot be decided as the list stands; empty when it can."""
        return ""

    def moot(self, state: ListState) -> bool:
        """Return whether it never can be again, so that there is nothing left to ask."""
        return state.over

    def missing(self) -> str:
        """Return what is in the way, first of all that it is too late."""
        return said(self._late) or self.lacking()

    def lacking(self) -> str:
        """Return what is still to be done before enter does anything; empty when nothing is."""
        return ""

    def decide_so(self, decision: ListDecision) -> None:
        """Tell the agent; the dialog stays until it has answered."""
        self._sent = True
        self.post_message(ListDecided(self, self.state.id, decision))
        self.say()
