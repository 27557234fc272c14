"""Owns the events of steps and their attempts; part of the union that `runbooks/events.py` owns."""

from __future__ import annotations

import enum

import msgspec

from runbooks.action import Action
from runbooks.outcome import Outcome


class Resolution(enum.StrEnum):
    """What an attempt with an unknown end came to, after a look or by somebody's word."""

    SUCCEEDED = "resolved_succeeded"
    FAILED = "resolved_failed"
    NOT_APPLIED = "resolved_not_applied"


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file that an attempt left."""

    name: str
    """`out`, `errors`, `rows`, ...: also its name in the folder of the attempt."""
    sha256: str
    """Of all bytes that came, kept or not."""
    size: int
    """Bytes that came, kept or not."""
    truncated: bool = False
    """Whether its middle was left out."""


class StepPlanned(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A step was rendered and shown."""

    step: str
    attempt: int
    action: Action
    action_sha256: str


class StepConfirmed(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The operator has confirmed what was shown, or nobody needed to."""

    step: str
    attempt: int
    action_sha256: str


class StepExpired(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A confirmation was asked for, or given, and not used in time."""

    step: str
    attempt: int


class StepStarted(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """It is about to be done: committed to disk before anything is."""

    step: str
    attempt: int
    action_sha256: str
    key: str = ""
    """Idempotency key; empty for steps that change nothing."""
    folder: str = ""
    """Of the attempt's evidence, below the folder of all evidence."""
    secrets: tuple[str, ...] = ()
    """Names of the secrets that it is given."""


class StepEnded(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """An attempt has ended, or what became of it is not known."""

    step: str
    attempt: int
    outcome: Outcome
    elapsed: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    reconciled: bool = False
    """Whether it was found afterwards, from what a supervisor had left."""


class EvidenceAdded(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Evidence of an attempt was hashed later than its end."""

    step: str
    attempt: int
    evidence: tuple[Evidence, ...]


class StepVerified(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """What must be true after a step was looked at."""

    step: str
    attempt: int
    passed: bool
    summary: str = ""


class StepResolved(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """What became of an attempt with an unknown end was found out, or decided."""

    step: str
    attempt: int
    resolution: Resolution
    reason: str
    by_look: bool = False
    """Whether it was seen, not said."""


class StepSkipped(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A step is not run."""

    step: str
    reason: str
    by_condition: bool = False
    """Whether its `when:` said so; else the operator did."""


class StepAskedToEnd(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """Somebody had a running program ended."""

    step: str
    attempt: int
    reason: str = ""


class StepDetached(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """The walk no longer waits for a running program; its end is unknown from here on."""

    step: str
    attempt: int
    reason: str


class RetryWanted(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A new attempt at a step was decided; only then is there one (reliability R3)."""

    step: str
    attempt: int
    """The number of the new attempt."""
    reason: str = ""


StepEvents = (
    StepPlanned
    | StepConfirmed
    | StepExpired
    | StepStarted
    | StepEnded
    | EvidenceAdded
    | StepVerified
    | StepResolved
    | StepSkipped
    | StepAskedToEnd
    | StepDetached
    | RetryWanted
)
