"""Owns how many refusals somebody can have written into a journal: so many that none is missed, and no more.

A journal is never shortened. Whoever may do nothing but be refused must not be able to fill the disk.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.clock import Clock
from runbooks.operators import Operator

AT_ONCE = 10
"""Refusals of one user that are written as fast as they come."""
EVERY = 60.0
"""Seconds after which one more of his is written then."""
IN_ALL = 120
"""Refusals of all users together that are written as fast as they come."""
IN_ALL_EVERY = 30.0


@dataclass(slots=True)
class _Bucket:
    """An allowance that fills up again with time."""

    most: int
    every: float
    left: float
    at: float

    def take(self, now: float) -> bool:
        """Return whether there was one left, and take it."""
        self.left = min(float(self.most), self.left + (now - self.at) / self.every)
        self.at = now
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True


class Denials:
    """Says which refusals are written, and how many were not."""

    def __init__(self, clock: Clock) -> None:
        """Begin with nothing refused."""
        self._clock = clock
        self._all = _Bucket(IN_ALL, IN_ALL_EVERY, IN_ALL, clock.monotonic())
        self._of: dict[int, _Bucket] = {}
        self._dropped: dict[int, int] = {}

    def admits(self, operator: Operator) -> bool:
        """Return whether another refusal of this user is written."""
        now = self._clock.monotonic()
        bucket = self._of.get(operator.uid)
        if bucket is None:
            if len(self._of) >= IN_ALL:
                self._of = {uid: one for uid, one in self._of.items() if now - one.at < EVERY * AT_ONCE}
            bucket = self._of[operator.uid] = _Bucket(AT_ONCE, EVERY, AT_ONCE, now)
        if bucket.take(now) and self._all.take(now):
            return True
        self._dropped[operator.uid] = self._dropped.get(operator.uid, 0) + 1
        return False

    def unwritten(self, operator: Operator) -> str:
        """Return in words how many of his were not written since the last one was; empty when none."""
        many = self._dropped.pop(operator.uid, 0)
        return f" ({many} more like it since the last one were not written)" if many else ""
