"""Owns one probe from start to Result: deadline, failures made into stable classes, cleaning, judging.

It always comes back: with what was seen, or with why nothing was. One of the two places that may catch
every exception (the other is the walker): a bug in a kind is an UNKNOWN result, never the end of the agent.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import traceback
from collections.abc import AsyncIterator, Mapping, MutableMapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from checks.clock import Clock
from checks.definition import Definition
from checks.errors import MeasureError, ProbeError
from checks.judge import judge
from checks.keep import Keep
from checks.kind import ProbeContext
from checks.masking import Masker
from checks.model import NEVER, Level, Observation, Reading, Result, Table
from checks.secrets import SecretSource
from checks.text import clean
from checks.vault import Vault

SUMMARY_CELLS = 512
DETAIL_BYTES = 8192
TABLE_ROWS = 1000
SECRETS_SHARE = 0.8
"""Part of a check's timeout after which secrets that are still being read count as unreadable."""
THREADS = 16
"""For blocking libraries; not asyncio's default pool, which name resolution shares (ecosystem A0.7)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Runner:
    """Probes checks. Holds what every probe is given; has no state of its own."""

    clock: Clock
    vault: Vault
    masker: Masker
    keep: Keep
    threads: Executor

    async def run(
        self,
        definition: Definition,
        before: Result = NEVER,
        memory: MutableMapping[str, Any] | None = None,
        gap: float | None = None,
    ) -> Result:
        """Probe once and return the Result, by the deadline or just after it.

        `gap` is the time since the result before, in seconds of a clock that does not jump; None when it
        was another process that saw it: then the wall clock has to do.
        """
        context = ProbeContext(
            definition.name,
            definition.timeout,
            self.clock,
            self.vault,
            self.keep,
            {} if memory is None else memory,
            self.threads,
        )
        at, started = self.clock.now(), self.clock.monotonic()
        observation = await self._observe(definition, context)
        judgement = judge(
            definition.rules, observation, before.streaks, max(0.0, at - before.at) if gap is None else gap
        )
        return Result(
            definition.name,
            judgement.level,
            at,
            self.clock.monotonic() - started,
            observation,
            judgement.verdicts,
            judgement.streaks,
        )

    async def _observe(self, definition: Definition, context: ProbeContext) -> Observation:
        """Return what the kind saw, safe to show; whatever bug the kind has is one, too."""
        try:
            return self._safe(await self._look(definition, context))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return self._bug(definition)
        except (Exception, SystemExit):  # noqa: BLE001 - the boundary: a kind's bug becomes a Result
            return self._bug(definition)

    async def _look(self, definition: Definition, context: ProbeContext) -> Observation:
        deadline = asyncio.timeout(definition.timeout)
        try:
            async with deadline:
                await self._fetch_secrets(definition)
                return await definition.check.probe(context)
        except ProbeError as error:
            return Observation(error.summary, error.level, error.error_class, detail=error.detail)
        except TimeoutError as late:
            if not deadline.expired():
                raise
            summary = f"no answer within {definition.timeout:g} s"
            return Observation(summary, Level.CRIT, "total_timeout", detail=self._notes(late.__cause__))

    async def _fetch_secrets(self, definition: Definition) -> None:
        """Read the secrets that the check names, in a thread: a command or a dead mount may hang."""
        names = definition.secrets
        if not names:
            return
        fetching = asyncio.get_running_loop().run_in_executor(self.threads, self.vault.fetch, names)
        try:
            async with asyncio.timeout(definition.timeout * SECRETS_SHARE):
                await fetching
        except TimeoutError:
            listed = ", ".join(sorted(names))
            raise MeasureError("secret", f"secret {listed}: not read within the timeout") from None

    def _notes(self, cancelled: BaseException | None) -> str:
        """Return what a probe left on its cancellation with `add_note`; it may have been cut in a secret."""
        notes: tuple[str, ...] = getattr(cancelled, "__notes__", ())
        return "\n".join(self.masker.growing(note, len(note)) for note in notes)

    def _bug(self, definition: Definition) -> Observation:
        # Masked and cleaned here: where no agent logs, it goes to a terminal as it is.
        trace = clean(self.masker.mask(traceback.format_exc()), lines=True)
        log.error("check %s: bug in kind %s\n%s", definition.name, definition.kind, trace)
        return Observation(f"bug in kind {definition.kind}; see the log", Level.UNKNOWN, "internal_error")

    def _safe(self, seen: Observation) -> Observation:
        """Return the observation with every text masked, cleaned and cut."""
        rows = tuple(tuple(self._line(cell) for cell in row) for row in seen.rows.rows[:TABLE_ROWS])
        return replace(
            seen,
            summary=self._line(seen.summary),
            detail=self._lines(seen.detail),
            readings=tuple(self._reading(r) for r in seen.readings if math.isfinite(r.value)),
            rows=Table(tuple(self._line(title) for title in seen.rows.columns), rows),
        )

    def _reading(self, reading: Reading) -> Reading:
        if not reading.labels:
            return reading
        return replace(reading, labels=tuple((name, self._line(value)) for name, value in reading.labels))

    def _line(self, text: str) -> str:
        return clean(self.masker.mask(text))[:SUMMARY_CELLS]

    def _lines(self, text: str) -> str:
        safe = clean(self.masker.mask(text), lines=True)
        raw = safe.encode()
        return safe if len(raw) <= DETAIL_BYTES else raw[:DETAIL_BYTES].decode(errors="ignore")


@contextlib.asynccontextmanager
async def open_runner(
    secrets: Mapping[str, SecretSource], clock: Clock, masker: Masker | None = None
) -> AsyncIterator[Runner]:
    """Open a runner with its vault, its kept connections and its threads; none of them outlives it."""
    masker = masker or Masker()
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="probe")
    try:
        async with Keep() as keep:
            yield Runner(clock, Vault(secrets, masker), masker, keep, threads)
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
