"""Owns what is said when what stood there is not asked any more: what has happened meanwhile. Pure."""

from __future__ import annotations

from agent.situation import Kind, Situation
from checks.text import clean
from runbooks.walk import Walk
from runbooks.wording import who

OTHERS = (Kind.FOLLOWED, Kind.ASKED)
"""Somebody else decides."""


def meanwhile(before: Situation, after: Situation, walk: Walk, *, gone: bool = False) -> str:
    """Return why what stood there to be answered is not asked any more, in a sentence.

    Args:
        before: What was asked about.
        after: How the walk stands now.
        walk: The walk as it is now.
        gone: Whether no agent answers.
    """
    same = (before.step, before.attempt) == (after.step, after.attempt)
    if gone:
        return "That is not asked while no agent answers."
    if after.kind is Kind.PAUSED and before.kind is not Kind.PAUSED:
        return clean(f"The walk was paused: {walk.paused}. What was asked is asked again once it goes on.")
    if before.kind is Kind.PAUSED and after.kind in (Kind.SHOWN, Kind.QUESTION, Kind.BETWEEN, Kind.RUNNING):
        return "The walk goes on."
    if after.kind in OTHERS and before.kind not in OTHERS:
        return clean(f"{who(walk.holder)} decides now; you are not asked any more.")
    if before.kind in OTHERS and after.kind not in OTHERS and after.kind is not Kind.OVER:
        return "You decide now."
    if same and after.kind is before.kind:
        if before.closed and not after.closed:
            return "Now it may be started."
        if after.closed and after.closed != before.closed:
            return clean(f"Now it may not be started: {after.closed}.")
        if after.shown_at != before.shown_at:
            return "It was shown anew; what stands there now is asked."
    return "That has settled itself meanwhile."
