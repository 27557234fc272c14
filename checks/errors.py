"""Owns the tree of errors that walkdown raises on purpose.

    WalkdownError
    |-- ConfigError            the configuration cannot be used: carries every Problem found
    |-- RuleError              a rule cannot be read, or asks for a reading that its kind has not
    |-- ProbeError             a probe could not be made or its target is bad: level and stable class
    |   |-- TargetError        the target is bad                       -> CRIT
    |   |-- MeasureError       we could not measure                    -> UNKNOWN
    |   '-- Degraded           the target answers, but not as it should -> WARN
    |-- StoreError             the store cannot be read or written
    |-- LinkError              the agent cannot be reached or speaks another protocol
    '-- UsageError             the command line asks for something that cannot be

`error_class` codes are stable: they are stored, exported and matched by rules and tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.model import Level


class WalkdownError(Exception):
    """Any error that walkdown raises on purpose; its text is fit for an operator."""


class UsageError(WalkdownError):
    """The command line asks for something that cannot be (exit 64)."""


class StoreError(WalkdownError):
    """The store cannot be opened, read or written; says which file and why."""


class LinkError(WalkdownError):
    """The agent cannot be reached, went away, or speaks another protocol."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in the configuration, with the place where it stands."""

    file: str
    line: int
    column: int
    key: str
    """Dotted path of the key concerned, such as `checks.api-health.timeout`."""
    message: str
    warning: bool = False
    """True when the configuration can be used all the same."""

    def __str__(self) -> str:
        """Return the line `file:line:col: key: message` that editors understand."""
        tag = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}:{self.column}: {self.key}: {tag}{self.message}"


class ConfigError(WalkdownError):
    """The configuration cannot be used; `problems` holds all that is wrong (exit 78)."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep every problem; the text is one line for each."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class RuleError(WalkdownError):
    """A rule cannot be read; says where in its text, and why."""

    def __init__(self, position: int, message: str) -> None:
        """Keep the offset of the first wrong character."""
        super().__init__(message)
        self.position = position


class ProbeError(WalkdownError):
    """A probe ended early; the runner turns it into a Result of `level` with `error_class`."""

    level = Level.UNKNOWN

    def __init__(self, error_class: str, summary: str, detail: str = "") -> None:
        """Keep the stable code, the line for the operator, and evidence."""
        super().__init__(summary)
        self.error_class = error_class
        self.summary = summary
        self.detail = detail


class TargetError(ProbeError):
    """The target is bad: refused, expired, 5xx, wrong answer."""

    level = Level.CRIT


class MeasureError(ProbeError):
    """We could not measure: no permission, no resolver, missing tool. Never a verdict on the target."""

    level = Level.UNKNOWN


class Degraded(ProbeError):  # noqa: N818 - the third member of the family, named for what it says
    """The target answers but is not in order: loading, rate-limited, starting up."""

    level = Level.WARN
