"""Owns the step kind `report`: a text with the walk's values in it, kept as evidence, and in a file if asked.

The report of a whole walk is made elsewhere, at its end. A file is written anew only by the same text: what
another walk has written stays.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import ClassVar

from checks.text import clean
from runbooks import evidence
from runbooks.action import Action
from runbooks.files.present import Present, failure, look_at
from runbooks.files.swap import Owner, put, settle
from runbooks.outcome import Applied, FailedError, Outcome, succeeded
from runbooks.step import Board, StepContext
from runbooks.templates import Template

NAME = "report.txt"
"""Name of the evidence."""
READABLE = Owner(0o644)


@dataclass(frozen=True, slots=True)
class ReportStep:
    """Writes down a text with the walk's values in it."""

    CHANGES: ClassVar[bool] = False
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: note-the-start
kind: report
body: |
  Maintenance of the shop
  The database was checked and the backup is sound.
path: /var/tmp/shop-maintenance.txt
"""

    body: Template
    """The text; control characters that a value brings in are made visible."""
    path: Template | None = None
    """A file to write it to as well; if another one is there, it fails."""

    async def prepare(self, context: StepContext) -> Action:
        """Return the text, and where it is written to."""
        lines = tuple(f"| {line}" for line in self._text(context).splitlines())
        if self.path is None:
            return Action(lines)
        return Action((f"write {self.path.shown(context.values)}", *lines))

    async def look(self, context: StepContext, board: Board) -> Outcome:
        """Write it.

        Raises:
            FailedError: `exists`, when another file is there; `not_found`, `disk_full`, ...
        """
        text = self._text(context)
        where = await asyncio.to_thread(self._write, text.encode(), context)
        said = f"{len(text.splitlines())} lines{f', in {where}' if where else ''}"
        return succeeded(said, Applied.NONE, detail=text)

    def _text(self, context: StepContext) -> str:
        return clean(self.body.shown(context.values).rstrip("\n"), lines=True) + "\n"

    def _write(self, data: bytes, context: StepContext) -> str:
        try:
            evidence.keep(context.folder / NAME, (data,))
        except OSError as error:
            raise failure(context.folder / NAME, error) from error
        if self.path is None:
            return ""
        present = look_at(self.path.shown(context.values))
        _write_once(present, data, context.key)
        return str(present.path)


def _write_once(present: Present, data: bytes, key: str) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    if present.is_there and present.sha256 != sha256:
        raise FailedError("exists", f"{present.path} is there already, with another text")
    if not present.is_there:
        put(present, (data,), sha256, READABLE, key)
        settle(present)
