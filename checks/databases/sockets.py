"""Owns the waiting for the socket of a library that is asked again and again whether it is done."""

from __future__ import annotations

import asyncio


async def ready(descriptor: int, write: bool) -> None:
    """Wait until the socket can be read, or also written."""
    loop = asyncio.get_running_loop()
    woken: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not woken.done():
            woken.set_result(None)

    loop.add_reader(descriptor, wake)
    if write:
        loop.add_writer(descriptor, wake)
    try:
        await woken
    finally:
        loop.remove_reader(descriptor)
        if write:
            loop.remove_writer(descriptor)
