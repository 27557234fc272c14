"""Owns what the walks of an agent act with: programs, threads, the secrets given to them, evidence."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from agent.board_view import LiveBoard
from agent.live import LiveSystem
from checks import paths
from checks.clock import Clock
from checks.masking import Masker
from checks.vault import Vault
from runbooks import evidence
from runbooks.errors import RefusedDecisionError
from runbooks.events import Entry
from runbooks.journal.leases import Grip
from runbooks.launch import Launcher
from runbooks.records import MACHINERY, LeaseRef
from runbooks.walk import Walk
from runbooks.walking.performing import Performer
from runbooks.walking.secret_values import READ_WITHIN, SecretValues

THREADS = 8
"""For secrets and evidence of all walks."""
EVIDENCE_SHOWN = 64 * 1024
"""Bytes of a file of evidence that a console is sent."""


class Acting:
    """What walks act with, while `opened` is open."""

    def __init__(self, live: LiveSystem, source: Path | None, masker: Masker, clock: Clock) -> None:
        """Prepare."""
        self._live = live
        self._masker = masker
        self._clock = clock
        self._database = paths.journal_file(source)
        self._evidence = paths.evidence_folder(source)
        self._launcher = Launcher(clock)
        self._threads = ThreadPoolExecutor(THREADS, "walk")
        self._given: dict[str, SecretValues] = {}
        """What was given to each walk that this process has known."""

    @contextlib.asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Let programs be started while the context is open; they outlive it."""
        try:
            async with self._launcher:
                yield
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def lease(self, grip: Grip) -> LeaseRef:
        """Return by what a program can tell whether the walk that began it is still held."""
        return LeaseRef(self._database, grip.target, grip.fence)

    def performer(
        self, secret_inputs: dict[str, str], walk: Walk, lease: Callable[[], LeaseRef | None]
    ) -> Performer:
        """Return what a walk acts with, which is given these secret inputs."""
        for value in secret_inputs.values():
            self._masker.learn(value)
        secrets = SecretValues(
            Vault(self._live.system.secrets, self._masker), self._threads, dict(secret_inputs)
        )
        self._given[walk.id] = secrets
        board = LiveBoard(self._live, walk.baseline)
        return Performer(self._evidence, self._launcher, secrets, board, self._clock, self._threads, lease)

    async def evidence(self, entries: Sequence[Entry], walk: str, step: str, attempt: int, name: str) -> str:
        """Return what an attempt left of a walk to which that happened, fit to be shown.

        Raises:
            RefusedDecisionError: when there is no such thing.
        """
        await self._learn_secrets()
        event = evidence.started(entries, step, attempt)
        if event is None or not evidence.NAME.fullmatch(name) or name in MACHINERY:
            raise RefusedDecisionError(f"attempt {attempt} of {step} left no {name}")
        given = self._given[walk].inputs if walk in self._given else {}
        if why := evidence.unhidden(event, {*self._live.system.secrets, *given}):
            raise RefusedDecisionError(why)
        shown = partial(evidence.tail, self._evidence / event.folder / name, self._masker)
        try:
            return await asyncio.to_thread(partial(shown, lines=2000, most=EVIDENCE_SHOWN))
        except OSError as error:
            raise RefusedDecisionError(f"{name} cannot be read: {error.strerror}") from error

    async def _learn_secrets(self) -> None:
        """Have every secret of the system masked, whether a check or a step of ours has needed it or not."""
        secrets = self._live.system.secrets
        vault = Vault(secrets, self._masker)
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READ_WITHIN):
                await loop.run_in_executor(self._threads, vault.fetch, tuple(secrets))
