"""Owns what may stand in the file of a runbook: its top, its inputs, and what every step may say.

What a step may say beyond that are the options of its kind; see `runbooks/steps/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from checks.config.kinded import Table
from checks.config.values import Slug
from checks.options import Amount, Seconds
from checks.patterns import compile_pattern
from runbooks.model import ApprovalNeed, OnFailure, Risk, WindowNeed
from runbooks.registry import DRIVERS, find_driver, find_step, step_names
from runbooks.templates import Template

STEPS = Table("kind", "steps", find_step, step_names)
SERVICES = Table("driver", "drivers", find_driver, lambda: tuple(DRIVERS))
CHOICE, NESTED = "choice", "runbook"
"""The kinds of step that have steps within them."""
LISTS = {
    "steps": "What is done, step by step; the id of a step is unique in the file, branches included.",
    "finally": "Steps that are always done at the end, whatever happened before.",
}
"""Keys at the top that hold steps."""
WITHIN = {
    CHOICE: ("branches", "The steps that are done for each value: a mapping of values and lists of steps."),
    NESTED: ("with", "The values of the inputs of that runbook, by their names."),
}
"""Kind -> the key that is read while loading and is no option of the kind's own, and what it means."""

_STEP_ID = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = "secret"
"""Names of secrets begin with it."""


def _step_id(name: str) -> str:
    if not _STEP_ID.fullmatch(name) or len(name) > 64 or name == _RESERVED:
        raise ValueError("must be small letters and digits, joined by single - _ and begun by a letter")
    return name


def _pattern(pattern: str) -> str:
    if pattern:
        compile_pattern(pattern)
    return pattern


def is_word(name: str) -> bool:
    """Return whether an input or a captured value may be called so."""
    return _WORD.fullmatch(name) is not None and len(name) <= 64 and name != _RESERVED


StepId = Annotated[
    str,
    AfterValidator(_step_id),
    WithJsonSchema({"type": "string", "pattern": f"^{_STEP_ID.pattern}$", "maxLength": 64}),
]
Pattern = Annotated[str, AfterValidator(_pattern), WithJsonSchema({"type": "string"})]
Retries = Annotated[int, Field(ge=0, le=100)]
Timeout = Annotated[float, Amount("s", least=0.01)]
NONE = Template("")


@dataclass(frozen=True, slots=True)
class InputOptions:
    """A value that is asked for before the walk begins."""

    prompt: str = ""
    """What the operator is asked; the name when empty."""
    pattern: Pattern = ""
    """RE2 pattern that the whole value must match."""
    choices: tuple[str, ...] = ()
    """The values that may be given."""
    default: str | None = None
    """What it is when nothing is given."""
    secret: bool = False
    """Never stored, never shown; written as `{{ secret.NAME }}` in options that take secrets."""

    def __post_init__(self) -> None:
        """Refuse what could not be asked, or would be refused when it was answered."""
        if self.secret and (self.default is not None or self.choices):
            raise ValueError("a secret input has neither a default nor choices: they would stand in the file")
        if self.pattern and self.choices:
            raise ValueError("set either pattern or choices")
        if self.default is not None and (reason := self.refusal_of(self.default)):
            raise ValueError(f"the default {reason}")

    def refusal_of(self, value: str) -> str:
        """Return why the value is refused; empty when it is not."""
        if self.choices and value not in self.choices:
            return f"{value!r} is none of {', '.join(self.choices)}"
        if self.pattern and not compile_pattern(self.pattern).fullmatch(value):
            return f"{value!r} does not match {self.pattern!r}"
        return "" if value else "is empty"


@dataclass(frozen=True, slots=True)
class RunbookOptions:
    """A runbook, beside its inputs and steps."""

    runbook: Slug
    """Its short name, unique in the system."""
    title: str = ""
    """Its name on screens."""
    summary: str = ""
    """What it does, in a sentence."""
    risk: Risk = Risk.MEDIUM
    """How much is asked before a step; with `high` the name of the system has to be typed."""
    window: WindowNeed = WindowNeed.ADVISED
    """Whether changes may be started outside of a window."""
    approval: ApprovalNeed = ApprovalNeed.NONE
    """Whether another user has to approve each step that changes something; needs `risk: high`."""
    target: str = ""
    """What only one walk at a time may change; the whole system when nobody says."""
    guards: tuple[str, ...] = ()
    """Checks that must not get worse while it is walked."""
    expects: tuple[str, ...] = ()
    """Checks that are expected to fail while it is walked: nobody is told, and no guard pauses for them."""
    refs: tuple[str, ...] = ()
    """What it answers, such as numbers in a catalogue of requirements."""


@dataclass(frozen=True, slots=True)
class PartOptions:
    """What a step may say that verifies or undoes another."""

    kind: str
    """What sort of step it is; `walkdown steps` lists them."""
    title: Template = NONE
    """Its name on screens."""
    text: Template = NONE
    """What the operator should know."""
    expected: Seconds | None = None
    """How long it usually takes."""
    timeout: Timeout | None = None
    """How long until the operator is asked what to do with it; 5 m when nobody says."""
    retries: Retries = 0
    """How often it is repeated by itself before it counts as failed; only if it changes nothing."""
    changes: bool | None = None
    """Whether it changes something, where the kind does not know."""
    auto: bool | None = None
    """Whether it may be done when no operator is there."""
    refs: tuple[str, ...] = ()
    """What it answers, such as numbers in a catalogue of requirements."""


@dataclass(frozen=True, slots=True)
class StepOptions(PartOptions):
    """What every step may say, beside the options of its kind."""

    id: StepId = field(kw_only=True)
    """Its short name, unique in the file."""
    when: dict[str, str | tuple[str, ...]] | None = None
    """It is done only when each of these inputs, captured values or choices has one of these values."""
    verify: Any = None
    """What must be so afterwards: `{check: NAME, within: 60 s}`, a step that only looks, or a list."""
    undo: Any = None
    """How it is taken back: `none`, a step, or a list of steps in the order in which they are done."""
    irreversible: bool = False
    """Whether it cannot be taken back."""
    approval: ApprovalNeed | None = None
    """Whether another user has to approve it; as the runbook says when it does not, and with `risk: high`."""
    point_of_no_return: bool = False
    """Whether the walk as a whole cannot be taken back any more once it was started."""
    setup: bool = False
    """Whether it is repeated when a walk is resumed."""
    guards: tuple[str, ...] = ()
    """Checks that must not get worse from here on, beside those of the runbook."""
    expects: tuple[str, ...] = ()
    """Checks that are expected to fail from its start until it is verified and they were looked at again."""
    on_failure: OnFailure = OnFailure.STOP
    """What happens when it fails and no operator is there."""


COMMON = tuple(option.name for option in fields(StepOptions))
PART = tuple(option.name for option in fields(PartOptions))
EVERYWHERE = tuple(option.name for option in fields(RunbookOptions))
_HEADING = ("id", "kind", "title", "text", "when", "guards", "refs")
HEADINGS = {CHOICE: (*_HEADING, "expected", "timeout", "auto"), NESTED: _HEADING}
"""Kind -> what a step of it may say, as the steps within it say the rest themselves."""
