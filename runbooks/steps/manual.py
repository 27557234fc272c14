"""Owns the step kind `manual`: something that a person does or looks at, and declares done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from runbooks.action import Action
from runbooks.answers import plain_line, refuse
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.question import Choice, Question
from runbooks.step import StepContext
from runbooks.templates import Template

DONE, NOT_DONE = "done", "not done"


@dataclass(frozen=True, slots=True)
class ManualStep:
    """Has the operator do something and declare it done."""

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = False
    EXAMPLE: ClassVar[str] = """\
id: recent-deployments
kind: manual
title: Look at what was deployed lately
text: Open the deployment list and compare the last entry with the start of the incident.
done: I have looked at the last deployment and know who made it.
evidence: text
save: last_deployment
"""

    done: Template = Template("It is done.")  # noqa: RUF009 - frozen
    """What the operator declares."""
    evidence: Literal["none", "text"] = "none"
    """`text`: a line about what was seen must be typed."""
    save: str = ""
    """Name under which later steps find that line."""

    def __post_init__(self) -> None:
        """Refuse a name for what is not asked for."""
        if self.save and self.evidence == "none":
            raise ValueError("save needs evidence: text")

    async def prepare(self, context: StepContext) -> Action:
        """Return what will be declared."""
        return Action(lines=(f"declare: {self.done.shown(context.values)}",))

    async def question(self, context: StepContext) -> Question:
        """Return the declaration, with two answers, or room for a line."""
        declared = self.done.shown(context.values)
        if self.evidence == "text":
            return Question(f"{declared} Type what you saw, or: {NOT_DONE}")
        return Question(declared, (Choice(DONE), Choice(NOT_DONE)))

    def take(self, answer: str, question: Question, context: StepContext) -> Outcome:
        """Return what was declared.

        Raises:
            FailedError: `not_done`, when it was not; `refused`, when the answer is neither.
        """
        said = plain_line(answer).strip()
        if said == NOT_DONE:
            raise FailedError("not_done", "the operator says that it was not done")
        applied = Applied.FULL if context.plan.changes else Applied.NONE
        if self.evidence == "none":
            if said != DONE:
                raise refuse(f"answer {DONE!r} or {NOT_DONE!r}")
            return succeeded(self.done.shown(context.values), applied)
        if not said:
            raise refuse("type what you saw; an empty line says nothing")
        captured = {self.save: said} if self.save else {}
        return succeeded(f"{self.done.shown(context.values)} {said}", applied, captured=captured, detail=said)
