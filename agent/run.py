"""Owns the agent's process: its lock, its log, its signals, and the order in which its parts open."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from agent.alerting import Alerting
from agent.doorway import Doorway
from agent.fingerprint import fingerprint
from agent.keeping import Keeping
from agent.lifecycle import ALREADY_RUNS
from agent.live import LiveSystem
from agent.log import log_to
from agent.newsroom import Newsroom
from agent.reach import not_ours
from agent.readiness import tell_systemd
from agent.responding import Responding, walk_alone
from agent.server import Server
from checks import paths
from checks.access import access_of
from checks.clock import Clock, SystemClock
from checks.errors import ConfigError, StoreError
from checks.load import load
from checks.masking import Masker
from checks.private import append_private, make_private
from checks.storage.store import Store
from checks.system import System

IDLE_AFTER = 900.0
"""Seconds without a console after which an agent that nobody asked to stay ends."""
CONFIG_ERROR = 78
IO_ERROR = 74

log = logging.getLogger(__name__)


def run(source: Path | None, *, stay: bool) -> int:
    """Run the agent of a system until it is told to end, or is idle and not told to stay.

    Returns an exit code: 0; 74 when its folders cannot be used; 75 when another agent looks after the
    system already; 78 when the configuration cannot be used.
    """
    source = None if source is None else source.resolve()
    os.umask(0o077)
    os.chdir("/")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    masker = Masker()
    try:
        make_private(paths.state_folder())
        make_private(paths.runtime_folder())
        with only_one(source):
            log_to(None if stay else paths.log_file(source), masker)
            configuration = fingerprint(source)
            system = load(source)
            if whose := not_ours(access_of(system.sections)):
                return _fail(whose, CONFIG_ERROR)
            asyncio.run(_keep(source, system, configuration, masker, stay))
    except BlockingIOError:
        return _fail(f"another agent looks after {paths.system_name(source)} already", ALREADY_RUNS)
    except ConfigError as error:
        return _fail(str(error), CONFIG_ERROR)
    except (StoreError, OSError) as error:
        return _fail(str(error), IO_ERROR)
    return 0


def _fail(words: str, code: int) -> int:
    sys.stderr.write(f"{words}\n")
    return code


@contextlib.contextmanager
def only_one(source: Path | None) -> Iterator[None]:
    """Hold the lock of a system's agent.

    Raises:
        BlockingIOError: when another agent holds it.
    """
    path = paths.runtime_folder() / f"{paths.system_name(source)}.lock"
    with append_private(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


async def _keep(source: Path | None, system: System, configuration: str, masker: Masker, stay: bool) -> None:
    """Open store, engine and socket around one another; close them in the opposite order."""
    clock = SystemClock()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: log.info("a terminal hung up; going on"))

    def stop(reason: str) -> None:
        log.info("asked to end: %s", reason)
        ended.set()

    async with Store(paths.store_file(source), clock) as store, asyncio.TaskGroup() as tasks:
        live = LiveSystem(system, configuration, lambda: load(source), store, masker, clock)
        probing = tasks.create_task(live.run(), name="live system")
        alerting = Alerting(live, masker, clock)
        keeping = Keeping(live, source, alerting.post, masker, clock)
        newsroom = Newsroom(keeping.journal, keeping.walks, lambda: live.engine)
        alerting.heard = newsroom
        server = Server(live, keeping, clock, clock.now(), stop)
        responding = Responding(
            live,
            clock,
            lambda: keeping.busy,
            partial(walk_alone, source),
            alerting,
            newsroom.raised,
        )
        async with (
            alerting.opened(),
            keeping.opened(),
            server.listening(paths.socket_file(source)),
            Doorway(live, clock, server.admit).opened(),
            responding.opened(),
        ):
            log.info("watching %s: %d checks", system.info.name, len(system.definitions))
            tell_systemd("READY=1", f"STATUS={len(system.definitions)} checks of {system.info.name}")
            busy = partial(_is_busy, server, keeping, alerting)
            idle = tasks.create_task(_end_when_idle(server, busy, clock, ended, stay), name="end when idle")
            await ended.wait()
            tell_systemd("STOPPING=1")
        idle.cancel()
        probing.cancel()


def _is_busy(server: Server, keeping: Keeping, alerting: Alerting) -> bool:
    """Return whether a console, a walk, a window or a list is there, or messages are to be delivered."""
    return bool(server.attached or keeping.busy or keeping.checklists.is_open or alerting.busy)


async def _end_when_idle(
    server: Server, busy: Callable[[], bool], clock: Clock, ended: asyncio.Event, stay: bool
) -> None:
    """End the agent when nothing has been there for it to do for a while, unless told to stay."""
    while not stay:
        await clock.sleep(min(5.0, IDLE_AFTER))
        if not busy() and clock.monotonic() - server.idle_since > IDLE_AFTER:
            log.info("no console for %.0f s; ending", IDLE_AFTER)
            ended.set()
