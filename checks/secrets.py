"""Owns secrets: a text that may name some, the vault that reads them, and the masker that hides them.

A configuration holds references only. `SecretText` is the one type of option in which `{{ secret.NAME }}`
may stand; it stays unresolved until a probe reveals it, so nothing that is cached, shown, sent or stored
can hold a value. Whatever the vault has revealed is masked by value on every way out.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from checks.errors import MeasureError

MASK = "*****"
SHORTEST_MASKED = 6
"""Characters; a shorter secret is not masked by value, for the mask would eat ordinary text (S21)."""

REFERENCE = re.compile(r"\{\{\s*secret\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")
"""How a text names a secret."""


@dataclass(frozen=True, slots=True)
class SecretText:
    """Text that may name secrets, such as `{{ secret.db_password }}`; shows as written, never as its value."""

    template: str

    @property
    def names(self) -> tuple[str, ...]:
        """Return the secrets that it names."""
        return tuple(REFERENCE.findall(self.template))

    def __str__(self) -> str:
        """Return the template when it only names secrets, else the mask: a literal is itself secret."""
        return self.template if self.names else MASK

    def __repr__(self) -> str:
        """Return a form that cannot hold a value."""
        return f"SecretText({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Callable[[Any], Any]) -> dict[str, Any]:
        """Let pydantic read it from a plain string or from its own dump, without importing pydantic here."""
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": cls._read},
            "serialization": {"type": "function-plain", "function": cls._dump},
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """Show as a string to editors."""
        return {"type": "string", "description": "may name secrets: {{ secret.NAME }}"}

    @classmethod
    def _read(cls, value: Any) -> SecretText:
        if isinstance(value, cls):
            return value
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValueError("Input should be a string, such as {{ secret.NAME }}")
        return cls(str(value))

    def _dump(self) -> str:
        return self.template


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where one secret comes from; exactly one of the four is set."""

    env: str = ""
    """Name of an environment variable."""
    file: str = ""
    """Path of a file; one trailing line end is cut. Others must not be able to read it."""
    command: tuple[str, ...] = ()
    """Argument list whose standard output is the secret; ten seconds at most."""
    credential: str = ""
    """Name of a systemd credential, found below `$CREDENTIALS_DIRECTORY`."""


class Masker:
    """Replaces known secret values by the mask, in the forms in which they leak."""

    def __init__(self) -> None:
        """Start knowing none."""
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def learn(self, value: str) -> None:
        """Mask this value from now on, and its URL-encoded form; short values are left alone."""
        forms = {form for form in (value, quote(value, safe="")) if len(form) >= SHORTEST_MASKED}
        if forms <= self._values:
            return
        self._values |= forms
        longest_first = sorted(self._values, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def mask(self, text: str) -> str:
        """Return the text with every known value replaced."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)


class Vault:
    """Reads secrets on demand and teaches the masker every value that it hands out."""

    def __init__(self, sources: Mapping[str, SecretSource], masker: Masker) -> None:
        """Hold the sources; read none of them yet."""
        self._sources = sources
        self._masker = masker

    def reveal(self, text: SecretText) -> str:
        """Return the text with the secrets' values in it.

        Raises:
            MeasureError: `secret`, when one cannot be read; the message names it, never its value.
        """
        if not text.names:
            self._masker.learn(text.template)
            return text.template
        return REFERENCE.sub(lambda match: self._value(match[1]), text.template)

    def _value(self, name: str) -> str:
        source = self._sources.get(name)
        if source is None:
            raise MeasureError("secret", f"secret {name}: not defined")
        try:
            value = _read(source)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise MeasureError("secret", f"secret {name}: {_reason(error)}") from error
        self._masker.learn(value)
        return value


def _read(source: SecretSource) -> str:
    if source.env:
        if source.env not in os.environ:
            raise ValueError(f"environment variable {source.env} is not set")
        return os.environ[source.env]
    if source.command:
        done = subprocess.run(
            source.command, capture_output=True, timeout=10, check=True, stdin=subprocess.DEVNULL
        )
        return done.stdout.decode().rstrip("\r\n")
    path = Path(source.file)
    if source.credential:
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise ValueError("CREDENTIALS_DIRECTORY is not set; run under systemd with LoadCredential=")
        path = Path(folder) / source.credential
    return path.read_text().rstrip("\r\n")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, subprocess.CalledProcessError):
        return f"command {error.cmd[0]} ended with exit code {error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"command {error.cmd[0]} took longer than {error.timeout:.0f} s"
    return str(error)
