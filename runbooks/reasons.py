"""Owns how long at least is what somebody has to say of a decision: the one rule for every reason. Pure.

Who decides asks it, and so does whoever lets a reason be typed; nobody counts characters beside it.
"""

from __future__ import annotations

from runbooks.errors import RefusedDecisionError

REASON = 3
"""Characters that a reason has at least."""
FULL_REASON = 10
"""Characters of a reason for what nobody can check, or by which a rule is set aside (reliability 3.3)."""


def is_told(text: str, least: int = REASON) -> bool:
    """Return whether it is long enough; blanks around it do not count."""
    return len(text.strip()) >= least


def too_short(text: str, least: int = REASON, what: str = "a reason") -> str:
    """Return why it is none, in words; empty when it is long enough."""
    return "" if is_told(text, least) else f"it needs {what} of at least {least} characters"


def told(text: str, least: int = REASON, what: str = "a reason") -> str:
    """Return it without the blanks around it.

    Raises:
        RefusedDecisionError: when it is too short.
    """
    if why := too_short(text, least, what):
        raise RefusedDecisionError(why)
    return text.strip()


def to_type(text: str, least: int = REASON, what: str = "type a reason") -> str:
    """Return what is still to be typed, for who types it; empty when it is long enough."""
    return "" if is_told(text, least) else f"{what}, {least} characters at least"
