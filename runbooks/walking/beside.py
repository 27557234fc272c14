"""Owns what goes on beside a walk: tasks that live as long as it is walked, at most."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Beside:
    """The tasks beside one walk; those that are left when it is walked no longer are cancelled."""

    def __init__(self) -> None:
        """Begin none yet."""
        self._tasks = asyncio.TaskGroup()
        self._running: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        """Return itself."""
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel what is left, and wait until it has ended."""
        for task in self._running:
            task.cancel()
        await self._tasks.__aexit__(kind, error, trace)

    def begin(self, work: Coroutine[None, None, T], name: str) -> asyncio.Task[T]:
        """Do something beside the walk."""
        task = self._tasks.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task
