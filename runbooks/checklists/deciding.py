"""Owns what a decision about a list comes to: the events that it makes, or a refusal in words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runbooks.checklist_decisions import (
    BeginPhase,
    CloseList,
    LeaveItemOut,
    ListDecision,
    NoteItem,
    TickItem,
    UntickItem,
)
from runbooks.checklist_events import ChecklistEvents
from runbooks.checklists import ruling
from runbooks.checklists.shown import ShownPage
from runbooks.checklists.state import ListState


def decided(
    state: ListState,
    decision: ListDecision,
    safe: Callable[[str], str],
    page: Callable[[str, str, str], ShownPage],
) -> Sequence[ChecklistEvents]:
    """Return what happens by a decision.

    Args:
        state: The list as it stands.
        decision: What was decided.
        safe: Makes a typed text fit to be written down.
        page: Returns the evidence that was shown for an item of a list under a hash.

    Raises:
        RefusedDecisionError: when it is not taken; says why.
    """
    match decision:
        case TickItem(item=item, shown_sha256=sha256):
            shown = page(state.id, item, sha256) if sha256 else ShownPage()
            return ruling.ticked(state, item, shown.lines, sha256, safe(decision.note), shown.at)
        case UntickItem():
            return ruling.unticked(state, decision.item, safe(decision.reason))
        case LeaveItemOut():
            return ruling.left_out(state, decision.item, safe(decision.reason))
        case NoteItem():
            return ruling.noted(state, decision.item, safe(decision.text))
        case BeginPhase():
            return ruling.phase_begun(state, decision.phase)
        case CloseList():
            return ruling.closed(state, safe(decision.reason), decision.unfinished)
