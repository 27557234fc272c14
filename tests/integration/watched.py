"""A program in a terminal that is read all the time beside the test; all that it ever showed is kept."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Self

from tests.tui.terminal import Terminal

PATIENCE = 30.0


class Watched:
    """It runs as long as the context is open."""

    def __init__(self, argv: list[str], env: dict[str, str], columns: int = 120, lines: int = 40) -> None:
        self.terminal = Terminal(argv, columns, lines, env)
        self.pictures: list[str] = [""]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        self.terminal.close()

    def _read(self) -> None:
        while not self._over.is_set() and self.terminal.pump(0.05):
            if (text := self.terminal.text) != self.pictures[-1]:
                self.pictures.append(text)

    @property
    def is_open(self) -> bool:
        """Whether it still has its terminal."""
        return self._thread.is_alive()

    @property
    def text(self) -> str:
        """What it shows now."""
        return self.pictures[-1]

    @property
    def everything(self) -> bytes:
        """Every picture that it showed, and every byte that it wrote."""
        return "\n".join(self.pictures).encode() + bytes(self.terminal.raw)

    @property
    def cursor(self) -> tuple[int, int]:
        """Where what is typed appears."""
        return self.terminal.cursor

    def types(self, keys: str) -> None:
        self.terminal.type(keys)

    async def shows(self, *words: str, within: float = PATIENCE) -> str:
        """Wait until all these words are shown at once, and return the picture."""
        until = time.monotonic() + within
        while not all(word in self.text for word in words):
            assert time.monotonic() < until, f"{words} are not shown:\n{self.text}"
            await asyncio.sleep(0.03)
        return self.text
