"""Owns what a file shall hold: from a text, a template, another file, or its own text with parts replaced."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.patterns import compile_pattern
from runbooks.files.present import Present, chunks_of, look_at, read_whole
from runbooks.outcome import FailedError
from runbooks.templates import SecretTemplate, Template

LARGEST_TEXT = 1024 * 1024
"""Bytes of a text in which parts are replaced."""
LARGEST_TEMPLATE = 64 * 1024
HASHED = 64 * 1024 * 1024
"""Bytes of a file that is hashed while it is only looked at; a larger one is told by size and time."""

Fill = Callable[[Template], str]
"""Fills in a text: with secrets when it is done, with their names while it is only shown."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a file shall hold."""

    data: bytes = b""
    source: Present | None = None
    """The file that it is a copy of; then `data` is nothing."""

    @property
    def sha256(self) -> str:
        """Return the hash; empty when the source was too large to be read through."""
        return hashlib.sha256(self.data).hexdigest() if self.source is None else self.source.sha256

    def chunks(self) -> Iterable[bytes]:
        """Return it bit by bit."""
        return (self.data,) if self.source is None else chunks_of(self.source.path)

    def __str__(self) -> str:
        """Return a line that differs whenever the content does."""
        if self.source is not None:
            return str(self.source)
        return f"{len(self.data)} bytes, sha256 {self.sha256}"


@dataclass(frozen=True, slots=True)
class Replacement:
    """A part of a text, and what takes its place."""

    to: SecretTemplate
    """What takes its place, as it stands; may name secrets."""
    text: Template | None = None
    """The part, as it stands."""
    pattern: str = ""
    """RE2 pattern that the part matches; `(?m)` lets ^ and $ match at every line."""
    times: int = 1
    """How often the part must be found; all of them are replaced."""

    def __post_init__(self) -> None:
        """Refuse what could replace nothing."""
        if (self.text is None) == (not self.pattern):
            raise ValueError("set either text or pattern")
        if self.pattern:
            compile_pattern(self.pattern)
        if self.times < 1:
            raise ValueError("times is at least 1")

    def applied(self, present: Present, values: Mapping[str, str], fill: Fill) -> bytes:
        """Return the text of the file with the part replaced.

        Raises:
            FailedError: `not_found`, when the file is not there; `no_match`, when the part is not found as
                often as it must be.
        """
        if not present.is_there:
            raise FailedError("not_found", f"{present.path} is not there")
        before = read_whole(present.path, LARGEST_TEXT).decode(errors="surrogateescape")
        to = fill(self.to)
        if self.text is not None:
            wanted = self.text.shown(values)
            found = before.count(wanted) if wanted else 0
            after = before.replace(wanted, to)
        else:
            found, after = self._by_pattern(before, to, present.path)
        if found != self.times:
            raise FailedError("no_match", f"found {found} times in {present.path}, not {self.times} times")
        return after.encode(errors="surrogateescape")

    def _by_pattern(self, before: str, to: str, path: Path) -> tuple[int, str]:
        compiled: Any = compile_pattern(self.pattern)
        try:
            after, found = compiled.subn(lambda _: to, before)
        except UnicodeEncodeError:
            raise FailedError("not_text", f"{path} is no text in UTF-8, so no pattern can be used") from None
        return found, after


def from_template(path: str, values: Mapping[str, str], fill: Fill, local: Mapping[str, Template]) -> bytes:
    """Return the text of a template file with everything filled in; names of `local` go first.

    Raises:
        FailedError: when it cannot be read, or names a secret itself.
        MissingValueError: when it names a value that is not there.
    """
    present = look_at(path, follow=True)
    if not present.is_there:
        raise FailedError("not_found", f"{path} is not there")
    try:
        text = read_whole(present.path, LARGEST_TEMPLATE).decode()
    except UnicodeDecodeError:
        raise FailedError("not_text", f"{path} is no text in UTF-8") from None
    template = Template(text)
    if template.secrets:
        raise FailedError(
            "template", f"{path} names the secret {template.secrets[0]}; give it a name in values"
        )
    return template.shown({**values, **{name: fill(value) for name, value in local.items()}}).encode()


def copy_of(path: str, most: float) -> Wanted:
    """Return the content of another file; of more than `most` bytes, it is not hashed.

    Raises:
        FailedError: when it is not there, or cannot be read.
    """
    source = look_at(path, follow=True, most=most)
    if not source.is_there:
        raise FailedError("not_found", f"{path} is not there")
    return Wanted(source=source)
