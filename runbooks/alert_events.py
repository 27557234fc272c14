"""Owns the events of alerts: silences, what was acknowledged, what was raised from outside.

They are part of the union that `runbooks/events.py` owns.
"""

from __future__ import annotations

import msgspec


class SilenceBegun(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Nobody is told of these checks from here on; it is called `s` and the number of its row."""

    checks: tuple[str, ...]
    reason: str
    cause: str = "hand"
    """`window`, `walk` or `hand`. By the first two the checks are in maintenance."""
    of: str = ""
    """Name of the window, or id of the walk."""
    until: float = 0.0
    """When it ends by itself, UTC seconds; 0 when it ends with its cause."""


class SilenceChanged(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A silence is about other checks, or ends at another time, as its cause is another now."""

    id: str
    checks: tuple[str, ...]
    until: float = 0.0


class SilenceEnded(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """People are told again."""

    id: str
    checks: tuple[str, ...] = ()
    """Those that it was about at its end."""
    why: str = ""
    """Why, in words."""


class SilenceLeftOn(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A silence that ought to be over is not; it stays, and people are told of it."""

    id: str
    why: str


class Acknowledged(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody has taken note of what is wrong with a check, and sees to it."""

    check: str
    comment: str
    level: str
    """How bad it was then; of what is worse people are told again."""
    until: float = 0.0
    """When it ends by itself, UTC seconds; 0 when only the end of the trouble ends it."""


class AcknowledgementEnded(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A check is not acknowledged any more."""

    check: str
    why: str
    """`recovered`, `worse`, `expired`, `gone` or `withdrawn`."""
    reason: str = ""
    """Why it was withdrawn."""


class AlertRaised(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody or something outside says that there is an alert."""

    kind: str
    """Its type, such as `ServiceDown`."""
    severity: str
    """`CRIT` or `WARN`."""
    text: str = ""
    check: str = ""
    """The check that it concerns; empty when it concerns none."""
    in_window: bool = False
    """Whether a window was open: then nothing is done about it by itself, not even later."""


AlertEvents = (
    SilenceBegun
    | SilenceChanged
    | SilenceEnded
    | SilenceLeftOn
    | Acknowledged
    | AcknowledgementEnded
    | AlertRaised
)
