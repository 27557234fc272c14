"""Owns what is expected of a command's output, and the values that are taken from it.

Works on bytes as they came, which need be no text. Never starts anything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from checks.json_path import look_up, parse_path
from checks.patterns import compile_pattern
from runbooks.outcome import FailedError

LONGEST_JSON = 1024 * 1024
"""Bytes; a longer document would take too much memory once parsed."""
LONGEST_VALUE = 4096
"""Bytes of a value."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the output must be; all that is set must hold."""

    output: str = ""
    """RE2 pattern that must match somewhere in the output; `(?s)` lets a dot match line ends."""
    not_output: str = ""
    """RE2 pattern that must not match anywhere in the output."""

    def __post_init__(self) -> None:
        """Refuse what is no pattern."""
        compile_pattern(self.output)
        compile_pattern(self.not_output)

    def compare(self, output: bytes) -> None:
        """Return when the output is as expected.

        Raises:
            FailedError: `unexpected_output`.
        """
        if self.output and compile_pattern(self.output).search(output) is None:
            raise FailedError("unexpected_output", f"pattern {self.output} matches nothing in the output")
        if self.not_output and (match := compile_pattern(self.not_output).search(output)):
            said = match.group()[:200].decode(errors="backslashreplace")
            raise FailedError("unexpected_output", f"the output should not say {said!r}")


@dataclass(frozen=True, slots=True)
class Captured:
    """A value that is taken from the output. Set one of them."""

    pattern: str = ""
    """RE2 pattern with one group around the value."""
    json: str = ""
    """Place of the value in JSON output, such as `$.image.id`."""
    whole: bool = False
    """Take all of the output, without the line end behind it."""

    def __post_init__(self) -> None:
        """Refuse what can never yield a value."""
        if (bool(self.pattern), bool(self.json), self.whole).count(True) != 1:
            raise ValueError("set exactly one of pattern, json and whole")
        if self.pattern and compile_pattern(self.pattern).groups != 1:
            raise ValueError(f"{self.pattern!r} must have exactly one group, around the value")
        parse_path(self.json)

    def take(self, output: bytes) -> str:
        """Return the value.

        Raises:
            FailedError: `capture`, when there is none, or none that can be kept.
        """
        raw = self._found(output).removesuffix(b"\n").removesuffix(b"\r")
        if len(raw) > LONGEST_VALUE:
            raise FailedError("capture", f"is longer than {LONGEST_VALUE} bytes")
        try:
            value = raw.decode()
        except UnicodeDecodeError:
            raise FailedError("capture", "is no text in UTF-8") from None
        if "\0" in value:
            raise FailedError("capture", "holds a character that ends every text")
        return value

    def _found(self, output: bytes) -> bytes:
        if self.whole:
            return output
        if self.json:
            return self._in_document(output).encode()
        match = compile_pattern(self.pattern).search(output)
        if match is None or match.group(1) is None:
            raise FailedError("capture", f"pattern {self.pattern} matches nothing in the output")
        found: bytes = match.group(1)
        return found

    def _in_document(self, output: bytes) -> str:
        if len(output) > LONGEST_JSON:
            raise FailedError("capture", f"the output is longer than the {LONGEST_JSON} bytes read as JSON")
        try:
            value: Any = look_up(json.loads(output), self.json)
        except (ValueError, RecursionError):
            raise FailedError("capture", "the output is not JSON") from None
        except LookupError:
            raise FailedError("capture", f"the JSON in the output has no {self.json}") from None
        if isinstance(value, (dict, list)) or value is None:
            raise FailedError("capture", f"what stands at {self.json} is no single value")
        return value if isinstance(value, str) else json.dumps(value)
