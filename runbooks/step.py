"""Owns the contract of a step kind: what a kind must offer and what it is given.

A kind is one file in `runbooks/steps/` with one frozen dataclass. Its fields are the options that YAML may
set, each with a docstring beneath; texts that inputs may fill in are `Template`, those that may name secrets
`SecretTemplate`. `prepare` renders: it may look (a difference, a count, the image that runs now) but changes
nothing, for it is what `--dry-run` calls, too. Then, by what the kind is:

    Ask       the operator answers                          manual, confirm, input, choice
    Look      the agent looks; repeated freely              check, wait, soak, report
    Program   a program under the supervisor                command
    Act       Python in a process of its own under it       sql, http, service, file, notify, maintenance

What changes something is a Program or an Act, never a Look: only then does it outlive a console and an agent.
A kind never retries, never waits by sleeping, never prints, and never asks for more than it was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Protocol, runtime_checkable

import msgspec

from checks.board import CheckState, Snapshot
from checks.clock import Clock
from checks.masking import Masker
from runbooks.action import Action
from runbooks.model import ServicePlan, StepPlan
from runbooks.outcome import Outcome
from runbooks.question import Question


@dataclass(frozen=True, slots=True)
class Names:
    """Annotates an option that names something which must exist: verified while loading."""

    what: str
    """`check`, `service`, `step` or `runbook`."""


CheckName = Annotated[str, Names("check")]
ServiceName = Annotated[str, Names("service")]
StepName = Annotated[str, Names("step")]
"""The id of a step that comes before."""
RunbookName = Annotated[str, Names("runbook")]


@dataclass(frozen=True, slots=True)
class StepContext:
    """What a step is given besides its own options."""

    plan: StepPlan
    walk: str
    """Id of the walk."""
    attempt: int
    """1 for the first."""
    clock: Clock
    masker: Masker
    folder: Path
    """Where this attempt's evidence lies; private, made before the step is started."""
    key: str = ""
    """Idempotency key of this attempt: the same for whatever is repeated within it (reliability 3.4)."""
    fence: int = 0
    """The fence of the lease under which it was started; whoever can should refuse a lower one."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Inputs, captured values and choices by name; none is secret."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """The values of the secrets that its options name; empty while it is only prepared."""
    services: Mapping[str, ServicePlan] = field(default_factory=dict)
    forward: Mapping[str, str] = field(default_factory=dict)
    """The facts that the step left which this one undoes; of others, empty."""
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What every step that has succeeded left, by its id."""
    hidden: frozenset[str] = frozenset()
    """Environment variables that hold secrets: no program that a step runs is given them."""
    target: str = ""
    """What the lease is on: fences of one target can be compared, those of two cannot."""
    guards: tuple[str, ...] = ()
    """The checks that must not get worse while it is done: those of the runbook and its own."""


class Board(Protocol):
    """The live board, as steps that look see it."""

    @property
    def snapshot(self) -> Snapshot:
        """Return the newest picture."""
        ...

    @property
    def baseline(self) -> Snapshot:
        """Return the picture that was taken when the walk began."""
        ...

    async def probed(self, names: tuple[str, ...]) -> tuple[CheckState, ...]:
        """Probe these checks now and return their states, each by a probe that began after the call."""
        ...

    def interval(self, name: str) -> float:
        """Return the seconds from one probe of a check to the next."""
        ...


class Step(Protocol):
    """One configured step of a kind. Exactly one of Ask, Look, Program and Act must be offered, too."""

    CHANGES: ClassVar[bool]
    """Whether it changes something when nobody says."""
    AUTO: ClassVar[bool]
    """Whether it can be run when no operator is there."""
    EXAMPLE: ClassVar[str]
    """A YAML mapping of one step of this kind, `id:` and `kind:` included, that loads as it stands."""

    async def prepare(self, context: StepContext) -> Action:
        """Return exactly what will be done. Looks at most; has `plan.timeout` seconds.

        Raises:
            StepError: when it cannot be done, so that it is refused before anything happens.
            MissingValueError: when it needs a value that the walk does not have.
        """
        ...


@runtime_checkable
class Ask(Protocol):
    """A step that the operator answers."""

    async def question(self, context: StepContext) -> Question:
        """Return what to ask; may look, such as at a listing of files."""
        ...

    def take(self, answer: str, question: Question, context: StepContext) -> Outcome:
        """Return what the answer comes to.

        Raises:
            FailedError: `refused`, when it is none of the answers that may be given; it is asked again.
        """
        ...


@runtime_checkable
class SelfAnswering(Ask, Protocol):
    """A question that a value of the walk may answer already."""

    def automatic(self, context: StepContext) -> str | None:
        """Return the answer; None when the operator has to give it.

        Raises:
            FailedError: when the value is none of the answers.
        """
        ...


@runtime_checkable
class Look(Protocol):
    """A step that looks and changes nothing. It may be cancelled and repeated at any time."""

    async def look(self, context: StepContext, board: Board) -> Outcome:
        """Look until something can be said; ended from outside at the step's timeout.

        Raises:
            FailedError: when what was expected is not so.
        """
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """A program to be run. Holds values of secrets: never stored, never shown."""

    argv: tuple[str, ...]
    """No secret is in it: every user of the host can read it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to ours, less what must not reach children."""
    folder: str = "/"
    stdin: bytes = b""


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that has ended, as its supervisor recorded it."""

    status: int
    """Its exit code; negative: the number of the signal that ended it."""
    out: Path
    """Its output, raw, as far as it is kept."""
    errors: Path
    elapsed: float
    terminated: bool = False
    """Whether it was ended because somebody asked for it."""
    left: tuple[str, ...] = ()
    """Processes that it left in its session, as `PID NAME`."""
    refused: str = ""
    """Why it was not executed: `fence`, `evidence`, `no_folder`, `not_found`, `not_executable`, or empty."""
    why: str = ""
    """The same in words."""
    stopped: str = ""
    """Why its supervisor had it ended unasked: `disk_full`, `too_much_output`; empty: it did not."""


@runtime_checkable
class Program(Protocol):
    """A step that is one program."""

    def order(self, context: StepContext) -> Order:
        """Return the program with everything filled in."""
        ...

    def judge(self, ended: Ended, context: StepContext) -> Outcome:
        """Return what its end means: a pure function of what is on disk, as it may be asked again."""
        ...


@runtime_checkable
class Act(Protocol):
    """A step that is done by Python code in a process of its own."""

    async def act(self, context: StepContext) -> Outcome:
        """Do it once.

        Raises:
            FailedError: it failed, and how much of it was applied is known.
            UnknownError: nobody can say whether it took effect.
        """
        ...


@runtime_checkable
class Traceable(Protocol):
    """A step whose effect can be looked for afterwards, when its end is not known."""

    async def trace(self, context: StepContext) -> Outcome:
        """Look for the effect of the attempt `context.key`; UNKNOWN when it cannot be told."""
        ...


def options_of(step: object) -> dict[str, Any]:
    """Return a step's or driver's options in the form that plans keep."""
    options: dict[str, Any] = msgspec.to_builtins(step)
    return options
