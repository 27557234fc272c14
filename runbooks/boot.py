"""Owns moments that every process of one boot of the kernel agrees on, whatever becomes of the wall clock."""

from __future__ import annotations

import math

import msgspec

from checks.clock import Clock
from checks.errors import MeasureError
from checks.host import procfs


class Moment(msgspec.Struct, frozen=True):
    """A moment of one boot."""

    boot: str
    """The kernel's boot id."""
    mono: float
    """Seconds of the monotonic clock, comparable within one `boot`."""

    @classmethod
    def of(cls, clock: Clock) -> Moment:
        """Return the present one.

        Raises:
            MeasureError: when the kernel does not say which boot it is.
        """
        return cls(boot_id(), clock.monotonic())

    @classmethod
    def known(cls, clock: Clock) -> Moment:
        """Return the present one; NEVER when the kernel does not say which boot it is."""
        try:
            return cls.of(clock)
        except MeasureError:
            return NEVER

    def seconds_after(self, earlier: Moment) -> float:
        """Return how long before it `earlier` was; endless when that was in another boot."""
        return self.mono - earlier.mono if self.boot == earlier.boot else math.inf


NEVER = Moment("", 0.0)
"""Stands for a moment that nobody knows: then the wall clock alone counts."""


def boot_id() -> str:
    """Return what the kernel calls this boot.

    Raises:
        MeasureError: when it does not say.
    """
    return procfs.demand("sys/kernel/random/boot_id").decode(errors="replace").strip()
