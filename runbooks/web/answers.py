"""Owns what an answer means to a step: what must be in it, what it says of the effect, what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from checks.errors import ProbeError
from checks.json_path import look_up, parse_path
from checks.masking import MASK, Masker
from checks.net.answer import Expected
from checks.net.http1 import Response
from checks.patterns import compile_pattern
from checks.secrets import SECRET_NAME
from checks.text import clean
from runbooks.outcome import Applied, FailedError, UnknownError
from runbooks.templates import Template
from runbooks.web.document import Fill, Json

SHOWN = 8 * 1024
"""Bytes of a body that are shown; all that was read lies in the evidence."""
LONGEST_CAPTURED = 8 * 1024
"""Characters of one captured value: it goes into the journal, and into other steps."""
BEHIND = (502, 504)
"""Said by one in between: whether the service itself has done it, nobody knows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the answer must be; all that is set must hold."""

    status: str | int | tuple[str | int, ...] = "2xx"
    """A status such as 200, a class such as 2xx, or a list of them."""
    text: Template | None = None
    """Text that the body must contain."""
    not_text: Template | None = None
    """Text that the body must not contain."""
    regex: str = ""
    """RE2 pattern that must match somewhere in the body."""
    json: Json | None = None
    """Places in a JSON body and the value that must stand there, such as `{state: done}`."""

    def __post_init__(self) -> None:
        """Refuse what can never be met."""
        self.expected(lambda template: template.text)

    def expected(self, fill: Fill) -> Expected:
        """Return it with everything filled in.

        Raises:
            ValueError: when it can never be met.
        """
        places = {} if self.json is None else self.json.filled(fill)
        if not isinstance(places, dict):
            raise ValueError("json must be a mapping of places and values")
        text, not_text = (fill(one) if one is not None else "" for one in (self.text, self.not_text))
        return Expected(self.status, text, not_text, self.regex, places)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an answer a value is found; exactly one of them."""

    json: str = ""
    """A place in the JSON of the body, such as `items[0].id`."""
    header: str = ""
    """The name of a header."""
    regex: str = ""
    """RE2 pattern on the body: its first group, or all that it matches."""

    def __post_init__(self) -> None:
        """Refuse a place that is none, or two."""
        if sum(map(bool, (self.json, self.header, self.regex))) != 1:
            raise ValueError("set exactly one of json, header and regex")
        parse_path(self.json)
        if self.regex:
            compile_pattern(self.regex)

    def find(self, response: Response) -> str:
        """Return the value as text.

        Raises:
            LookupError: when it is not there, or is no single value.
        """
        if self.header:
            if not (value := response.header(self.header.lower())):
                raise LookupError(f"there is no header {self.header}")
            return value
        if self.regex:
            pattern = compile_pattern(self.regex)
            match = pattern.search(response.body.decode(errors="replace"))
            if match is None:
                raise LookupError(f"pattern {self.regex} matches nothing")
            return str(match[1] if pattern.groups else match[0])
        return _plain(_document(response), self.json)


async def judge(wanted: Expected, response: Response, changes: bool) -> None:
    """Return when the answer is as it must be.

    Raises:
        FailedError: when it is not, with what that says of the effect.
        UnknownError: when it was given by one in between, about something that changes.
    """
    try:
        with ThreadPoolExecutor(1) as threads:
            await wanted.compare(response, threads)
    except ProbeError as error:
        summary = error.summary
        if wait := response.header("retry-after"):
            summary = f"{summary}; asked again after: {wait[:40]}"
        if changes and response.status in BEHIND:
            raise UnknownError(error.error_class, summary) from None
        applied, words = _effect(response.status, error.error_class) if changes else (Applied.NONE, "")
        raise FailedError(error.error_class, f"{summary}{words}", applied) from None


def _effect(status: int, error_class: str) -> tuple[Applied, str]:
    """Return what an answer that was not wanted says of the effect of a request that changes something.

    Only 4xx is a refusal. Whoever redirects may have done it first, as many do after a form was sent.
    """
    if error_class == "assertion" or status < 300:
        return Applied.FULL, "; it was carried out all the same"
    if 400 <= status < 500:
        return Applied.NONE, "; it was refused"
    said = "redirects, which is not followed; it" if status < 400 else "it"
    return Applied.PARTIAL, f"; {said} may have been carried out"


def captured(places: Mapping[str, Place], response: Response) -> dict[str, str]:
    """Return the values that later steps may name.

    Raises:
        LookupError: when one is not in the answer.
    """
    found = {}
    for name, place in places.items():
        value = place.find(response)
        if len(value) > LONGEST_CAPTURED:
            raise LookupError(f"{name} has {len(value)} characters")
        found[name] = value
    return found


def kept(response: Response, masker: Masker) -> bytes:
    """Return the answer as it is kept: as it came, but for secrets."""
    body = masker.mask(response.body.decode(errors="replace"))
    return "\n".join([*_head(response, masker), "", body]).encode(errors="backslashreplace")


def shown(response: Response, masker: Masker) -> str:
    """Return the answer as it can be shown: its head and the beginning of its body."""
    body = masker.beginning(response.body.decode(errors="replace"), SHOWN)
    more = len(response.body) > SHOWN or response.truncated
    lines = [*_head(response, masker), "", body, *(["truncated: the body is longer"] if more else [])]
    return clean("\n".join(lines), lines=True)


def _head(response: Response, masker: Masker) -> list[str]:
    """Return status and headers; of those that hold secrets, the names."""
    values = (
        (name, MASK if SECRET_NAME.fullmatch(name) else masker.mask(value))
        for name, value in response.headers
    )
    return [f"HTTP {response.status} {response.reason}", *(f"{name}: {value}" for name, value in values)]


def _document(response: Response) -> Any:
    try:
        return json.loads(response.body)
    except (ValueError, RecursionError):
        raise LookupError("the body is not JSON") from None


def _plain(document: Any, path: str) -> str:
    try:
        value = look_up(document, path)
    except LookupError:
        raise LookupError(f"JSON has no {path}") from None
    if isinstance(value, (dict, list)) or value is None:
        raise LookupError(f"JSON {path} is no single value")
    return value if isinstance(value, str) else json.dumps(value)
