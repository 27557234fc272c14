"""Owns the values of secrets that steps are given: those of the system, and inputs kept in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field

from checks.errors import MeasureError
from checks.secrets import SecretText
from checks.vault import Vault
from runbooks.outcome import FailedError
from runbooks.templates import templates_in
from runbooks.walk import Walk

READ_WITHIN = 12.0
"""Seconds that the secrets of a step may take to be read; a command that tells one has ten."""


@dataclass(frozen=True, slots=True)
class SecretValues:
    """The secrets of one walk."""

    vault: Vault
    threads: Executor
    """A command or a dead mount may hang."""
    inputs: dict[str, str] = field(default_factory=dict)
    """Values of secret inputs, never stored."""

    def give(self, name: str, value: str) -> None:
        """Keep the value of a secret input, and mask it from now on."""
        self.vault.masker.learn(value)
        self.inputs[name] = value

    def missing(self, step: object, walk: Walk) -> str:
        """Return the name of a secret input that the step needs and nobody gave, or nothing."""
        wanted = sorted(named_in(step) & set(walk.secret_inputs) - set(self.inputs))
        return wanted[0] if wanted else ""

    async def of(self, step: object) -> Mapping[str, str]:
        """Return the values of the secrets that the step names.

        Raises:
            FailedError: `secret`, when one cannot be read; never says a value.
        """
        names = named_in(step)
        given = {name: self.inputs[name] for name in names & set(self.inputs)}
        wanted = sorted(names - set(given))
        if not wanted:
            return given
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(READ_WITHIN):
                return given | await loop.run_in_executor(self.threads, self._read, wanted)
        except TimeoutError:
            raise FailedError("secret", f"secret {', '.join(wanted)}: not read in time") from None
        except MeasureError as error:
            raise FailedError("secret", str(error)) from error

    def _read(self, names: Iterable[str]) -> dict[str, str]:
        self.vault.fetch(names)
        return {name: self.vault.reveal(SecretText(f"{{{{ secret.{name} }}}}")) for name in names}


def named_in(step: object) -> set[str]:
    """Return the names of the secrets that the options of a step mention."""
    return {name for template in templates_in(step) for name in template.secrets}
