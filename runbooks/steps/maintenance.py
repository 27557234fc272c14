"""Owns the step kind `maintenance`: a system's own maintenance mode, on or off, and that of the console.

It has succeeded only when the system says so, if it can be asked: an answer of 4xx or 5xx is a failure, and
one of 2xx is a promise. Whoever walks puts the console's checks into maintenance by the facts that are left.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from checks.errors import MeasureError
from checks.options import Seconds
from checks.programs import supervise
from checks.units import show
from runbooks.action import Action
from runbooks.arguments import Arguments, as_line, filled
from runbooks.condition import HttpCondition, Wanted
from runbooks.http_call import Call, ask
from runbooks.outcome import Applied, Ending, FailedError, Outcome, UnknownError, succeeded
from runbooks.polling import Pace, poll
from runbooks.step import CheckName, StepContext
from runbooks.templates import SecretTemplate, Template

ANSWER_WITHIN = 30.0
"""Seconds for the answer to the request, or the end of the command."""
_GATEWAY = (502, 504)
"""Statuses by which one says that it does not know what became of a request."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class ModeRequest:
    """The request that changes the mode."""

    url: Template
    """What is asked."""
    method: str = "POST"
    """HTTP method."""
    headers: Mapping[str, SecretTemplate] = field(default_factory=dict)
    """Headers to send; values may name secrets."""
    body: SecretTemplate | None = None
    """Body to send; may name secrets."""
    ca_file: str = ""
    """PEM file of the certificates to trust instead of the system's."""

    def __post_init__(self) -> None:
        """Refuse what HTTP forbids."""
        for token in (self.method, *self.headers):
            if not _TOKEN.fullmatch(token):
                raise ValueError(f"{token!r} is neither a method nor the name of a header")

    def call(self, context: StepContext) -> Call:
        """Return it with everything filled in."""
        values, secrets = context.values, context.secrets
        headers = {name: value.filled(values, secrets) for name, value in self.headers.items()}
        body = self.body.filled(values, secrets).encode() if self.body else b""
        return Call(self.url.shown(values), self.method, headers, body, self.ca_file)


@dataclass(frozen=True, slots=True)
class ModeStatus:
    """How the system says which mode it is in."""

    url: Template
    """What is asked, with GET."""
    json: str
    """The place in the JSON of the answer, such as `maintenance.enabled`."""
    equals: Wanted
    """What must stand there."""
    headers: Mapping[str, SecretTemplate] = field(default_factory=dict)
    """Headers to send; values may name secrets."""
    ca_file: str = ""
    """PEM file of the certificates to trust instead of the system's."""
    every: Seconds = 2.0
    """How long to wait between two looks."""
    within: Seconds = 60.0
    """How long it may take until the mode is reached."""

    def __post_init__(self) -> None:
        """Refuse what can never be so."""
        self.condition()
        self.pace()

    def condition(self) -> HttpCondition:
        """Return it as a condition."""
        return HttpCondition(self.url, "2xx", {self.json: self.equals}, self.headers, self.ca_file)

    def pace(self) -> Pace:
        """Return how often to look."""
        return Pace(self.every, self.within)


