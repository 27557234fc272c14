"""Owns how silences and acknowledgements are put into words on screens. Pure."""

from __future__ import annotations

from datetime import tzinfo

from checks import moments
from runbooks.quiet.state import Acknowledgement, QuietState, Silence
from tui.walks.words import said, short_who


def about(check: str, quiet: QuietState, now: float, where: tzinfo | None) -> tuple[str, ...]:
    """Return why people are not told of a check, a line each; none when they are."""
    lines = [_silence(one, now, where) for one in quiet.silences_of(check)]
    if (taken := quiet.acknowledged(check)) is not None:
        lines.append(_acknowledgement(taken, now, where))
    return tuple(lines)


def ends(one: Silence | Acknowledgement, now: float, where: tzinfo | None, *, brief: bool = False) -> str:
    """Return until when it holds; `brief` in a column, where the zone is told beside it."""
    if one.until:
        return f"until {(moments.brief if brief else moments.named)(one.until, now, where)}"
    return f"with the {one.cause}" if isinstance(one, Silence) else "when it is well"


def what(one: Silence | Acknowledgement) -> str:
    """Return what it is, in a word."""
    if isinstance(one, Acknowledgement):
        return "acknowledged"
    return "maintenance" if one.is_maintenance else "silenced"


def _silence(one: Silence, now: float, where: tzinfo | None) -> str:
    left_on = f" (left on: {said(one.left_on)})" if one.left_on else ""
    by = "" if one.is_maintenance else f" by {short_who(one.by)}"
    return f"{what(one)}{by}, ends {ends(one, now, where)}: {said(one.reason)}{left_on}"


def _acknowledgement(one: Acknowledgement, now: float, where: tzinfo | None) -> str:
    return f"acknowledged by {short_who(one.by)}, ends {ends(one, now, where)}: {said(one.comment)}"
