"""Owns the journal of walks as walkers and agents hold it: asynchronous, before one writing thread.

Rows are added and never changed; what `append` has returned is on the disk. Who changes a target holds its
lease, and rows written under a grip are written only while it holds, which the same transaction sees to. When
the journal cannot be written, `append` says so, and the caller does nothing that should have been in it.

A journal that is found broken is refused, read as far as it can be, and begun anew only by `begin_anew`. No
call to SQLite is made on the event loop.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from checks.clock import Clock
from checks.errors import StoreError
from runbooks.events import Entry, Event
from runbooks.journal import leases, questions
from runbooks.journal.anchors import SECONDS, SYSLOG
from runbooks.journal.ballast import SIZE
from runbooks.journal.chain import Head
from runbooks.journal.database import looking, renew_journal
from runbooks.journal.errors import BrokenError, JournalError, UnfitError, failed
from runbooks.journal.leases import Grip, Held, Wish
from runbooks.journal.questions import StepDuration
from runbooks.journal.rows import Draft
from runbooks.journal.writer import Writer
from runbooks.live import WalkHead
from runbooks.operators import WALKDOWN, Operator

INSISTENCE = 60.0
"""Seconds for which it is tried to write what has happened already."""
PAUSE = 1.0
"""Seconds between two tries."""

T = TypeVar("T")


class Journal:
    """The journal in a file."""

    def __init__(
        self, path: Path, clock: Clock, *, network: bool = False, ballast: int = SIZE, syslog: Path = SYSLOG
    ) -> None:
        """Name the file `NAME.journal.db`; it is opened, or made, on entering.

        With `network` it may lie on a network file system. `ballast` is in bytes.
        """
        self._path = path
        self._clock = clock
        self._network = network
        self._writer = Writer(path, clock, network, ballast, syslog)
        self._writing = ThreadPoolExecutor(1, "journal-write")
        self._reading = ThreadPoolExecutor(1, "journal-read")
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> Self:
        """Open the journal; one that cannot be opened refuses what is to be written, and says why."""
        await self._run(self._writing, self._writer.keep_up)
        await self._tasks.__aenter__()
        self._ticking = self._tasks.create_task(self._tick(), name="journal")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Anchor the last rows and close the file."""
        self._ticking.cancel()
        try:
            await self._tasks.__aexit__(None, None, None)
        finally:
            await self._run(self._writing, self._writer.keep_up)
            await self._run(self._writing, self._writer.close)
            self._writing.shutdown()
            self._reading.shutdown()

    @property
    def broken(self) -> str:
        """Return why the journal is refused; empty when it is not."""
        return self._writer.broken

    @property
    def trouble(self) -> str:
        """Return why the head cannot be anchored, or the ballast not be laid; empty when all is well."""
        return self._writer.trouble

    @property
    def head(self) -> Head:
        """Return the last row that we know of; another process may have gone on."""
        return self._writer.head

    async def append(self, *drafts: Draft, grip: Grip | None = None) -> tuple[Entry, ...]:
        """Write all of the drafts, or none; with a grip, only while that is held. Returned, they are kept.

        Raises:
            FenceError: when the grip was lost; nothing was written.
            JournalError: when they cannot be written; nothing is to be done that they would have told of.
        """
        scribe = self._writer.scribe

        def work(connection: sqlite3.Connection) -> tuple[Entry, ...]:
            if grip is not None:
                leases.demand(connection, scribe, grip)
            return scribe.write(connection, drafts, grip.fence if grip else 0)

        return await self._write(work)

    async def append_after(self, *drafts: Draft, grip: Grip | None = None) -> tuple[Entry, ...]:
        """Write what has happened already: for a minute, and on a full disk with the room of the ballast.

        Raises:
            FenceError: when the grip was lost; nothing was written.
            JournalError: when they could not be written within that minute, or never can be.
        """
        until = self._clock.monotonic() + INSISTENCE
        while True:
            try:
                return await self.append(*drafts, grip=grip)
            except (BrokenError, UnfitError):
                raise
            except JournalError as error:
                if self._clock.monotonic() >= until:
                    raise
                if error.full:
                    await self._run(self._writing, self._writer.drop_ballast)
            await self._clock.sleep(PAUSE)

    async def anchor(self) -> Head:
        """Anchor the head beside the journal and in the syslog, as at the end of a walk; return it.

        Raises:
            JournalError: when the journal cannot be read.
        """
        return await self._run(self._writing, self._writer.anchor)

    async def entries(self, walk: str) -> tuple[Entry, ...]:
        """Return all rows of a walk, in order.

        Raises:
            JournalError: when they cannot be read.
        """
        return await self._read(lambda connection: questions.entries(connection, walk))

    async def since(self, seq: int, limit: int = 1000) -> tuple[Entry, ...]:
        """Return the rows after that one, of all walks, at most so many.

        Raises:
            JournalError: when they cannot be read.
        """
        return await self._read(lambda connection: questions.since(connection, seq, limit))

    async def newest(self, *kinds: type[Event], limit: int = 100) -> tuple[Entry, ...]:
        """Return the newest rows of these kinds, at most so many of each, in order.

        Raises:
            JournalError: when they cannot be read.
        """
        names = [kind.__name__ for kind in kinds]
        return await self._read(lambda connection: questions.newest(connection, names, limit))

    async def walks(self, limit: int = 200, *, open_only: bool = False) -> tuple[WalkHead, ...]:
        """Return the newest walks, newest first; `open_only` leaves out those that have ended.

        Raises:
            JournalError: when they cannot be read.
        """
        return await self._read(lambda connection: questions.walks(connection, limit, open_only))

    async def durations(self, runbook: str, limit: int = 20) -> tuple[StepDuration, ...]:
        """Return how long steps that succeeded took in the newest walks of a runbook, of at most so many.

        Raises:
            JournalError: when they cannot be read.
        """
        return await self._read(lambda connection: questions.durations(connection, runbook, limit))

    async def take(self, target: str, walk: str, holder: Operator) -> Grip:
        """Take the lease of a target for a walk; its holder renews it every ten seconds.

        Raises:
            HeldError: when somebody else holds it.
            JournalError: when that cannot be written.
        """
        scribe, wish = self._writer.scribe, Wish(target, walk, holder)
        return await self._write(lambda connection: leases.take(connection, scribe, wish))

    async def renew(self, grip: Grip) -> None:
        """Hold a lease for another 30 s.

        Raises:
            FenceError: when it is no longer ours.
            JournalError: when that cannot be written.
        """
        scribe = self._writer.scribe
        await self._write(lambda connection: leases.renew(connection, scribe, grip))

    async def release(self, grip: Grip) -> None:
        """Give a lease back; one that is no longer ours is left alone.

        Raises:
            JournalError: when that cannot be written.
        """
        await self._write(lambda connection: leases.release(connection, grip))

    async def take_over(self, target: str, walk: str, holder: Operator, reason: str) -> Grip:
        """Take the lease from whoever holds it, whose grip is worth nothing from then on.

        Who does so writes `HolderChanged` first of all.

        Raises:
            JournalError: when that cannot be written.
        """
        scribe, wish = self._writer.scribe, Wish(target, walk, holder, reason)
        return await self._write(lambda connection: leases.take_over(connection, scribe, wish))

    async def holder(self, target: str) -> Held | None:
        """Return who holds the lease of a target; None when anybody may take it.

        Raises:
            JournalError: when that cannot be read.
        """
        scribe = self._writer.scribe

        def question(connection: sqlite3.Connection) -> Held | None:
            held = leases.find(connection, target)
            free = held is None or held.is_free(scribe.clock.monotonic(), scribe.boot)
            return None if free else held

        return await self._read(question)

    async def begin_anew(self, reason: str, operator: Operator = WALKDOWN) -> Path | None:
        """Put a broken journal aside and begin another; return where it went, None when there was no file.

        Raises:
            JournalError: when it is sound, or another cannot be begun.
        """

        def work() -> Path | None:
            self._writer.close()
            kept = renew_journal(self._path, self._clock, reason, operator, self._network)
            self._writer.forget()
            self._writer.keep_up()
            return kept

        return await self._run(self._writing, work)

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep(SECONDS)
            await self._run(self._writing, self._writer.keep_up)

    async def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        done = await self._run(self._writing, lambda: self._writer.write(work))
        if self._writer.due:
            self._writing.submit(self._writer.keep_up)
        return done

    async def _read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        def answer() -> T:
            try:
                with looking(self._path) as connection:
                    return question(connection)
            except (sqlite3.Error, StoreError, ValueError) as error:
                raise failed(self._path, "read", error) from error

        return await self._run(self._reading, answer)

    async def _run(self, threads: Executor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(threads, work)
