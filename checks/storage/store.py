"""Owns what is kept of results: an asynchronous face before one writing thread.

Results are put into a backlog and written at most a second later, many in one transaction. A store that
cannot be written is a notice, never an error of the caller: the backlog waits, drops its oldest when full,
and is written when the store can be written again. No call to SQLite is made on the event loop.

Commits are not synced to the disk one by one (`synchronous = NORMAL`): a killed process loses nothing that
was committed, a power cut may lose the last seconds. That is for results; a journal needs more.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from checks.board import Notice
from checks.clock import Clock
from checks.model import HistoryQuery, Result, Series
from checks.storage.database import reading
from checks.storage.history import Retention, courses
from checks.storage.results import latest, newest
from checks.storage.writer import Backlog, Writer

PERIOD = 1.0
"""Seconds between two batches."""

log = logging.getLogger(__name__)

T = TypeVar("T")


class Store:
    """A store in a file. What cannot be read is answered with nothing, and a notice says why."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        retention: Retention = Retention(),  # noqa: B008 - frozen
        on_notice: Callable[[tuple[Notice, ...]], None] | None = None,
    ) -> None:
        """Name the file; it is opened, or made, on entering. `on_notice` is called on the event loop."""
        self._path = path
        self._clock = clock
        self._retention = retention
        self._on_notice = on_notice
        self._told: tuple[Notice, ...] = ()
        self._backlog = Backlog()
        self._writer = Writer(path, clock, retention, self._backlog)
        self._writing = ThreadPoolExecutor(1, "store-write")
        self._reading = ThreadPoolExecutor(1, "store-read")
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        """Open the store and begin to write; a store that cannot be opened is a notice."""
        await self.flush()
        await self._tasks.__aenter__()
        self._ticking = self._tasks.create_task(self._tick(), name="store")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write what is left and close the file."""
        self._ticking.cancel()
        try:
            await self._tasks.__aexit__(None, None, None)
        finally:
            await self._run(self._writing, self._writer.close)
            self._tell()
            self._writing.shutdown()
            self._reading.shutdown()

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Return what the operator must know of the store now."""
        return self._writer.notices

    @property
    def dropped(self) -> int:
        """Return how many results were lost since the store was made."""
        return self._backlog.dropped

    def put(self, result: Result) -> None:
        """Keep a result; never blocks, never raises."""
        self._backlog.put(result)

    async def flush(self) -> None:
        """Try now to write all that was put; the notices say when it could not be done."""
        await self._run(self._writing, self._writer.write)
        self._tell()

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do other work than results in one transaction, in the writing thread; waits for it.

        Raises:
            StoreError: when the store cannot be written; the notices say so too.
        """
        try:
            return await self._run(self._writing, lambda: self._writer.perform(work))
        finally:
            self._tell()

    async def ask(self, question: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        """Return the answer to a question about the store; `nothing` when it cannot be read."""
        return await self._read(question, nothing)

    async def newest(self) -> dict[str, Result]:
        """Return the last written result of each check."""
        return await self._read(newest, {})

    async def results(self, check: str, limit: int) -> tuple[Result, ...]:
        """Return the last written results of a check, newest first."""
        return await self._read(lambda connection: latest(connection, check, limit), ())

    async def history(self, query: HistoryQuery) -> tuple[Series, ...]:
        """Return the courses asked for, one for each member that was seen; at most a second behind."""
        now = self._clock.now()
        return await self._read(lambda connection: courses(connection, query, self._retention, now), ())

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(PERIOD)
            await self._run(self._writing, self._writer.turn)
            self._tell()

    async def _read(self, question: Callable[[sqlite3.Connection], T], nothing: T) -> T:
        def answer() -> T:
            try:
                with reading(self._path) as connection:
                    return question(connection)
            except sqlite3.Error as error:
                log.warning("the store %s cannot be read: %s", self._path, error)
                return nothing

        return await self._run(self._reading, answer)

    async def _run(self, threads: Executor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, work)

    def _tell(self) -> None:
        notices = self.notices
        if notices != self._told:
            self._told = notices
            if self._on_notice is not None:
                self._on_notice(notices)
