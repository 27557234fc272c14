"""Owns what an operator expects of a command's output, and the readings taken from it.

Works on bytes as they came, which need be no text. Never starts anything.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from checks.errors import TargetError
from checks.json_path import look_up, parse_path
from checks.model import Reading
from checks.patterns import compile_pattern

LONGEST_JSON = 1024 * 1024
"""Bytes; a longer document would take too much memory once parsed."""

Scalar = str | int | float | bool | None
"""What a place in a JSON document is compared with."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A reading that is taken from the output."""

    match: str
    """RE2 pattern with one group around the number, or a JSON path that begins with `$`."""
    unit: Literal["", "s", "B", "%", "B/s", "/s"] = ""
    """Base unit of the number; empty for a count."""

    def __post_init__(self) -> None:
        """Refuse what can never yield a number."""
        if self.is_path:
            parse_path(self.match)
        elif compile_pattern(self.match).groups != 1:
            raise ValueError(f"{self.match!r} must have exactly one group, around the number")

    @property
    def is_path(self) -> bool:
        """Return whether it is a JSON path, not a pattern."""
        return self.match.startswith("$")


@dataclass(frozen=True, slots=True)
class Expect:
    """What the command must do; all that is set must hold."""

    exit: int | tuple[int, ...] = 0
    """Its exit code, or several that are all good."""
    text: str = ""
    """Text that the output must contain."""
    not_text: str = ""
    """Text that the output must not contain."""
    regex: str = ""
    """RE2 pattern that must match somewhere in the output; `(?s)` lets a dot match line ends."""
    json: Mapping[str, Scalar] = field(default_factory=dict)
    """Places in JSON output and the value that must stand there, such as `checks[0].state: up`."""

    def __post_init__(self) -> None:
        """Refuse what can never be met."""
        for code in self.codes:
            if not 0 <= code <= 255:
                raise ValueError(f"exit code {code} cannot be; they go from 0 to 255")
        if self.regex:
            compile_pattern(self.regex)
        for path in self.json:
            parse_path(path)

    @property
    def codes(self) -> tuple[int, ...]:
        """Return every exit code that is good."""
        return self.exit if isinstance(self.exit, tuple) else (self.exit,)

    def compare(self, output: bytes) -> None:
        """Return when the output is as expected.

        Raises:
            TargetError: `assertion`, or `malformed` when it should be JSON and is not.
        """
        if self.text and self.text.encode() not in output:
            raise TargetError("assertion", f"text {self.text!r} is not in the output")
        if self.not_text and self.not_text.encode() in output:
            raise TargetError("assertion", f"text {self.not_text!r} is in the output")
        if self.regex and compile_pattern(self.regex).search(output) is None:
            raise TargetError("assertion", f"pattern {self.regex} matches nothing in the output")
        if self.json:
            self._compare_json(_parsed(output))

    def _compare_json(self, document: Any) -> None:
        for path, wanted in self.json.items():
            try:
                actual = look_up(document, path)
            except LookupError as error:
                raise TargetError("assertion", f"JSON has no {path}") from error
            if actual != wanted or isinstance(actual, bool) != isinstance(wanted, bool):
                shown = json.dumps(actual, ensure_ascii=False)[:200]
                raise TargetError("assertion", f"JSON {path} is {shown}, expected {json.dumps(wanted)}")


def take(wanted: Mapping[str, Taken], output: bytes) -> tuple[tuple[Reading, ...], tuple[str, ...]]:
    """Return the readings that the output holds, and a sentence for each that it does not."""
    readings, absent = [], []
    document: Any = None
    if any(taken.is_path for taken in wanted.values()):
        try:
            document = _parsed(output)
        except TargetError as error:
            absent.append(error.summary)
    for name, taken in wanted.items():
        value = _at_path(document, taken.match) if taken.is_path else _matched(output, taken.match)
        if value is None:
            absent.append(f"reading {name}: no number at {taken.match}")
        else:
            readings.append(Reading(name, value, taken.unit))
    return tuple(readings), tuple(absent)


def _parsed(output: bytes) -> Any:
    if len(output) > LONGEST_JSON:
        raise TargetError("malformed", f"the output is longer than the {LONGEST_JSON} bytes read as JSON")
    try:
        return json.loads(output)
    except (ValueError, RecursionError) as error:
        raise TargetError("malformed", "the output is not JSON") from error


def _at_path(document: Any, path: str) -> float | None:
    try:
        return _number(look_up(document, path))
    except LookupError:
        return None


def _matched(output: bytes, pattern: str) -> float | None:
    match = compile_pattern(pattern).search(output)
    return None if match is None else _number(match.group(1))


def _number(value: Any) -> float | None:
    """Return the finite number that it is, or spells."""
    if not isinstance(value, (bool, int, float, str, bytes)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
