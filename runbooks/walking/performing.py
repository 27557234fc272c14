"""Owns the doing of one attempt: rendering it, starting it, waiting for its end, and what it left.

It writes nothing into the journal and decides nothing; in which order things are done and written is the
walker's. It is one of the two places that catch everything: a bug in a kind becomes an outcome.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from checks.clock import Clock
from runbooks.actor import Request, judge_act, order_for_act, write_request
from runbooks.evidence import attempt_folder, gather
from runbooks.launch import Launcher, LostError, Running
from runbooks.model import StepPlan
from runbooks.outcome import Ending, FailedError, Outcome, StepError
from runbooks.question import Question
from runbooks.records import LeaseRef, State, look
from runbooks.registry import find_step
from runbooks.step import Act, Ask, Board, Ended, Look, Program, SelfAnswering, Step, StepContext, Traceable
from runbooks.step_events import Evidence
from runbooks.templates import MissingValueError
from runbooks.walk import Walk
from runbooks.walking.attempt import Done, Job, Ready, Shown, outcome_of
from runbooks.walking.looking import Looking
from runbooks.walking.outgoing import Outgoing
from runbooks.walking.secret_values import SecretValues

PREPARE_WITHIN = 30.0
"""Seconds that rendering may take, looks included, whatever the step's own timeout."""

