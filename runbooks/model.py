"""Owns the plan: a runbook as it will be walked, with every reference resolved and every branch laid flat.

Plain frozen values that msgspec writes and reads as they stand. A plan is stored when a walk begins and is
what the walk goes by to its end; the files may change meanwhile. Nested runbooks and the branches of a choice
lie in one list: `deploy.pull` is the step `pull` of the nested runbook `deploy`, and has conditions where it
belongs to a branch.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec


class Risk(enum.StrEnum):
    """How much is asked before a step is run."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    """The name of the system has to be typed."""


class WindowNeed(enum.StrEnum):
    """Whether changing steps may be started outside a window."""

    REQUIRED = "required"
    ADVISED = "advised"
    ANY = "any"


class ApprovalNeed(enum.StrEnum):
    """Whether another user has to approve a changing step before it can be confirmed."""

    NONE = "none"
    REQUIRED = "required"


class OnFailure(enum.StrEnum):
    """What happens when a step fails and nobody is there to be asked (`--auto`)."""

    STOP = "stop"
    ROLL_BACK = "rollback"
    GO_ON = "continue"


@dataclass(frozen=True, slots=True)
class InputPlan:
    """A value that is asked for before the walk begins."""

    name: str
    prompt: str = ""
    pattern: str = ""
    """RE2 pattern that the whole value must match; empty: anything but nothing."""
    choices: tuple[str, ...] = ()
    default: str | None = None
    secret: bool = False
    """Never stored, never shown; asked for again at resume."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A value that must be one of several for a step to be run."""

    name: str
    """Of an input, a captured value or a choice."""
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step, ready to be rendered."""

    id: str
    """Unique in the plan; `restart.undo` undoes `restart`, `restart.verify` verifies it."""
    kind: str
    title: str = ""
    text: str = ""
    """What the operator should know; a template as written."""
    options: dict[str, Any] = field(default_factory=dict)
    """The fields of the kind, as msgspec writes them."""
    changes: bool = False
    """Whether it changes something; then it is started at most once per confirmed attempt."""
    expected: float = 0.0
    """Seconds that it usually takes; 0 when nobody said."""
    timeout: float = 300.0
    """Seconds after which the operator is asked what to do with it."""
    retries: int = 0
    """How often a reading step is repeated by itself before it counts as failed."""
    when: tuple[Condition, ...] = ()
    """It is run only when all of them hold."""
    verify: tuple[StepPlan, ...] = ()
    """Reading steps that must succeed after it."""
    undo: tuple[StepPlan, ...] = ()
    """What is done to take it back, in this order."""
    irreversible: bool = False
    point_of_no_return: bool = False
    """Once it was started, the walk can no longer be rolled back as a whole."""
    setup: bool = False
    """Repeated at resume, for what lives only as long as the process."""
    guards: tuple[str, ...] = ()
    """Checks that must not get worse from this step on, beside those of the runbook."""
    on_failure: OnFailure = OnFailure.STOP
    auto: bool = True
    """Whether it may be run without an operator."""
    approval: bool = False
    """Whether another user has to approve it, on the way forward, before it can be confirmed."""
    refs: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    """Checks that are expected to fail while it is under way."""


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A service that steps act on, and by which driver."""

    name: str
    driver: str
    options: dict[str, Any] = field(default_factory=dict)
    """The fields of the driver, as msgspec writes them."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A runbook as it will be walked."""

    name: str
    title: str = ""
    summary: str = ""
    risk: Risk = Risk.MEDIUM
    window: WindowNeed = WindowNeed.ADVISED
    target: str = ""
    """What only one walk at a time may change; the system when nobody says."""
    guards: tuple[str, ...] = ()
    inputs: tuple[InputPlan, ...] = ()
    steps: tuple[StepPlan, ...] = ()
    last: tuple[StepPlan, ...] = ()
    """The steps of `finally:`, always run, whatever happened before."""
    services: tuple[ServicePlan, ...] = ()
    """Those that its steps name."""
    refs: tuple[str, ...] = ()
    source: str = ""
    """The file that it was read from."""
    expects: tuple[str, ...] = ()
    """Checks that are expected to fail while it is walked."""

    @property
    def expected(self) -> float:
        """Return the seconds that all steps usually take together, as far as somebody said."""
        return sum(step.expected for step in (*self.steps, *self.last))

    @property
    def auto(self) -> bool:
        """Return whether every step may be run without an operator."""
        return all(step.auto for step in (*self.steps, *self.last))

    @property
    def approval(self) -> bool:
        """Return whether another user has to approve something in it."""
        return any(step.approval for step in self.steps)

    @property
    def sha256(self) -> str:
        """Return the hash of all that it says, in hexadecimal."""
        return hashlib.sha256(encode(self)).hexdigest()

    def step(self, name: str) -> StepPlan:
        """Return the step of that id, its undo or verify steps included.

        Raises:
            KeyError: when there is none.
        """
        for steps in (self.steps, self.last, self.all_steps()):
            for step in steps:
                if step.id == name:
                    return step
        raise KeyError(name)

    def all_steps(self) -> tuple[StepPlan, ...]:
        """Return every step, each followed by those that verify and those that undo it."""
        return tuple(one for step in (*self.steps, *self.last) for one in (step, *step.verify, *step.undo))


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Plan)


def encode(plan: Plan) -> bytes:
    """Return the plan as JSON, the same bytes for the same plan."""
    return _encoder.encode(plan)


def decode(raw: bytes) -> Plan:
    """Return the plan that was encoded.

    Raises:
        msgspec.MsgspecError: when it is none.
    """
    return _decoder.decode(raw)
