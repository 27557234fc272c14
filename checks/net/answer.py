"""Owns what an operator expects of an HTTP answer, and the comparison of an answer with it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from checks.errors import Degraded, ProbeError, TargetError
from checks.json_path import look_up, parse_path
from checks.net.http1 import Response
from checks.patterns import compile_pattern, found

_STATUS = re.compile(r"[1-5](?:xx|\d\d)")

Scalar = str | int | float | bool | None
"""What a place in a JSON document is compared with."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the answer must be; all that is set must hold."""

    status: str | int | tuple[str | int, ...] = "2xx"
    """A status such as 200, a class such as 2xx, or a list of them."""
    text: str = ""
    """Text that the body must contain."""
    not_text: str = ""
    """Text that the body must not contain."""
    regex: str = ""
    """RE2 pattern that must match somewhere in the body; `(?s)` lets a dot match line ends."""
    json: Mapping[str, Scalar] = field(default_factory=dict)
    """Places in a JSON body and the value that must stand there, such as `checks[0].state: up`."""

    def __post_init__(self) -> None:
        """Refuse what can never be met."""
        for wanted in self.statuses:
            if not _STATUS.fullmatch(wanted):
                raise ValueError(f"status {wanted!r} is none; write it like 200, 2xx or [200, 204]")
        if self.regex:
            compile_pattern(self.regex)
        for path in self.json:
            parse_path(path)

    @property
    def statuses(self) -> tuple[str, ...]:
        """Return each accepted status or class as text."""
        several = self.status if isinstance(self.status, tuple) else (self.status,)
        return tuple(str(wanted) for wanted in several)

    async def compare(self, response: Response, threads: Executor) -> None:
        """Return when the answer is as expected.

        Raises:
            TargetError: `http_3xx`, `http_4xx`, `http_5xx`, `auth` or `assertion`.
            Degraded: `http_429`.
        """
        self._compare_status(response)
        if self.text or self.not_text or self.regex:
            await self._compare_text(response, threads)
        if self.json:
            self._compare_json(response)

    def _compare_status(self, response: Response) -> None:
        status = str(response.status)
        statuses = self.statuses
        if status in statuses or f"{status[0]}xx" in statuses:
            return
        summary = f"{status} {response.reason}, expected {' or '.join(statuses)}"
        raise _unexpected(response.status, summary)

    async def _compare_text(self, response: Response, threads: Executor) -> None:
        body = response.body.decode(errors="replace")
        where = f"the first {len(response.body)} bytes of the body" if response.truncated else "the body"
        if self.text and self.text not in body:
            raise TargetError("assertion", f"text {self.text!r} is not in {where}")
        if self.not_text and self.not_text in body:
            raise TargetError("assertion", f"text {self.not_text!r} is in {where}")
        if self.regex and not await found(self.regex, body, threads):
            raise TargetError("assertion", f"pattern {self.regex} matches nothing in {where}")

    def _compare_json(self, response: Response) -> None:
        if response.truncated:
            raise TargetError("assertion", f"JSON is longer than {len(response.body)} bytes")
        try:
            document = json.loads(response.body)
        except (ValueError, RecursionError) as error:
            raise TargetError("assertion", "the body is not JSON") from error
        for path, wanted in self.json.items():
            try:
                actual = look_up(document, path)
            except LookupError as error:
                raise TargetError("assertion", f"JSON has no {path}") from error
            if not _same(actual, wanted):
                raise TargetError("assertion", f"JSON {path} is {_shown(actual)}, expected {_shown(wanted)}")


def _unexpected(status: int, summary: str) -> ProbeError:
    if status == 429:
        return Degraded("http_429", summary)
    if status in (401, 403, 407):
        return TargetError("auth", summary)
    return TargetError(f"http_{status // 100}xx", summary)


def _same(actual: Any, wanted: Scalar) -> bool:
    """Return whether the two are equal as JSON: 1 and 1.0 are, 1 and true are not."""
    return actual == wanted and isinstance(actual, bool) == isinstance(wanted, bool)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:200]