BUG = "internal_error"

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Performer:
    """Does the attempts of one walk."""

    root: Path
    """The folder of all evidence."""
    launcher: Launcher
    secrets: SecretValues
    board: Board
    clock: Clock
    threads: Executor
    """For hashing evidence and whatever else blocks."""
    lease: Callable[[], LeaseRef | None] = lambda: None
    """The lease of now; the supervisor looks at it again right before it executes."""
    running: Running | None = None
    """What runs now under a supervisor."""
    _looking: Looking | None = None
    """The attempt at a step that looks which is under way, or was last."""

    @property
    def _out(self) -> Outgoing:
        return Outgoing(self.secrets.vault.masker)

    # Before anything is done

    def is_look(self, plan: StepPlan) -> bool:
        """Return whether the step only looks, or is answered by itself: then nobody is asked."""
        step = built(plan)
        return isinstance(step, Look) and not isinstance(step, Ask)

    def is_question(self, plan: StepPlan) -> bool:
        """Return whether the operator has to answer."""
        return isinstance(built(plan), Ask)

    def missing_secret(self, plan: StepPlan, walk: Walk) -> str:
        """Return the name of a secret input that the step needs and nobody gave to this process."""
        return self.secrets.missing(built(plan), walk)

    def warm(self) -> None:
        """Have a supervisor stand by, so that a confirmed step is started at once."""
        with contextlib.suppress(OSError):
            self.launcher.warm()

    def shown(self, text: str | bytes) -> str:
        """Return a text, raw as it came, fit to be shown and kept."""
        return self._out.lines(text.decode(errors="backslashreplace") if isinstance(text, bytes) else text)

    async def prepare(self, job: Job) -> Shown:
        """Render the step: look at most.

        Raises:
            StepError: when it cannot be done.
            MissingValueError: when it names a value that the walk does not have.
        """
        with self._boundary(job.plan):
            step = built(job.plan)
            async with asyncio.timeout(min(PREPARE_WITHIN, max(1.0, job.plan.timeout))):
                action = await step.prepare(self._context(job, self.root))
        return Shown(self._out.action(action), action.sha256)

    def answered(self, job: Job) -> str | None:
        """Return the answer that a value of the walk gives by itself; None when somebody has to be asked.

        Raises:
            StepError: when the value is none of the answers.
        """
        step = built(job.plan)
        with self._boundary(job.plan):
            if not isinstance(step, SelfAnswering):
                return None
            return step.automatic(self._context(job, self.root))

    async def ask(self, job: Job) -> Question:
        """Return what the step asks; it may look at that for as long as the step may take.

        Raises:
            StepError: when that cannot be found out.
        """
        step = built(job.plan)
        assert isinstance(step, Ask)
        with self._boundary(job.plan):
            async with asyncio.timeout(max(PREPARE_WITHIN, job.plan.timeout)):
                return await step.question(self._context(job, self.root))

    def take(self, job: Job, answer: str, question: Question) -> Outcome:
        """Return what an answer comes to.

        Raises:
            FailedError: when it is none that may be given.
        """
        step = built(job.plan)
        assert isinstance(step, Ask)
        with self._boundary(job.plan):
            outcome = step.take(answer, question, self._context(job, self.root))
        if not question.secret:
            return self._out.outcome(outcome)
        for name, value in outcome.captured.items():
            self.secrets.give(name, value)
        return replace(outcome, captured={}, detail="")

    async def ready(self, job: Job, confirmed: str, place: str) -> Ready:
        """Have everything ready for the start; nothing is done yet.

        Raises:
            StepError: `action_changed` when it would do something else than what was confirmed, `secret`, ...
        """
        step = built(job.plan)
        self._looking = Looking(self.clock)
        key = job.key(confirmed)
        folder = await asyncio.to_thread(attempt_folder, self.root, job.walk.id, place)
        context = self._context(job, folder, key)
        order = None
        if isinstance(step, Program | Act) and (await self.prepare(job)).sha256 != confirmed:
            raise FailedError("action_changed", "it would do something else now than what was confirmed")
        context = replace(context, secrets=await self.secrets.of(step))
        if isinstance(step, Program):
            order = step.order(context)
        elif isinstance(step, Act):
            await asyncio.to_thread(write_request, folder, Request.of(context, confirmed))
            order = order_for_act(folder, context.secrets)
        return Ready(job, step, context, confirmed, str(folder.relative_to(self.root)), order)

    # Doing it

    async def carry_out(self, ready: Ready) -> Done:
        """Do it, and return how it ended. A program or act goes on when this is cancelled."""
        begun = self.clock.monotonic()
        if ready.order is None:
            looking, retries = self._looking or Looking(self.clock), ready.job.plan.retries
            outcome = await looking.through(lambda: self._look_once(ready), retries)
        else:
            lease = self.lease() if ready.job.plan.changes else None
            try:
                self.running = await self.launcher.start(
                    ready.order, ready.context.folder, lease, ready.context.hidden
                )
            except StepError as error:
                return await self._done(ready, error.outcome, begun)
            outcome = await self._await(ready)
        return await self._done(ready, outcome, begun)

    async def attach(self, ready: Ready) -> Done:
        """Wait for what another process has started, and return how it ended."""
        self.running = self.launcher.attach(ready.context.folder)
        begun = self.running.since
        return await self._done(ready, await self._await(ready), begun)

    def again(self, job: Job, folder: str, key: str) -> Ready:
        """Return an attempt that was started before, as far as it is needed to judge its end."""
        step = built(job.plan)
        return Ready(job, step, self._context(job, self.root / folder, key), "", folder)

    async def still_runs(self, folder: str) -> bool:
        """Return whether anything of an attempt runs still."""
        found = await asyncio.to_thread(look, self.root / folder)
        return found.program_alive or found.state is State.RUNNING

    async def trace(self, ready: Ready) -> Outcome:
        """Look for the effect of an attempt whose end is not known; UNKNOWN when that cannot be told."""
        if not isinstance(ready.step, Traceable):
            return Outcome(Ending.UNKNOWN, error_class="lost")
        try:
            with self._boundary(ready.job.plan):
                context = replace(ready.context, secrets=await self.secrets.of(ready.step))
                async with asyncio.timeout(PREPARE_WITHIN):
                    return self._out.outcome(await ready.step.trace(context))
        except (StepError, MissingValueError) as error:
            said = f"its effect could not be looked for: {self._out.line(str(error))}"
            return Outcome(Ending.UNKNOWN, said)

    async def _await(self, ready: Ready) -> Outcome:
        running = self.running
        assert running is not None
        try:
            ended = await running.ended()
        except LostError as error:
            return Outcome(Ending.UNKNOWN, str(error), error_class="lost")
        except StepError as error:
            return error.outcome
        finally:
            if self.running is running:
                self.running = None
        return await asyncio.to_thread(self._judge, ready, ended)

    async def judged(self, ready: Ready, ended: Ended) -> Done:
        """Return what an end means that was found on disk."""
        outcome = await asyncio.to_thread(self._judge, ready, ended)
        return Done(self._out.outcome(outcome), ended.elapsed, await self.evidence(ready))

    def _judge(self, ready: Ready, ended: Ended) -> Outcome:
        try:
            with self._boundary(ready.job.plan):
                if isinstance(ready.step, Program):
                    return ready.step.judge(ended, ready.context)
                return judge_act(ready.context.folder, ended)
        except StepError as error:
            # A program whose end nobody understands has run all the same.
            bug = error.error_class == BUG
            return replace(error.outcome, ending=Ending.UNKNOWN) if bug else error.outcome

    def end(self) -> None:
        """Have what is under way end: a program is told to, a look is broken off."""
        if self.running is not None:
            self.running.terminate()
        elif self._looking is not None:
            self._looking.break_off()

    async def _look_once(self, ready: Ready) -> Outcome:
        step = ready.step
        assert isinstance(step, Look)
        try:
            with self._boundary(ready.job.plan):
                async with asyncio.timeout(ready.job.plan.timeout):
                    return await step.look(ready.context, self.board)
        except (StepError, MissingValueError) as error:
            return outcome_of(error)

    async def _done(self, ready: Ready, outcome: Outcome, begun: float) -> Done:
        elapsed = self.clock.monotonic() - begun
        evidence: tuple[Evidence, ...] = ()
        if ready.order is not None or outcome.detail or isinstance(ready.step, Look):
            evidence = await self.evidence(ready)
        return Done(self._out.outcome(outcome), elapsed, evidence)

    async def evidence(self, ready: Ready) -> tuple[Evidence, ...]:
        """Return what the attempt has left, hashed; long output is cut in its middle now."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, gather, ready.context.folder)

    # What a step is given, and what is let out of it

    def _context(self, job: Job, folder: Path, key: str = "") -> StepContext:
        walk = job.walk
        return StepContext(
            job.plan,
            walk.id,
            job.attempt,
            self.clock,
            self.secrets.vault.masker,
            folder,
            key,
            walk.fence,
            hidden=self.secrets.vault.variables,
            target=walk.plan.target,
            values=walk.values,
            guards=tuple(sorted({*walk.plan.guards, *job.plan.guards})),
            services={service.name: service for service in walk.plan.services},
            forward=walk.forward(job.plan.id),
            facts=walk.facts,
        )

    @contextlib.contextmanager
    def _boundary(self, plan: StepPlan) -> Iterator[None]:
        """Let out only errors that walkdown raises on purpose; whatever bug the kind has is one of them."""
        try:
            yield
        except TimeoutError:
            raise FailedError("timeout", "no answer in time") from None
        except (StepError, MissingValueError):
            raise
        except Exception as error:
            trace = self._out.lines("".join(traceback.format_exception(error)))
            log.error("step %s: bug in kind %s\n%s", plan.id, plan.kind, trace)
            raise FailedError(BUG, f"bug in kind {plan.kind}; see the log") from error


def built(plan: StepPlan) -> Step:
    """Return the step of the plan, ready to be used."""
    step: Step = msgspec.convert(plan.options, find_step(plan.kind))
    return step
