"""Owns the table of the dialogs about walks: which one asks for what, and which one answers what is asked."""

from __future__ import annotations

from collections.abc import Callable

from tui.dialogs import reason
from tui.dialogs.answer import AnswerDialog
from tui.dialogs.approve import ApproveDialog
from tui.dialogs.confirm import ConfirmDialog
from tui.dialogs.failure import FailureDialog
from tui.dialogs.hand_over import TakeDialog, hand_over
from tui.dialogs.overdue import OverdueDialog
from tui.dialogs.rollback import RollBackDialog
from tui.dialogs.take_over import TakeOverDialog
from tui.dialogs.unknown import UnknownDialog
from tui.walk_dialog import WalkDialog
from tui.walks.open_walk import OpenWalk
from tui.walks.phase import Phase, phase_of

ANSWERS: dict[Phase, Callable[[OpenWalk], WalkDialog]] = {
    Phase.CONFIRM: ConfirmDialog,
    Phase.ASKS: AnswerDialog,
    Phase.SECRET: AnswerDialog,
    Phase.CLOSED: reason.override,
    Phase.OVERDUE: OverdueDialog,
    Phase.FAILED: FailureDialog,
    Phase.UNKNOWN: UnknownDialog,
    Phase.PAUSED: reason.go_on,
}
"""What the walk waits for -> the dialog that answers it."""
WISHES: dict[str, Callable[[OpenWalk], WalkDialog]] = {
    "skip": reason.skip,
    "retry": FailureDialog,
    "end": reason.end_program,
    "detach": reason.detach,
    "back": RollBackDialog,
    "stop": reason.stop,
    "take_over": TakeOverDialog,
    "approve": ApproveDialog,
    "hand_over": hand_over,
}
"""What an operator wants, or a dialog led to -> the dialog that asks for it."""


def dialog_for(what: str, opened: OpenWalk) -> WalkDialog | None:
    """Return the dialog for what is wanted; None when there is nothing to ask now."""
    offer = opened.walk.offer
    if what == "take_over" and offer is not None and offer.is_for(opened.standpoint.me):
        return TakeDialog(opened)
    make = ANSWERS.get(phase_of(opened)) if what in ("answer", "go_on") else WISHES.get(what)
    return make(opened) if make is not None else None
