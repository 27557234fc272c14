"""Owns the messages about silences, acknowledgements and alerts; part of the wire of `agent/protocol.py`."""

from __future__ import annotations

import msgspec

from checks.alerts.alert import Letter
from runbooks.quiet.state import QuietNow


class AskQuiet(msgspec.Struct, frozen=True, tag=True):
    """Console: what is silenced or acknowledged? Answered by `QuietAnswer`, as the wishes below are."""

    id: int


class BeginSilence(msgspec.Struct, frozen=True, tag=True):
    """Console: tell nobody of these checks for so many seconds."""

    id: int
    checks: tuple[str, ...]
    lasts: float
    reason: str


class EndSilence(msgspec.Struct, frozen=True, tag=True):
    """Console: let people be told again."""

    id: int
    silence: str
    reason: str = ""


class Acknowledge(msgspec.Struct, frozen=True, tag=True):
    """Console: somebody sees to what is wrong with a check; for so many seconds, or 0: until it is well."""

    id: int
    check: str
    comment: str
    lasts: float = 0.0


class Withdraw(msgspec.Struct, frozen=True, tag=True):
    """Console: nobody sees to the check any more."""

    id: int
    check: str
    reason: str = ""


class RaiseAlert(msgspec.Struct, frozen=True, tag=True):
    """Console: there is an alert of this type, seen by somebody or something outside."""

    id: int
    kind: str
    severity: str
    text: str = ""
    check: str = ""


class AskAlerts(msgspec.Struct, frozen=True, tag=True):
    """Console: what were people told of late? Answered by `AlertsAnswer`."""

    id: int
    limit: int = 200


class QuietAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: how silences and acknowledgements stand, after what was wanted."""

    id: int
    quiet: QuietNow


class AlertsAnswer(msgspec.Struct, frozen=True, tag=True):
    """Agent: the newest messages, newest first, and what became of each."""

    id: int
    letters: tuple[Letter, ...]


class QuietMoved(msgspec.Struct, frozen=True, tag=True):
    """Agent, unasked: how silences and acknowledgements stand; at first, and whenever that has changed."""

    quiet: QuietNow


Questions = AskQuiet | BeginSilence | EndSilence | Acknowledge | Withdraw | RaiseAlert | AskAlerts
Answers = QuietAnswer | AlertsAnswer
