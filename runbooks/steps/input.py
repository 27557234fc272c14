"""Owns the step kind `input`: a value that the operator gives while walking: typed, chosen, or a file.

The value of a secret is returned like any other, in `captured`; whoever walks keeps it in memory and leaves
it out of the journal, because the question said `secret`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from checks.options import Bytes, Seconds
from checks.patterns import compile_pattern
from runbooks.action import Action
from runbooks.answers import LONGEST, plain_line, refuse
from runbooks.files.listing import list_files
from runbooks.files.offer import Wanted, offered
from runbooks.files.soundness import Manner
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.question import Choice, Question
from runbooks.step import StepContext
from runbooks.templates import Template

MOST = 100
"""Files of a listing that are offered."""
PATIENCE = 10.0
"""Seconds for looking into the folder."""


@dataclass(frozen=True, slots=True)
class Files:
    """Files of a folder to choose from."""

    folder: Template
    """The folder; not what lies in folders within it."""
    pattern: str = "*"
    """What names must match, such as `*.tar.gz`."""
    least_size: Bytes = 1.0
    """A smaller file is shown but cannot be chosen."""
    newest_first: bool = True
    """Newest first, else by name."""
    verify: Manner = "none"
    """How each is read through before it is offered; one that is corrupt is shown but cannot be chosen."""
    patience: Seconds = 20.0
    """How long verifying may take in all; what is left then is shown as not verified."""

    def __post_init__(self) -> None:
        """Refuse a pattern that would leave the folder."""
        if not self.pattern or "/" in self.pattern:
            raise ValueError("pattern is one of names, without /")


@dataclass(frozen=True, slots=True)
class InputStep:
    """Asks the operator for a value."""

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = False
    EXAMPLE: ClassVar[str] = """\
id: which-backup
kind: input
prompt: Which backup is to be restored?
files: {folder: /var/backups/shop, pattern: '*.tar.gz', least_size: 1 MiB, verify: tar}
save: backup
"""

    prompt: Template
    """What is asked."""
    save: str
    """Name under which later steps find the value."""
    pattern: str = ""
    """RE2 pattern that the whole value must match; empty: anything but nothing."""
    choices: tuple[Template, ...] = ()
    """The only values that may be given."""
    default: Template | None = None
    """What is offered at first."""
    secret: bool = False
    """The value is neither shown nor stored."""
    files: Files | None = None
    """Files of which one must be chosen; the value is its path."""

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if not self.save:
            raise ValueError("save must name the value")
        if self.pattern:
            compile_pattern(self.pattern)
        if sum((bool(self.pattern), bool(self.choices), self.files is not None)) > 1:
            raise ValueError("set one of pattern, choices and files")
        if self.secret and (self.choices or self.files or self.default):
            raise ValueError("a secret has no choices, files or default")

    async def prepare(self, context: StepContext) -> Action:
        """Return what will be asked."""
        return Action(lines=(f"ask for {self.save}: {self.prompt.shown(context.values)}",))

    async def question(self, context: StepContext) -> Question:
        """Return the question; files are listed, and read through when they must be sound.

        Raises:
            FailedError: `no_files`, when none matches; `folder`, when the folder cannot be looked into.
        """
        prompt = self.prompt.shown(context.values)
        if self.files is not None:
            return await self._listed(prompt, self.files, context)
        choices = tuple(Choice(choice.shown(context.values)) for choice in self.choices)
        default = self.default.shown(context.values) if self.default else ""
        return Question(prompt, choices, secret=self.secret, default=default)

    def take(self, answer: str, question: Question, context: StepContext) -> Outcome:
        """Return the value.

        Raises:
            FailedError: `refused`, when it may not be given.
        """
        value = self._secret(answer) if self.secret else plain_line(answer)
        if not value:
            raise refuse("an empty value is none")
        if question.choices:
            chosen = next((choice for choice in question.choices if choice.value == value), None)
            if chosen is None:
                raise refuse(f"{value!r} is none of those that may be chosen")
            if chosen.refusal:
                raise refuse(f"{value} cannot be chosen: {chosen.refusal}")
        if self.pattern and compile_pattern(self.pattern).fullmatch(value) is None:
            raise refuse(f"does not match {self.pattern}")
        said = f"{self.save} was given" if self.secret else f"{self.save} is {value}"
        return succeeded(said, Applied.NONE, captured={self.save: value})

    def _secret(self, answer: str) -> str:
        """Return a secret; it may hold any character but line ends."""
        if len(answer) > LONGEST or any(char in answer for char in "\r\n\0"):
            raise refuse("it is too long, or holds a line end")
        return answer

    async def _listed(self, prompt: str, files: Files, context: StepContext) -> Question:
        folder = Path(files.folder.shown(context.values))
        if not folder.is_absolute():
            raise FailedError("folder", f"{folder} does not begin with /, so it depends on where we are")
        try:
            async with asyncio.timeout(PATIENCE):
                entries = await asyncio.to_thread(
                    list_files, folder, files.pattern, newest_first=files.newest_first
                )
        except TimeoutError:
            raise FailedError("folder", f"{folder}: its file system does not answer") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise FailedError("folder", f"{folder}: {reason}") from error
        if not entries:
            raise FailedError("no_files", f"{folder} holds no file {files.pattern}")
        wanted = Wanted(files.least_size, files.verify, files.patience)
        choices = await offered(entries[:MOST], wanted, context.clock, context.hidden)
        if len(entries) > MOST:
            prompt += f" (the first {MOST} of {len(entries)} files)"
        return Question(prompt, choices)
