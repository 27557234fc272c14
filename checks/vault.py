"""Owns the values of secrets: read when they are needed, handed to probes, taught to the masker."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from checks.errors import MeasureError
from checks.masking import SHORTEST_MASKED, Masker
from checks.secret_sources import ask, read_file, reason
from checks.secrets import REFERENCE, SecretSource, SecretText


class Vault:
    """Reads secrets on demand and teaches the masker every value that it hands out."""

    def __init__(self, sources: Mapping[str, SecretSource], masker: Masker) -> None:
        """Hold the sources; of variables, which a child may show before they are read, learn the values."""
        self._sources = sources
        self._masker = masker
        self._answers: dict[str, str] = {}
        self._fetched: dict[str, str | MeasureError] = {}
        self._warnings: dict[str, str] = {}
        for variable in self.variables:
            masker.learn(os.environ.get(variable, ""))

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what the operator should know of the secrets read so far; never a value."""
        return tuple(f"secret {name}: {text}" for name, text in sorted(self._warnings.items()))

    @property
    def masker(self) -> Masker:
        """Return what masks every value that was handed out."""
        return self._masker

    @property
    def variables(self) -> frozenset[str]:
        """Return the environment variables that hold secrets, which no unrelated child may be given."""
        return frozenset(source.env for source in self._sources.values() if source.env)

    def fetch(self, names: Iterable[str]) -> None:
        """Read these secrets anew, for `reveal` to hand out; blocks, so it belongs into a thread."""
        for name in names:
            try:
                self._fetched[name] = self._value(name)
            except MeasureError as error:
                self._fetched[name] = error

    def reveal(self, text: SecretText) -> str:
        """Return the text with the secrets' values in it; one that was not fetched is read now.

        Raises:
            MeasureError: `secret`, when one cannot be read; the message names it, never its value.
        """
        if not text.names:
            self._masker.learn(text.template)
            return text.template
        return REFERENCE.sub(lambda match: self._revealed(match[1]), text.template)

    def _revealed(self, name: str) -> str:
        fetched = self._fetched.get(name)
        if isinstance(fetched, MeasureError):
            raise fetched
        return self._value(name) if fetched is None else fetched

    def _value(self, name: str) -> str:
        source = self._sources.get(name)
        if source is None:
            raise MeasureError("secret", f"secret {name}: not defined")
        try:
            value, warning = self._read(name, source)
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise MeasureError("secret", f"secret {name}: {reason(error)}") from error
        if len(value) < SHORTEST_MASKED:
            warning = f"shorter than {SHORTEST_MASKED} characters, so it cannot be masked where it is shown"
        self._warnings.pop(name, None)
        if warning:
            self._warnings[name] = warning
        self._masker.learn(value)
        return value

    def _read(self, name: str, source: SecretSource) -> tuple[str, str]:
        """Return the value, and a warning when others can read it too."""
        if source.env:
            if source.env not in os.environ:
                raise ValueError(f"environment variable {source.env} is not set")
            return os.environ[source.env], ""
        if source.command:
            if name not in self._answers:
                self._answers[name] = ask(source.command)
            return self._answers[name], ""
        if source.file:
            return read_file(Path(source.file))
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise ValueError("CREDENTIALS_DIRECTORY is not set; run under systemd with LoadCredential=")
        return read_file(Path(folder) / source.credential)
