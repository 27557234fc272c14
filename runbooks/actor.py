"""Owns the actor: the process in which a step is done that is Python code.

`python -P -m runbooks.actor FOLDER` is started by a supervisor like any program. It reads what to do from
`step.json` in the folder of the attempt and the values of secrets from standard input, does it once, and
leaves `outcome.json`. TERM asks it to end; it has four seconds then. What it writes to its output and its
errors is masked and cleaned, for those are files.
"""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from checks.clock import SystemClock
from checks.masking import Masker
from checks.text import clean
from runbooks import evidence
from runbooks.model import ServicePlan, StepPlan
from runbooks.outcome import Applied, Ending, FailedError, Outcome, StepError
from runbooks.records import OUTCOME, REQUEST, demand_executed
from runbooks.registry import find_step
from runbooks.step import Act, Ended, Order, Step, StepContext
from runbooks.templates import MissingValueError

PATIENCE = 4.0
"""Seconds that a step has to end once it was cancelled; a second later everything is killed."""
LONGEST_SUMMARY, LONGEST_DETAIL = 1024, 64 * 1024
"""Characters of an outcome's texts that are kept."""


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an actor is to do. Holds no value of a secret."""

    plan: StepPlan
    walk: str
    attempt: int
    action_sha256: str
    """Hash of the action that was confirmed; it refuses to do another one."""
    key: str = ""
    fence: int = 0
    target: str = ""
    values: dict[str, str] = {}
    services: dict[str, ServicePlan] = {}
    forward: dict[str, str] = {}
    facts: dict[str, dict[str, str]] = {}
    hidden: tuple[str, ...] = ()

    @classmethod
    def of(cls, context: StepContext, action_sha256: str) -> Self:
        """Return the request for a step that was given this context."""
        return cls(
            context.plan,
            context.walk,
            context.attempt,
            action_sha256,
            context.key,
            context.fence,
            context.target,
            dict(context.values),
            dict(context.services),
            dict(context.forward),
            {step: dict(facts) for step, facts in context.facts.items()},
            tuple(sorted(context.hidden)),
        )

    def context(self, folder: Path, masker: Masker) -> StepContext:
        """Return what the step is given, without secrets."""
        return StepContext(
            self.plan,
            self.walk,
            self.attempt,
            SystemClock(),
            masker,
            folder,
            self.key,
            self.fence,
            self.values,
            services=self.services,
            forward=self.forward,
            facts=self.facts,
            hidden=frozenset(self.hidden),
            target=self.target,
        )


def write_request(folder: Path, request: Request) -> None:
    """Leave what is to be done in the folder of the attempt.

    Raises:
        OSError: when it cannot be written.
    """
    evidence.keep(folder / REQUEST, (msgspec.json.encode(request),))


def order_for_act(folder: Path, secrets: Mapping[str, str]) -> Order:
    """Return the order that has the request in this folder done; secrets go through standard input."""
    argv = (sys.executable, "-P", "-m", "runbooks.actor", str(folder.absolute()))
    return Order(argv, stdin=msgspec.json.encode(dict(secrets)))


def judge_act(folder: Path, ended: Ended) -> Outcome:
    """Return what an actor's end means: what it left, or that it left nothing.

    Raises:
        FailedError: it was never executed.
    """
    demand_executed(ended)
    try:
        return msgspec.json.decode((folder / OUTCOME).read_bytes(), type=Outcome)
    except (FileNotFoundError, msgspec.MsgspecError):
        asked = "after it was asked to end" if ended.terminated else f"with status {ended.status}"
        summary = f"the process that did it ended {asked} and did not say how far it came"
        detail = evidence.tail(ended.errors, Masker())
    changes = msgspec.json.decode((folder / REQUEST).read_bytes(), type=Request).plan.changes
    return Outcome(
        Ending.UNKNOWN if changes else Ending.FAILED, summary, Applied.NONE, "actor_died", detail=detail
    )


class Masked(io.TextIOBase):
    """A stream of text of which every line is masked and cleaned before it is written."""

    def __init__(self, stream: BinaryIO, masker: Masker) -> None:
        """Write to this stream of bytes."""
        self._stream = stream
        self._masker = masker
        self._rest = ""

    def write(self, text: str) -> int:
        """Write the lines that are whole; the rest waits, for it may end in half a secret."""
        *lines, self._rest = (self._rest + text).split("\n")
        self._put("".join(f"{line}\n" for line in lines))
        return len(text)

    def finish(self) -> None:
        """Write the rest."""
        self._put(self._rest)
        self._rest = ""

    def _put(self, text: str) -> None:
        self._stream.write(clean(self._masker.mask(text), lines=True).encode(errors="backslashreplace"))
        self._stream.flush()


def main() -> None:
    """Do what is asked for in the folder, with the secrets that are given."""
    folder, masker = Path(sys.argv[1]), Masker()
    secrets = msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, str])
    for value in secrets.values():
        masker.learn(value)
    out, errors = Masked(sys.stdout.buffer, masker), Masked(sys.stderr.buffer, masker)
    sys.stdout, sys.stderr = out, errors
    try:
        asyncio.run(_Doing(folder, masker, secrets).carry_out())
    finally:
        out.finish()
        errors.finish()


class _Doing:
    """The doing of one request, once."""

    def __init__(self, folder: Path, masker: Masker, secrets: Mapping[str, str]) -> None:
        self._folder = folder
        self._masker = masker
        self._secrets = secrets
        self._request = msgspec.json.decode((folder / REQUEST).read_bytes(), type=Request)
        self._context = self._request.context(folder, masker)

    async def carry_out(self) -> None:
        """Do it, and leave the outcome before anything else is tidied up."""
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def end() -> None:
            assert task is not None
            task.cancel()
            loop.call_later(PATIENCE, self._give_up)

        loop.add_signal_handler(signal.SIGTERM, end)
        self._leave(await self._outcome())

    async def _outcome(self) -> Outcome:
        """Return what came of it; a bug in a kind is an outcome, too."""
        try:
            step = await self._confirmed()
        except StepError as error:
            return error.outcome
        except MissingValueError as error:
            return FailedError("missing_value", str(error)).outcome
        except asyncio.CancelledError:
            return FailedError("terminated", "it was asked to end before it had begun").outcome
        except Exception as error:  # noqa: BLE001 - the boundary: nothing is done yet, and it has to be said
            return FailedError("internal_error", self._bug(error)).outcome
        try:
            return await step.act(replace(self._context, secrets=self._secrets))
        except StepError as error:
            return error.outcome
        except asyncio.CancelledError:
            return self._cut_short("terminated", "it was asked to end while it was at work")
        except Exception as error:  # noqa: BLE001 - the boundary: what became of it is not known, and said so
            return self._cut_short("internal_error", self._bug(error))

    async def _confirmed(self) -> Act:
        """Return the step when it would do what was confirmed.

        Raises:
            FailedError: `action_changed`, when it would not.
        """
        plan = self._request.plan
        step: Step = msgspec.convert(plan.options, find_step(plan.kind))
        assert isinstance(step, Act)
        # The key is made of the action, so that no action can depend on it.
        action = await step.prepare(replace(self._context, key=""))
        if action.sha256 != self._request.action_sha256:
            raise FailedError("action_changed", "it would do something else now than what was confirmed")
        return step

    def _cut_short(self, error_class: str, summary: str) -> Outcome:
        """Return the outcome of what ended in its midst; a step that changes nothing has only failed."""
        ending = Ending.UNKNOWN if self._request.plan.changes else Ending.FAILED
        return Outcome(ending, summary, error_class=error_class)

    def _bug(self, error: Exception) -> str:
        traceback.print_exception(error)
        return f"bug in kind {self._request.plan.kind}: {type(error).__name__}, see its errors"

    def _give_up(self) -> None:
        """Leave at once: what was cancelled does not end."""
        self._leave(self._cut_short("terminated", f"it did not end within {PATIENCE:g} s of being asked to"))
        os._exit(1)

    def _leave(self, outcome: Outcome) -> None:
        """Write the outcome, no secret in it; values stay as they came, for the way back needs them so."""
        beginning = self._masker.beginning
        safe = replace(
            outcome,
            summary=clean(beginning(outcome.summary, LONGEST_SUMMARY)),
            detail=clean(beginning(outcome.detail, LONGEST_DETAIL), lines=True),
            captured={name: self._value(text) for name, text in outcome.captured.items()},
            facts={name: self._value(text) for name, text in outcome.facts.items()},
        )
        evidence.keep(self._folder / OUTCOME, (msgspec.json.encode(safe),))

    def _value(self, text: str) -> str:
        """Return a value without secrets; a half character, as of a name that is no text, is escaped."""
        return self._masker.mask(text).encode(errors="backslashreplace").decode()


if __name__ == "__main__":
    main()
