"""Owns which dialog about what people are told a check calls for, as it stands."""

from __future__ import annotations

from checks.board import CheckState
from checks.model import Level
from runbooks.quiet.state import QuietState
from tui.dialogs.quiet import AcknowledgeDialog, LiftDialog, QuietDialog, SilenceDialog, WithdrawDialog


def about_trouble(check: str, state: CheckState | None, quiet: QuietState) -> QuietDialog | str:
    """Return the dialog that acknowledges a trouble, or withdraws that; or why there is none."""
    if quiet.acknowledged(check) is not None:
        return WithdrawDialog(check)
    if state is None or state.level is Level.OK:
        return f"{check} is well: there is nothing to acknowledge"
    return AcknowledgeDialog(check)


def about_silence(check: str, quiet: QuietState) -> QuietDialog:
    """Return the dialog that silences a check, or lifts its silence."""
    by_hand = [one for one in quiet.silences_of(check) if not one.is_maintenance]
    return LiftDialog(by_hand[-1].id) if by_hand else SilenceDialog(check)
