"""Owns the outcome: how an attempt at a step ended, and what is known of its effect.

StepError            a step could not be done
|-- FailedError      it failed; how much of it was applied is known
'-- UnknownError     what became of it is not known: the request was sent and no answer came
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from checks.errors import WalkdownError


class Ending(enum.StrEnum):
    """How an attempt ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It was started, and nobody can say whether it took effect."""


class Applied(enum.StrEnum):
    """How much of a change took effect."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended."""

    ending: Ending
    summary: str = ""
    """One line for the operator."""
    applied: Applied = Applied.NONE
    """What is known of the effect; meaningless while the ending is unknown."""
    error_class: str = ""
    """Stable code when it did not succeed: `exit_code`, `timeout`, `not_applied`, ..."""
    captured: dict[str, str] = field(default_factory=dict)
    """Values that later steps may name."""
    facts: dict[str, str] = field(default_factory=dict)
    """What the step that undoes this one needs: the image before, the path of a copy."""
    detail: str = ""
    """Several lines of what was seen: rows, the end of the output, the answer's head."""


def succeeded(
    summary: str,
    applied: Applied = Applied.FULL,
    *,
    captured: dict[str, str] | None = None,
    facts: dict[str, str] | None = None,
    detail: str = "",
) -> Outcome:
    """Return a good ending; of a step that changes nothing, `applied` is NONE."""
    return Outcome(Ending.SUCCEEDED, summary, applied, "", captured or {}, facts or {}, detail)


class StepError(WalkdownError):
    """A step could not be done; its text is fit for an operator."""

    ending = Ending.FAILED

    def __init__(
        self,
        error_class: str,
        summary: str,
        applied: Applied = Applied.NONE,
        *,
        facts: dict[str, str] | None = None,
        detail: str = "",
    ) -> None:
        """Keep the stable code, the line for the operator, what took effect, and evidence."""
        super().__init__(summary)
        self.error_class = error_class
        self.summary = summary
        self.applied = applied
        self.facts = facts or {}
        self.detail = detail

    @property
    def outcome(self) -> Outcome:
        """Return it as the outcome of the attempt."""
        return Outcome(self.ending, self.summary, self.applied, self.error_class, {}, self.facts, self.detail)


class FailedError(StepError):
    """The step failed, and what it left is known."""


class UnknownError(StepError):
    """Nobody can say what became of the step: it may have taken effect, now or later."""

    ending = Ending.UNKNOWN
