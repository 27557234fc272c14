"""Owns the console that terminal tests run: the real one, on an agent in memory that plays a scenario.

Run as `python -m tests.tui.stand_in SCENARIO [slow]`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from agent.testing import MemoryLink
from checks.board import Notice, Snapshot, SystemInfo
from checks.model import Level
from tests.tui.boards import SHOP, SHOP_BOARD, SHOP_STATES, snapshot, state, system
from tui.console import run_console
from tui.environment import Manners

HOSTILE = (
    "\x1b]0;PWNED\x07 \x1b]52;c;UFdORUQ=\x07 \x1bP+q544e\x1b\\ \x1b[6n \x9b31m \x9d0;PWNED\x9c "
    "[/nope] [@click=app.quit]PWNED[/] \u202edlrow"
)
"""Window title, clipboard, device control, cursor report, eight-bit controls, markup, a turn of direction."""


def board(scenario: str) -> tuple[SystemInfo, Snapshot]:
    if scenario != "hostile":
        return SHOP, SHOP_BOARD
    states = [state(HOSTILE, Level.CRIT, HOSTILE, detail=HOSTILE), *SHOP_STATES]
    shop = system((HOSTILE, HOSTILE), *((info.name, info.group) for info in SHOP.checks), environment=HOSTILE)
    return shop, snapshot(states, notices=(Notice(HOSTILE, HOSTILE),))


@contextlib.asynccontextmanager
async def opened(scenario: str) -> AsyncIterator[MemoryLink]:
    link = MemoryLink()
    await link.attach(*board(scenario))
    if scenario == "crash":
        password = "hunter2-hunter2"
        raise RuntimeError(f"a bug near {len(password)} characters")
    if scenario == "threads":
        loop = asyncio.get_running_loop()
        for _ in range(20):
            loop.run_in_executor(None, threading.Event().wait, 60)
        started = time.monotonic()
        await loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)
        waited = time.monotonic() - started
        shop, _ = board(scenario)
        await link.events().__anext__()
        await link.attach(shop, snapshot(SHOP_STATES, notices=(Notice("names", f"took {waited:.0f} s"),)))
    trouble = asyncio.create_task(_trouble(link)) if scenario == "trouble" else None
    yield link
    if trouble is not None:
        trouble.cancel()


async def _trouble(link: MemoryLink) -> None:
    """Have two checks become CRIT at once, which lasts; the third picture says that it is there."""
    states = {each.name: each for each in SHOP_STATES}
    well = [replace(each, level=Level.OK, hard=Level.OK, is_hard=False) for each in states.values()]
    bad = [replace(each, level=Level.CRIT, hard=Level.CRIT, is_hard=True) for each in well[:2]]
    for number, (now, said) in enumerate(
        (
            (well, "first picture"),
            ([*bad, *well[2:]], "second picture"),
            ([*bad, *well[2:]], "third picture"),
        ),
        2,
    ):
        await asyncio.sleep(1.5)
        await link.update(replace(snapshot(now, notices=(Notice("seen", said),)), number=number))


def main() -> None:
    scenario = sys.argv[1]
    if scenario == "deaf":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    code = run_console(lambda: opened(scenario), Manners(slow="slow" in sys.argv, bell="bell" in sys.argv))
    if scenario == "threads":
        os._exit(code)  # the interpreter itself would wait for the threads; the console must not
    sys.exit(code)


if __name__ == "__main__":
    main()
