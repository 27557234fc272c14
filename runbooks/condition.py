"""Owns conditions that can be looked at again and again: an answer over HTTP, a port, a file, a program.

A condition looks once and says what it saw; `runbooks/polling.py` repeats it. That something cannot be
reached is an answer, too: not yet.
"""

from __future__ import annotations

import asyncio
import json
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from checks.errors import MeasureError, ProbeError
from checks.json_path import look_up, parse_path
from checks.net.answer import Expected
from checks.net.dial import Target, dial
from checks.net.http1 import Response
from checks.programs import supervise
from runbooks.arguments import Arguments, as_line, filled
from runbooks.http_call import Call, ask
from runbooks.outcome import FailedError, StepError
from runbooks.polling import Seen
from runbooks.step import StepContext
from runbooks.templates import SecretTemplate, Template

LONGEST = 10.0
"""Seconds for one look; a target that hangs is looked at again."""
SHOWN = 200
"""Characters of what was seen that are told."""

Wanted = Template | bool | None
"""What must stand at a place of a JSON document; numbers are compared as they are written."""


@dataclass(frozen=True, slots=True)
class HttpCondition:
    """An answer over HTTP."""

    url: Template
    """What is asked, with GET."""
    status: str | int | tuple[str | int, ...] = "2xx"
    """A status such as 200, a class such as 2xx, or a list of them."""
    json: Mapping[str, Wanted] = field(default_factory=dict)
    """Places in the JSON of the answer and what must stand there, such as `state: up`."""
    headers: Mapping[str, SecretTemplate] = field(default_factory=dict)
    """Headers to send; values may name secrets."""
    ca_file: str = ""
    """PEM file of the certificates to trust instead of the system's."""

    def __post_init__(self) -> None:
        """Refuse what can never be met."""
        Expected(status=self.status)
        for path in self.json:
            parse_path(path)

    def shown(self, values: Mapping[str, str]) -> str:
        """Return what is looked for."""
        wanted = [" or ".join(Expected(status=self.status).statuses)]
        wanted += [f"{path} = {_written(value, values)}" for path, value in self.json.items()]
        return f"GET {self.url.shown(values)} answers {', '.join(wanted)}"

    async def look(self, context: StepContext, seconds: float) -> Seen:
        """Ask once."""
        headers = {
            name: value.filled(context.values, context.secrets) for name, value in self.headers.items()
        }
        call = Call(self.url.shown(context.values), headers=headers, ca_file=self.ca_file)
        try:
            response = await ask(call, min(seconds, LONGEST), context.clock)
        except StepError as error:
            return Seen(False, error.summary)
        statuses = Expected(status=self.status).statuses
        said = f"{response.status} {response.reason}"
        if str(response.status) not in statuses and f"{response.status // 100}xx" not in statuses:
            return Seen(False, said)
        return self._compare(response, said, context.values)

    def _compare(self, response: Response, said: str, values: Mapping[str, str]) -> Seen:
        if not self.json:
            return Seen(True, said)
        try:
            document = json.loads(response.body)
        except (ValueError, RecursionError):
            return Seen(False, f"{said}, but the body is not JSON")
        for path, wanted in self.json.items():
            try:
                actual = look_up(document, path)
            except LookupError:
                return Seen(False, f"{said}, but the JSON has no {path}")
            said += f", {path} is {json.dumps(actual, ensure_ascii=False)[:SHOWN]}"
            if not _equal(actual, wanted, values):
                return Seen(False, said)
        return Seen(True, said)


@dataclass(frozen=True, slots=True)
class TcpCondition:
    """A port that can be connected to."""

    target: Template
    """`host:port`; an IPv6 address in brackets."""

    def shown(self, values: Mapping[str, str]) -> str:
        """Return what is looked for."""
        return f"a connection to {self._place(values).name}"

    async def look(self, context: StepContext, seconds: float) -> Seen:
        """Connect once."""
        place = self._place(context.values)
        try:
            connection = await dial(place, min(seconds, LONGEST), context.clock)
        except ProbeError as error:
            return Seen(False, error.summary)
        connection.wire.close()
        return Seen(True, f"{place.name} accepts connections")

    def _place(self, values: Mapping[str, str]) -> Target:
        text = self.target.shown(values)
        host, _, port = text.rpartition(":")
        if not host or not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise FailedError("target", f"{text!r} is not a host and a port, such as 127.0.0.1:5432")
        return Target(host.removeprefix("[").removesuffix("]"), int(port))


@dataclass(frozen=True, slots=True)
class FileCondition:
    """A file that is there, or is not."""

    path: Template
    """The file or folder; a link counts for itself."""
    state: Literal["exists", "absent"] = "exists"
    """Which of the two it must be."""

    def shown(self, values: Mapping[str, str]) -> str:
        """Return what is looked for."""
        return f"{self.path.shown(values)} {'is there' if self.state == 'exists' else 'is not there'}"

    async def look(self, context: StepContext, seconds: float) -> Seen:
        """Look once, in a thread.

        Raises:
            FailedError: `hangs`, when its mount is dead; another look would only cost another thread.
        """
        path = self.path.shown(context.values)
        try:
            async with asyncio.timeout(LONGEST):
                seen = await asyncio.to_thread(os.lstat, path)
        except TimeoutError:
            raise FailedError("hangs", f"{path}: its file system does not answer") from None
        except (FileNotFoundError, NotADirectoryError):
            return Seen(self.state == "absent", f"{path} is not there")
        except (OSError, ValueError) as error:
            return Seen(False, f"{path}: {getattr(error, 'strerror', None) or error}")
        kind = "folder" if stat.S_ISDIR(seen.st_mode) else "file"
        return Seen(self.state == "exists", f"{path} is there, a {kind}")


@dataclass(frozen=True, slots=True)
class CommandCondition:
    """A program that exits with 0. It must only look: it is run again and again."""

    run: Arguments

    def shown(self, values: Mapping[str, str]) -> str:
        """Return what is looked for."""
        words = filled(self.run, values)
        return f"{as_line(words)} exits with 0"

    async def look(self, context: StepContext, seconds: float) -> Seen:
        """Run it once.

        Raises:
            FailedError: when it can never be run.
        """
        words = filled(self.run, context.values)
        try:
            with suppress(TimeoutError):
                async with (
                    asyncio.timeout(min(seconds, LONGEST)),
                    supervise.run(words, without=context.hidden) as finished,
                ):
                    said = _first_line(finished.out.read()) or _first_line(finished.err.read())
                    return Seen(finished.status == 0, f"exit code {finished.status}: {said}".rstrip(": "))
        except MeasureError as error:
            raise FailedError(error.error_class, error.summary) from error
        return Seen(False, f"{words[0]} was still running after {min(seconds, LONGEST):.3g} s")


Condition = HttpCondition | TcpCondition | FileCondition | CommandCondition


def _written(wanted: Wanted, values: Mapping[str, str]) -> str:
    return json.dumps(wanted) if wanted is None or isinstance(wanted, bool) else wanted.shown(values)


def _equal(actual: Any, wanted: Wanted, values: Mapping[str, str]) -> bool:
    """Return whether a value of the document is the wanted one: as text, but for true, false and null."""
    if wanted is None or isinstance(wanted, bool):
        return actual is wanted
    if isinstance(actual, (bool, dict, list)) or actual is None:
        return False
    return (actual if isinstance(actual, str) else json.dumps(actual)) == wanted.shown(values)


def _first_line(raw: bytes) -> str:
    line = next((line for line in raw[:SHOWN].splitlines() if line.strip()), b"")
    return line.decode(errors="backslashreplace")
