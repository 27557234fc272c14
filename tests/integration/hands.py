"""An operator who sees a screen and has keys: walks by what the console asks, and by nothing else."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field

from tests.integration.watched import Watched

ENTER, DOWN, PAGE_DOWN, TAB = "\r", "\x1b[B", "\x1b[6~", "\t"
ASKED = re.compile(r"^ (?:CONFIRM|ASKS|FAILED|UNKNOWN|PAUSED|OVERDUE|CLOSED|SECRET|OVER) .*$", re.MULTILINE)
"""What the walk waits for, as the line above the keys begins."""
HINT = "   esc back"
"""Behind what a dialog says that enter does, or what is to be done before."""
WISHES = ("read it", "type ", "choose")
"""How that begins which a dialog wants to be done first."""
PATIENCE = 60.0
STILL = 0.25
"""Seconds for which a line must stay as it is, to be drawn whole."""
BETWEEN_KEYS = 0.06
"""Seconds; a phrase must be typed, and what comes faster counts as pasted."""
AGAIN = 1.5
"""Seconds after which a key that has done nothing is pressed once more."""


@dataclass
class Hands:
    """Presses keys, and looks what came of each."""

    console: Watched
    answers: dict[str, str]
    """What is typed or chosen, by words of the question."""
    asked: list[str] = field(default_factory=list)
    """What the console asked, in its order."""

    @property
    def question(self) -> str:
        found = ASKED.findall(self.console.text)
        return found[-1].strip() if found else ""

    @property
    def hint(self) -> str:
        lines = (line.partition(HINT) for line in self.console.text.splitlines())
        said = [before.rpartition("│")[2].strip() for before, hint, _ in lines if hint]
        return said[-1] if said else ""

    async def until(self, holds, what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"{what} did not come about:\n{self.console.text}"
            await asyncio.sleep(0.03)

    async def settles(self, holds, what: str) -> None:
        """Wait until it is so, and still is a moment later."""
        so = False
        deadline = time.monotonic() + PATIENCE
        while not (so and holds()):
            assert time.monotonic() < deadline, f"{what} did not come about:\n{self.console.text}"
            so = bool(holds())
            await asyncio.sleep(STILL)

    async def walk(self, until: str = "OVER") -> None:
        """Answer every question and confirm every step, until one has these words."""
        while until not in (question := await self.next_question()):
            self.asked.append(question)
            await self.answer()

    async def wish(self, key: str) -> None:
        """Press the key of something that is asked about in a dialog, and go through with it."""
        self.console.types(key)
        await self.until(lambda: self.hint, f"a dialog by {key}")
        await self.accept()

    async def next_question(self) -> str:
        """Wait until another question stands still, and return it."""
        seen = ""
        deadline = time.monotonic() + PATIENCE
        while not seen or seen in self.asked[-1:] or seen != self.question:
            assert time.monotonic() < deadline, f"nothing is asked:\n{self.console.text}"
            seen = self.question
            await asyncio.sleep(STILL)
        return seen

    async def answer(self) -> None:
        """Open the dialog, do what it wants, and accept; a key that was slow may have done so already."""
        deadline, asked = time.monotonic() + PATIENCE, self.asked[-1]
        while not self.hint:
            if self.question not in ("", asked):
                return
            assert time.monotonic() < deadline, f"no dialog comes up:\n{self.console.text}"
            self.console.types(ENTER)
            await self.within(AGAIN, lambda: self.hint)
        await self.accept()

    async def accept(self) -> None:
        """Do what a dialog wants, and accept; a press that did not count is repeated, as a person does."""
        deadline = time.monotonic() + PATIENCE
        while self.hint:
            assert time.monotonic() < deadline, f"the dialog stays:\n{self.console.text}"
            if self.hint.startswith("⏎"):
                self.console.types(ENTER)
                await self.within(AGAIN, lambda: not self.hint.startswith("⏎"))
            elif self.hint.startswith(WISHES):
                await self._do(self.hint)
            else:
                await asyncio.sleep(0.03)

    async def within(self, seconds: float, holds) -> None:
        """Wait for it, or no longer than so many seconds."""
        deadline = time.monotonic() + seconds
        while not holds() and time.monotonic() < deadline:
            await asyncio.sleep(0.03)

    async def _do(self, wanted: str) -> None:
        """Do what the dialog wants before it can be accepted, and wait until it wants something else."""
        if wanted.startswith("read it"):
            self.console.types(PAGE_DOWN)
            await self.within(AGAIN, lambda: self.hint != wanted)
            return
        for key in self._typed(wanted):
            self.console.types(key)
            await asyncio.sleep(BETWEEN_KEYS)
        await self.until(lambda: self.hint != wanted, f"something else than {wanted!r}")

    def _typed(self, wanted: str) -> str:
        """Return what is to be typed: an answer, or just what the dialog wants."""
        if wanted.startswith("type a reason"):
            return "as agreed"
        return next(
            (answer for words, answer in self.answers.items() if words in self.console.text),
            wanted.removeprefix("type "),
        )
