"""Owns the errors of walks that are nobody's step's: a decision that is not taken."""

from __future__ import annotations

from checks.errors import WalkdownError


class RefusedDecisionError(WalkdownError):
    """A decision is not taken, or a walk not begun; says why."""
