"""Owns what is kept open between probes: at most one connection per target, shared by its checks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, runtime_checkable


@runtime_checkable
class AsyncClosable(Protocol):
    """A connection that is closed by awaiting `close`."""

    async def close(self) -> None:
        """Close it."""
        ...


C = TypeVar("C", bound=AsyncClosable)


class Keep:
    """Connections by target. Borrowers of one target take turns; a borrower that fails drops it."""

    def __init__(self) -> None:
        """Start empty."""
        self._connections: dict[Hashable, Any] = {}
        self._locks: dict[Hashable, asyncio.Lock] = {}

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all that is kept."""
        for key in list(self._connections):
            await self._drop(key)

    @contextlib.asynccontextmanager
    async def borrow(
        self,
        key: Hashable,
        connect: Callable[[], Awaitable[C]],
        usable: Callable[[C], bool] = lambda connection: True,
    ) -> AsyncIterator[C]:
        """Lend the connection of the target `key`, alone; make it with `connect` when there is none.

        One that is no longer `usable`, such as one that its server has closed since, is replaced. Any
        exception inside, a cancelled probe included, closes the connection: its state is not known.
        """
        async with self._locks.setdefault(key, asyncio.Lock()):
            connection = self._connections.get(key)
            if connection is not None and not usable(connection):
                await self._drop(key)
                connection = None
            if connection is None:
                connection = self._connections[key] = await connect()
            try:
                yield connection
            except BaseException:
                await self._drop(key)
                raise

    async def _drop(self, key: Hashable) -> None:
        connection = self._connections.pop(key, None)
        if connection is not None:
            with contextlib.suppress(Exception):
                await connection.close()
