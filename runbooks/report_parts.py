"""Owns what a report on a walk consists of. Plain values; every text in them is clean.

The names of the fields are the keys of the JSON format: some may be added, none is taken away or given
another meaning. Times are UTC seconds, 0 for never.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.version import __version__
from runbooks.action import Action


@dataclass(frozen=True, slots=True)
class EvidencePart:
    """A file that an attempt left."""

    name: str
    size: int
    """Bytes that came, kept or not."""
    sha256: str
    truncated: bool
    """Whether its middle was left out on disk."""
    excerpt: str
    """Its end, several lines; empty when it was not read."""


@dataclass(frozen=True, slots=True)
class AttemptPart:
    """One attempt at a step."""

    number: int
    status: str
    """`succeeded`, `failed`, `unknown`, `not_applied`, or how far it has come."""
    action: Action
    action_sha256: str
    planned_at: float
    confirmed_at: float
    confirmed_by: str
    """Empty when nobody has confirmed it."""
    started_at: float
    ended_at: float
    elapsed: float
    """Seconds."""
    applied: str
    """`none`, `partial` or `full`; empty while it is not known."""
    summary: str
    error_class: str
    detail: str
    verified: bool | None
    """Whether what must be true afterwards was; null while nobody looked."""
    verdict: str
    """What was seen then."""
    resolution: str
    """What an unknown end came to: `resolved_succeeded`, ...; empty when it was known."""
    resolved_by: str
    """Empty when it was seen, not said."""
    resolved_because: str
    reconciled: bool
    """Whether its end was found afterwards."""
    detached: bool
    ended_on_request: bool
    key: str
    """Idempotency key; empty when it changes nothing."""
    evidence: tuple[EvidencePart, ...]
    approved_at: float = 0.0
    approved_by: str = ""
    """Another user; empty when nobody had to, or nobody did."""
    approval_refused: str = ""
    """Why he did not approve it; empty when he did."""


@dataclass(frozen=True, slots=True)
class StepPart:
    """One step, with all attempts at it."""

    id: str
    number: int
    stage: str
    """`forward`, `back` or `last`."""
    title: str
    kind: str
    changes: bool
    status: str
    skipped: str
    """Why it was not run, or why its failure was let pass."""
    by_condition: bool
    verify: tuple[str, ...]
    undo: tuple[str, ...]
    attempts: tuple[AttemptPart, ...]


@dataclass(frozen=True, slots=True)
class EventPart:
    """Something that somebody decided or wrote down, what was refused, what went otherwise than planned."""

    at: float
    who: str
    what: str
    step: str
    text: str


@dataclass(frozen=True, slots=True)
class RollbackPart:
    """The way back."""

    undone: tuple[str, ...]
    """Ids of the steps back that succeeded, in their order."""
    lost: tuple[str, ...]
    """Ids of the steps that could not be undone."""
    back: bool | None
    """Whether all is as it was before; null while the way back is not at its end."""
    verdict: str


@dataclass(frozen=True, slots=True)
class CheckPart:
    """A check when the walk began, and when the report was made."""

    name: str
    before: str
    now: str
    """Empty when nobody looked."""
    worse: bool


@dataclass(frozen=True, slots=True)
class HeadPart:
    """The last row of the journal when the report was made: an anchor for `walkdown audit verify`."""

    seq: int = 0
    hash: str = ""
    """Hexadecimal; empty when the journal was not at hand."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report on a walk says."""

    walk: str
    system: str
    runbook: str
    title: str
    summary: str
    risk: str
    target: str
    host: str
    manner: str
    opened_at: float
    opened_by: str
    ended_at: float
    plan_sha256: str
    ending: str
    """`done`, `failed`, ...; empty while it is open."""
    verdict: str
    inputs: tuple[tuple[str, str], ...]
    """Names and values of those that are not secret."""
    secret_inputs: tuple[str, ...]
    steps: tuple[StepPart, ...]
    decisions: tuple[EventPart, ...]
    deviations: tuple[EventPart, ...]
    left: tuple[str, ...]
    """What is not as a walk without trouble would have left it."""
    watch: tuple[str, ...]
    """What should be looked after from here on."""
    rollback: RollbackPart | None
    checks: tuple[CheckPart, ...]
    last_seq: int
    """Of the last entry about this walk."""
    head: HeadPart
    made_at: float
    version: str = __version__
