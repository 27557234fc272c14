"""Owns silences and acknowledgements as they stand: values for the wire and for screens."""

from __future__ import annotations

import msgspec

from runbooks.operators import Operator

HAND, WINDOW, WALK = "hand", "window", "walk"
"""What a silence comes from."""


class Silence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Nobody is told of some checks."""

    id: str
    """`s` and the number of the row by which it began."""
    checks: tuple[str, ...]
    reason: str = ""
    cause: str = HAND
    of: str = ""
    """Name of the window, or id of the walk, that it comes from."""
    since: float = 0.0
    until: float = 0.0
    """When it ends by itself, UTC seconds; 0 when it ends with its cause."""
    by: Operator = Operator()
    left_on: str = ""
    """Why it ought to be over; empty when it ought not."""

    @property
    def is_maintenance(self) -> bool:
        """Return whether it is planned work, which by hand it never is."""
        return self.cause != HAND


class Acknowledgement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody sees to what is wrong with a check."""

    check: str
    comment: str
    level: str
    since: float = 0.0
    until: float = 0.0
    """When it ends by itself, UTC seconds; 0 when only the end of the trouble ends it."""
    by: Operator = Operator()


class QuietState(msgspec.Struct, frozen=True, omit_defaults=True):
    """All silences and acknowledgements; a fold of the journal."""

    silences: tuple[Silence, ...] = ()
    """Oldest first."""
    acknowledgements: tuple[Acknowledgement, ...] = ()
    seq: int = 0
    """The last row that is in it."""

    def acknowledged(self, check: str) -> Acknowledgement | None:
        """Return who sees to a check."""
        return next((one for one in self.acknowledgements if one.check == check), None)

    def silences_of(self, check: str) -> tuple[Silence, ...]:
        """Return the silences that a check is in."""
        return tuple(one for one in self.silences if check in one.checks)


class QuietNow(msgspec.Struct, frozen=True, omit_defaults=True):
    """How silences and acknowledgements stand."""

    state: QuietState = QuietState()
    trouble: str = ""
    """Why what should be written of them could not be."""
