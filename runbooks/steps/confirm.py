"""Owns the step kind `confirm`: a phrase that must be typed, below what will be gone afterwards.

What is destroyed is counted when the step is shown, so that the phrase is typed in sight of the numbers.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from checks.errors import MeasureError
from checks.programs import supervise
from checks.text import clean
from runbooks.action import Action
from runbooks.answers import plain_line, refuse
from runbooks.arguments import Arguments, as_line, filled
from runbooks.files.apart import apart
from runbooks.files.tally import tally
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.question import Question
from runbooks.step import StepContext
from runbooks.templates import Template

LONGEST_PHRASE = 100
PATIENCE = 20.0
"""Seconds for one thing that is counted or listed."""
LINES, WIDTH = 40, 300
"""Lines of a program's output that are shown, and characters of each."""


@dataclass(frozen=True, slots=True)
class Listing:
    """Something that will be gone, counted or listed when the step is shown."""

    path: Template | None = None
    """A file, a folder, or a pattern such as `/var/log/shop/*.log`: its files are counted."""
    run: Arguments = ()
    """A program that only looks; what it says is shown."""

    def __post_init__(self) -> None:
        """Refuse to list nothing, or two things."""
        if (self.path is None) == (not self.run):
            raise ValueError("set either path or run")

    async def lines(self, context: StepContext) -> tuple[str, ...]:
        """Return what is there now.

        Raises:
            FailedError: `not_listed`, when it cannot be seen.
        """
        what = as_line(filled(self.run, context.values)) if self.path is None else str(self.path)
        try:
            async with asyncio.timeout(PATIENCE):
                if self.path is None:
                    return await self._said(context)
                return await _counted(self.path.shown(context.values))
        except TimeoutError:
            raise FailedError("not_listed", f"{what}: took longer than {PATIENCE:g} s") from None
        except MeasureError as error:
            raise FailedError("not_listed", error.summary) from error

    async def _said(self, context: StepContext) -> tuple[str, ...]:
        words = filled(self.run, context.values)
        async with supervise.run(words, without=context.hidden) as finished:
            said = finished.out.read().decode(errors="replace")
            errors = finished.err.ending(WIDTH).decode(errors="replace").strip()
        if finished.status != 0:
            reason = context.masker.mask(errors) or "it said nothing"
            raise FailedError("not_listed", f"{as_line(words)}: exit code {finished.status}: {reason}")
        lines = context.masker.mask(said).splitlines()
        rest = [f"  and {len(lines) - LINES} more lines"] if len(lines) > LINES else []
        return (f"{as_line(words)}:", *(f"  {line[:WIDTH]}" for line in lines[:LINES]), *rest)


@dataclass(frozen=True, slots=True)
class ConfirmStep:
    """Has the operator type a phrase before something is destroyed."""

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = False
    EXAMPLE: ClassVar[str] = """\
id: confirm-clean-up
kind: confirm
phrase: delete old logs
destroys: [every rotated log that is older than 30 days]
show:
  - path: /var/log/shop/*.gz
  - run: [docker, system, df]
"""

    phrase: Template
    """What must be typed, letter by letter."""
    destroys: tuple[Template, ...] = ()
    """What will be gone, in words."""
    show: tuple[Listing, ...] = ()
    """What will be gone, counted or listed when the step is shown."""

    async def prepare(self, context: StepContext) -> Action:
        """Return the phrase and all that will be gone.

        Raises:
            FailedError: `phrase`, when nobody could type it; `not_listed`, when it cannot be seen what
                will be gone.
        """
        phrase = self._phrase(context)
        destroys = [text.shown(context.values) for text in self.destroys]
        for listing in self.show:
            destroys += await listing.lines(context)
        return Action(lines=(f"type: {phrase}",), destroys=tuple(destroys), phrase=phrase)

    async def question(self, context: StepContext) -> Question:
        """Return the phrase to be typed."""
        phrase = self._phrase(context)
        return Question(f"Type {phrase!r} to confirm", phrase=phrase)

    def take(self, answer: str, question: Question, context: StepContext) -> Outcome:
        """Return that it is confirmed.

        Raises:
            FailedError: `refused`, when it is not the phrase, letter by letter.
        """
        if plain_line(answer) != question.phrase:
            raise refuse(f"that is not {question.phrase!r}; nothing was confirmed")
        return succeeded(f"{question.phrase!r} was typed", Applied.NONE)

    def _phrase(self, context: StepContext) -> str:
        phrase = self.phrase.shown(context.values)
        if not phrase or len(phrase) > LONGEST_PHRASE or phrase != phrase.strip() or clean(phrase) != phrase:
            raise FailedError("phrase", f"{self.phrase} gives a phrase that cannot be typed: {phrase!r}")
        return phrase


async def _counted(pattern: str) -> tuple[str, ...]:
    if not pattern.startswith("/"):
        raise FailedError("not_listed", f"{pattern!r} does not begin with /, so it depends on the folder")
    try:
        return (await apart(lambda still: tally(pattern, still))).lines
    except (OSError, ValueError) as error:
        raise FailedError("not_listed", f"{pattern}: {error}") from error
