"""Owns the telling of a key that somebody pressed from one that was held down, pasted or typed ahead. Pure.

A terminal does not say when a key is let go. So a press counts when nothing was pressed right before it, the
same key not for longer than keyboards wait before they repeat, and nothing follows at once (reliability S29).
"""

from __future__ import annotations

DEAD_TIME = 0.8
"""Seconds after a dialog came up, and after the same key, in which a press does not count."""
BURST = 0.02
"""Seconds between two keys that no hand is fast enough for."""
ALONE = 0.15
"""Seconds in which nothing may follow; a key that is held down repeats faster than that."""


class Patience:
    """What was pressed lately."""

    def __init__(self, now: float) -> None:
        """Begin the dead time: the key that brought the dialog up may still be held down."""
        self._same = now
        self._any = now

    def key(self, now: float) -> None:
        """Take note of any other key."""
        self._any = now

    def press(self, now: float) -> bool:
        """Take note of the key that decides; return whether it may count, when it stays alone."""
        counts = now - self._same >= DEAD_TIME and now - self._any >= BURST
        self._same = self._any = now
        return counts

    def rest(self, now: float) -> float:
        """Return the seconds of dead time that are left."""
        return max(0.0, self._same + DEAD_TIME - now)

    def stayed_alone(self, pressed: float) -> bool:
        """Return whether nothing was pressed since then."""
        return self._any <= pressed


def too_fast(first: float, last: float, characters: int) -> bool:
    """Return whether so many characters came in faster than anybody types."""
    return characters > 3 and last - first < BURST * (characters - 1)
