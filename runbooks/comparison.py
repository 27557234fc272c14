"""Owns the values of a difference from a baseline: levels that changed, readings that moved. Plain values."""

from __future__ import annotations

import msgspec

from checks.model import Labels
from checks.units import show


class MovedReading(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reading that is not what it was."""

    check: str
    reading: str
    unit: str
    before: float
    now: float
    word: str
    """`slower`, `faster`, `fuller`, `emptier`, `more`, `less`."""
    labels: Labels = ()

    @property
    def is_worse(self) -> bool:
        """Return whether that is more to worry about."""
        return self.word in ("slower", "fuller")

    @property
    def words(self) -> str:
        """Return it in one line: `api-health latency: slower, 84 ms -> 310 ms (+269 %)`."""
        member = "".join(f"[{name}={value}]" for name, value in self.labels)
        change = self.now - self.before
        if self.unit == "%":
            by = f" ({change:+.0f} points)"
        else:
            by = f" ({change / abs(self.before):+.0%})" if self.before else ""
        before, now = show(self.before, self.unit), show(self.now, self.unit)
        return f"{self.check} {self.reading}{member}: {self.word}, {before} -> {now}{by}"


class Changed(msgspec.Struct, frozen=True):
    """A check, with its levels."""

    check: str
    before: str
    now: str
    summary: str = ""
    """What is seen now."""


class Comparison(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is different from a baseline."""

    name: str
    taken_at: float
    at: float
    newly_bad: tuple[Changed, ...] = ()
    bad_before: tuple[Changed, ...] = ()
    """Bad now, and no better before we came."""
    fixed: tuple[Changed, ...] = ()
    moved: tuple[MovedReading, ...] = ()
    gone: tuple[str, ...] = ()
    """Checks that there are not any more."""
    added: tuple[str, ...] = ()
    """Checks that there were not."""
    expected: tuple[Changed, ...] = ()
    """Worse than before, as a walk that is open expects them to be; they are none of the newly bad."""

    @property
    def is_worse(self) -> bool:
        """Return whether a check is worse than it was, and no walk expects that."""
        return bool(self.newly_bad)
