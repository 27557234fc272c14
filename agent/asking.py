"""Owns the putting of questions on the command line: one line of answer each, and all that may come instead.

A question can become moot while it stands; the operator can break in, or leave. Each is an error of its own,
raised out of the question.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.typed import Closed, Discarded, Line, Typing
from agent.voice import Voice
from runbooks.reasons import is_told


class MootError(Exception):
    """What was asked about has changed."""


class BrokenInError(Exception):
    """The operator wants something else: Ctrl-C, or a line while nothing was asked."""


class LeftError(Exception):
    """Nobody is there any more to answer."""


class BackError(Exception):
    """The operator wants back to the question before: an empty line."""


class Source(Protocol):
    """Where answers come from."""

    @property
    def is_terminal(self) -> bool:
        """Return whether somebody types there; else a line waits for its question."""
        ...

    def listen(self) -> None:
        """Take what is typed from now on as an answer."""
        ...

    def silent(self) -> contextlib.AbstractContextManager[None]:
        """Have what is typed not shown."""
        ...


@dataclass(frozen=True, slots=True)
class _Interrupted:
    """Ctrl-C."""


@dataclass(frozen=True, slots=True)
class _Stirred:
    """Something has changed."""


class Asking:
    """Puts questions, one at a time."""

    def __init__(self, voice: Voice) -> None:
        """Ask with this voice; `source` is set before the first question."""
        self.source: Source | None = None
        self._voice = voice
        self._inbox: asyncio.Queue[Typing | _Interrupted | _Stirred] = asyncio.Queue()
        self._stirred = False
        self._early: Line | None = None
        """A line that no terminal sent and nobody has asked for yet."""
        self._still: Callable[[], bool] = lambda: True

    def post(self, typing: Typing) -> None:
        """Take in what was typed."""
        self._inbox.put_nowait(typing)

    def interrupt(self) -> None:
        """Take in that the operator pressed Ctrl-C."""
        self._inbox.put_nowait(_Interrupted())

    def stir(self) -> None:
        """Have whoever waits look again."""
        if not self._stirred:
            self._stirred = True
            self._inbox.put_nowait(_Stirred())

    @contextlib.contextmanager
    def about(self, still: Callable[[], bool]) -> Iterator[None]:
        """Ask about something that may change: questions are moot once `still` says no."""
        before, self._still = self._still, still
        try:
            yield
        finally:
            self._still = before

    async def stirred(self) -> None:
        """Wait until something has changed.

        Raises:
            BrokenInError: when the operator broke in.
            LeftError: when nobody is there any more.
        """
        match await self._next():
            case Closed(why=why):
                raise LeftError(why)
            case Line() as line if self.source is not None and not self.source.is_terminal:
                self._early = line
            case Line() | _Interrupted():
                raise BrokenInError
            case _:
                return

    async def line(self, prompt: str, *, secret: bool = False) -> str:
        """Return what is typed behind the prompt; a secret is not shown.

        Raises:
            MootError: when what was asked about has changed.
            BrokenInError: when the operator pressed Ctrl-C.
            LeftError: when nothing more can be typed.
        """
        assert self.source is not None
        with self.source.silent() if secret else contextlib.nullcontext():
            self._ask(prompt)
            while True:
                match await self._next():
                    case Line(text=text):
                        self._voice.answered(None if self.source.is_terminal else "***" if secret else text)
                        return text
                    case Discarded(why=why):
                        self._voice.answered()
                        self._voice.say(f"({why})")
                        self._ask(prompt)
                    case Closed(why=why):
                        raise LeftError(why)
                    case _Interrupted():
                        raise BrokenInError
                    case _Stirred():
                        self._look_again(prompt)

    async def choose(self, options: Sequence[str], head: str = "") -> int:
        """Return the place of the option that is chosen by its number, from 0; Enter alone chooses none.

        Raises:
            MootError, BrokenInError, LeftError: as `line`.
        """
        if head:
            self._voice.say(head)
        for number, option in enumerate(options, 1):
            self._voice.say(option, label=f"{number:>4}  ")
        while True:
            said = (await self.line(f"Type a number, 1 to {len(options)}:")).strip()
            if said.isascii() and said.isdigit() and 1 <= int(said) <= len(options):
                return int(said) - 1
            self._voice.say(f"{said!r} is none of them." if said else "Enter alone chooses nothing.")

    async def reason(self, why: str, least: int) -> str:
        """Return a reason of so many characters at least.

        Raises:
            BackError: when the line was left empty.
            MootError, BrokenInError, LeftError: as `line`.
        """
        while True:
            said = (await self.line(f"{why} (at least {least} characters; an empty line goes back):")).strip()
            if not said:
                raise BackError
            if is_told(said, least):
                return said
            self._voice.say(f"A reason has at least {least} characters.")

    def _ask(self, prompt: str) -> None:
        """Ask, and let nothing count as an answer that a terminal has sent before."""
        assert self.source is not None
        if self.source.is_terminal:
            waiting = [self._inbox.get_nowait() for _ in range(self._inbox.qsize())]
            for item in waiting:
                if not isinstance(item, Line | Discarded):
                    self._inbox.put_nowait(item)
        self._voice.ask(prompt)
        if self._early is None:
            self.source.listen()
        else:
            self._inbox.put_nowait(self._early)
            self._early = None

    def _look_again(self, prompt: str) -> None:
        """Show the prompt again when something was said in between; what was typed so far still counts."""
        if not self._still():
            raise MootError
        if not self._voice.asking:
            self._voice.ask(prompt)

    async def _next(self) -> Typing | _Interrupted | _Stirred:
        item = await self._inbox.get()
        if isinstance(item, _Stirred):
            self._stirred = False
        return item
