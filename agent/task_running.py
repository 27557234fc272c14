"""Owns one run of a task's command, as from a crontab: when it may begin, that it runs once, how it ended.

The lock of a task is a file that is never taken away, held by the command too: it is free once nothing of the
run is left, whoever was killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from pathlib import Path

import click

from agent.calendar_messages import FinishTask, RefuseTask, TasksAnswer
from agent.meeting import run_to_end
from agent.session import session
from agent.walk_exits import WalkExit
from checks import paths
from checks.clock import Clock, SystemClock
from checks.command_line import IO
from checks.errors import StoreError, UsageError, WalkdownError
from checks.private import append_private, make_private
from checks.surroundings import inherited
from checks.text import clean
from runbooks.calendar.loading import load_task
from runbooks.calendar.plan import TaskPlan
from runbooks.calendar.state import Means

NOT_FOUND, NOT_RUN, KILLED = 127, 126, 128
"""Exit codes by which shells tell that a command is not there, cannot be run, or was ended by a signal."""
PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Signals that are meant for the command."""


def run_task(source: Path | None, name: str, clock: Clock | None = None) -> int:
    """Run the command of a task and write down how it ended; return its exit code.

    Raises:
        ConfigError: when the system cannot be used.
        UsageError: when there is no such task, or it has no command.
    """
    here = clock or SystemClock()
    plan = load_task(source, name)
    if plan.means is not Means.COMMAND:
        by = f"{plan.means} {plan.target}".strip()
        raise UsageError(f"the task {name} has no command: {by} fulfils it")
    only = plan.timing.only
    if only is not None and not only.include(here.now()):
        return _refused(source, name, f"{name} may be done {plan.only} only")
    try:
        with _alone(source, name) as lock:
            return run_to_end(_run(source, plan, lock, here))
    except BlockingIOError:
        return _refused(source, name, f"{name} still runs")


def _refused(source: Path | None, name: str, why: str) -> int:
    """Say that a run is not begun, here and to the agent, which tells people; return the exit code."""
    click.echo(f"not begun: {why}", err=True)
    with contextlib.suppress(WalkdownError):
        run_to_end(_told(source, name, why))
    return WalkExit.REFUSED


async def _told(source: Path | None, name: str, why: str) -> int:
    async with session(source) as attached:
        await attached.link.ask(TasksAnswer, lambda number: RefuseTask(number, name, why))
    return 0


@contextlib.contextmanager
def _alone(source: Path | None, name: str) -> Iterator[int]:
    """Hold the lock of a task; yields its descriptor.

    Raises:
        BlockingIOError: when a run of it holds the lock.
        StoreError: when the lock cannot be had at all.
    """
    folder = paths.state_folder()
    try:
        make_private(folder)
        file = append_private(folder / f"{paths.system_name(source)}.task-{name}.lock")
    except OSError as error:
        raise StoreError(f"the lock of the task {name}: {error.strerror}") from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file.fileno()


async def _run(source: Path | None, plan: TaskPlan, lock: int, clock: Clock) -> int:
    begun = clock.monotonic()
    code, said = await _ended(plan.command, lock)
    took = clock.monotonic() - begun
    try:
        async with session(source) as attached:
            await attached.link.ask(
                TasksAnswer, lambda number: FinishTask(number, plan.name, said, took, code != 0, again=True)
            )
    except WalkdownError as error:
        click.echo(clean(f"{said}; not written down: {error}"), err=True)
        return code or IO
    if code:
        click.echo(clean(said), err=True)
    return code


async def _ended(command: tuple[str, ...], lock: int) -> tuple[int, str]:
    """Return the exit code of a command, and how it ended in words; our signals are passed on to it."""
    name = shlex.join(command)
    try:
        child = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, env=inherited(), pass_fds=(lock,)
        )
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        return NOT_FOUND if missing else NOT_RUN, f"{name} cannot be run: {error}"
    loop = asyncio.get_running_loop()
    for number in PASSED_ON:
        loop.add_signal_handler(number, _pass_on, child, number)
    try:
        code = await child.wait()
    finally:
        for number in PASSED_ON:
            loop.remove_signal_handler(number)
    if code < 0:
        return KILLED - code, f"{name} was ended by signal {signal.Signals(-code).name}"
    return code, f"{name} ended with exit code {code}"


def _pass_on(child: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child.pid, number)
