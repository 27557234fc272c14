"""Owns how often a message is tried: at growing pauses, for a day, then given up. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from checks.alerts.alert import Letter

SHORTEST, LONGEST = 5.0, 300.0
"""Seconds between two attempts: after the first one, and at most."""
JITTER = 0.2
"""By which share a pause is longer or shorter, so that not everything is tried at one moment."""
GIVEN_UP_AFTER = 86_400.0
"""Seconds after which nobody needs the message any more."""


def next_due(letters: Iterable[Letter], now: float) -> Letter | None:
    """Return the message whose turn it is; None when none is due. Of one route the oldest comes first."""
    heads: dict[str, Letter] = {}
    for letter in letters:
        if letter.waits:
            heads.setdefault(letter.route, letter)
    # One that is due much later than pauses are long was put off by a clock that has been set back.
    due = [one for one in heads.values() if one.due <= now or one.due - now > 2 * LONGEST]
    return min(due, key=lambda letter: letter.due, default=None)


def taken(letter: Letter, now: float) -> Letter:
    """Return the message as delivered."""
    return replace(letter, attempts=letter.attempts + 1, error="", sent_at=now)


def refused(letter: Letter, reason: str, now: float, chance: float) -> Letter:
    """Return the message after an attempt that failed: to be tried again, or given up.

    `chance`, from 0 to 1, picks the pause within its jitter.
    """
    tried = replace(letter, attempts=letter.attempts + 1, error=reason)
    if now - letter.created >= GIVEN_UP_AFTER:
        return abandoned(tried, reason, now)
    pause = min(LONGEST, SHORTEST * 2.0 ** min(letter.attempts, 10)) * (1 + JITTER * (2 * chance - 1))
    return replace(tried, due=now + pause)


def abandoned(letter: Letter, reason: str, now: float) -> Letter:
    """Return the message as one that is tried no more."""
    return replace(letter, error=reason, given_up_at=now)
