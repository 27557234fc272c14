"""Owns the step kind `choice`: which of several branches is walked. A value without a branch is refused.

Loading fills in `values` and `labels` from the branches, which lie in the plan as steps with conditions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from runbooks.action import Action
from runbooks.answers import plain_line, refuse
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.question import Choice, Question
from runbooks.step import StepContext
from runbooks.templates import Template


@dataclass(frozen=True, slots=True)
class ChoiceStep:
    """Chooses one of several branches."""

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = False
    EXAMPLE: ClassVar[str] = """\
id: deployment
kind: choice
prompt: How is the service deployed?
values: [docker, systemd]
labels: {docker: by Docker Compose, systemd: as a unit of systemd}
save: deployment
"""

    values: tuple[str, ...]
    """The values that may be chosen, one for each branch."""
    save: str
    """Name under which later steps find the value."""
    prompt: Template = Template("")  # noqa: RUF009 - frozen
    """What the operator is asked; need not be set with `by`."""
    by: Template | None = None
    """An input or captured value that decides, such as `{{ deployment }}`; then nobody is asked."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What values mean, by value."""

    def __post_init__(self) -> None:
        """Refuse what leaves nothing to choose."""
        if not self.values or len(set(self.values)) < len(self.values):
            raise ValueError("values must be different ones, at least one")
        if stray := [value for value in self.labels if value not in self.values]:
            raise ValueError(f"label for {stray[0]!r}, which is none of the values")
        if self.by is None and not self.prompt.text:
            raise ValueError("set either prompt or by")

    @property
    def auto(self) -> bool:
        """Return whether it can be answered when no operator is there."""
        return self.by is not None

    def automatic(self, context: StepContext) -> str | None:
        """Return the value that decides; None when the operator has to be asked.

        Raises:
            FailedError: `unknown_value`, when there is no branch for it.
        """
        if self.by is None:
            return None
        value = self.by.shown(context.values)
        if value not in self.values:
            raise FailedError(
                "unknown_value", f"{value!r} is none of {', '.join(self.values)}; nothing was chosen"
            )
        return value

    async def prepare(self, context: StepContext) -> Action:
        """Return the choice, made already when a value decides.

        Raises:
            FailedError: `unknown_value`.
        """
        value = self.automatic(context)
        if value is not None:
            return Action(lines=(f"{self.save} = {value}",))
        return Action(lines=(f"{self.save} = one of {', '.join(self.values)}",))

    async def question(self, context: StepContext) -> Question:
        """Return the values with what they mean."""
        choices = tuple(Choice(value, self.labels.get(value, "")) for value in self.values)
        prompt = self.prompt.shown(context.values) or f"{self.save}?"
        return Question(prompt, choices, default=self.automatic(context) or "")

    def take(self, answer: str, question: Question, context: StepContext) -> Outcome:
        """Return the value.

        Raises:
            FailedError: `refused`, when it is none of the values, or not the one that was decided on.
        """
        value = plain_line(answer)
        if value not in self.values:
            raise refuse(f"{value!r} is none of {', '.join(self.values)}")
        decided = self.automatic(context)
        if decided is not None and value != decided:
            raise refuse(f"{self.by} says {decided}, so it cannot be {value}")
        return succeeded(f"{self.save} is {value}", Applied.NONE, captured={self.save: value})