@dataclass(frozen=True, slots=True)
class MaintenanceStep:
    """Turns maintenance mode on or off."""

    CHANGES: ClassVar[bool] = True
    AUTO: ClassVar[bool] = True
    EXAMPLE: ClassVar[str] = """\
id: enter-maintenance
kind: maintenance
set: 'on'
request: {url: 'https://shop.example.com/admin/maintenance/start'}
status: {url: 'https://shop.example.com/status', json: maintenance, equals: true}
undo:
  kind: maintenance
  set: 'off'
  request: {url: 'https://shop.example.com/admin/maintenance/stop'}
  status: {url: 'https://shop.example.com/status', json: maintenance, equals: false}
"""

    set: Literal["on", "off"]
    """Which it shall be."""
    request: ModeRequest | None = None
    """The request that changes the system's own mode."""
    run: Arguments = ()
    """The program that changes the system's own mode, instead of a request."""
    status: ModeStatus | None = None
    """How the system says which mode it is in; polled until it is the wanted one."""
    console: bool = True
    """Put the console's checks into maintenance as well, so that they alarm nobody."""
    checks: tuple[CheckName, ...] = ()
    """Those checks; all of them when none are named."""

    def __post_init__(self) -> None:
        """Refuse what would do nothing, or two things."""
        if self.request is not None and self.run:
            raise ValueError("set either request or run")
        if self.request is None and not self.run and not self.console:
            raise ValueError("set request or run, as the console is to be left alone")
        if self.status is not None and self.request is None and not self.run:
            raise ValueError("status goes with request or run")
        if self.checks and not self.console:
            raise ValueError("checks go with console: true")

    async def prepare(self, context: StepContext) -> Action:
        """Return the request or command, how it is confirmed, and what becomes of the console."""
        values, lines, where = context.values, [], "the console"
        if self.request is not None:
            where = self.request.url.shown(values)
            lines.append(f"{self.request.method} {where}")
            lines += [f"{name}: {value.shown(values)}" for name, value in self.request.headers.items()]
            lines += self.request.body.shown(values).splitlines() if self.request.body else []
        if self.run:
            lines, where = [as_line(filled(self.run, values))], "this host"
        if self.status is not None:
            limit = show(self.status.within, "s")
            lines.append(f"until {self.status.condition().shown(values)}, for at most {limit}")
        if self.console:
            lines.append(f"maintenance {self.set} for {', '.join(self.checks) or 'every check'}")
        return Action(tuple(lines), where)

    async def act(self, context: StepContext) -> Outcome:
        """Change the mode, and wait until the system says that it has changed.

        Raises:
            FailedError: `http_4xx`, `http_5xx`, `exit_code`, `timeout` when the mode is not reached, ...
            UnknownError: no answer came, and the system does not say that it has changed.
        """
        unanswered = await self._changed(context)
        try:
            said = await self._confirmed(context)
        except FailedError as error:
            if unanswered is not None:
                summary = f"{unanswered.summary}; {error.summary}"
                raise UnknownError(unanswered.error_class, summary, facts=self._facts()) from error
            raise FailedError(
                error.error_class, error.summary, Applied.PARTIAL, facts=self._facts()
            ) from error
        if unanswered is not None and self.status is None:
            raise unanswered
        return succeeded(f"maintenance is {self.set}{said}", facts=self._facts())

    async def trace(self, context: StepContext) -> Outcome:
        """Ask the system which mode it is in."""
        if self.status is None:
            if self.request is None and not self.run:
                return succeeded(f"maintenance is {self.set}", facts=self._facts())
            return Outcome(Ending.UNKNOWN, "the system cannot be asked which mode it is in")
        seen = await self.status.condition().look(context, self.status.within)
        if seen.good:
            return succeeded(f"maintenance is {self.set}: {seen.said}", facts=self._facts())
        return Outcome(Ending.UNKNOWN, f"the system does not say so: {seen.said}", facts=self._facts())

    async def _changed(self, context: StepContext) -> UnknownError | None:
        """Ask for the change; return the error when it may have been done without an answer."""
        try:
            if self.request is not None:
                response = await ask(self.request.call(context), ANSWER_WITHIN, context.clock)
                _accepted(response.status, response.reason)
            elif self.run:
                await _ran(filled(self.run, context.values), context)
        except UnknownError as error:
            return error
        return None

    async def _confirmed(self, context: StepContext) -> str:
        """Wait until the system says so; return what it said."""
        if self.status is None:
            return ""
        condition = self.status.condition()
        seen = await poll(lambda seconds: condition.look(context, seconds), self.status.pace(), context.clock)
        return f": {seen.said}"

    def _facts(self) -> dict[str, str]:
        """Return what is to become of the console's checks: all of them when `console_checks` is empty."""
        if not self.console:
            return {}
        return {"console_maintenance": self.set, "console_checks": " ".join(self.checks)}


def _accepted(status: int, reason: str) -> None:
    if 200 <= status < 300:
        return
    said = f"answered {status} {reason}"
    if status in _GATEWAY:
        raise UnknownError(f"http_{status}", f"{said}: a gateway that does not know what became of it")
    if status >= 500:
        raise FailedError("http_5xx", f"{said}; look which mode it is in", Applied.PARTIAL)
    raise FailedError(f"http_{status // 100}xx", f"{said}; the mode was not changed")


async def _ran(words: tuple[str, ...], context: StepContext) -> None:
    try:
        async with (
            asyncio.timeout(ANSWER_WITHIN),
            supervise.run(words, without=context.hidden) as finished,
        ):
            if finished.status != 0:
                last = finished.err.ending(300).decode(errors="replace").strip()
                said = f"{words[0]}: exit code {finished.status}: {context.masker.mask(last)}"
                raise FailedError("exit_code", said.rstrip(": "), Applied.PARTIAL)
    except TimeoutError:
        raise UnknownError("timeout", f"{words[0]} was ended after {ANSWER_WITHIN:g} s") from None
    except MeasureError as error:
        raise FailedError(error.error_class, error.summary) from error
