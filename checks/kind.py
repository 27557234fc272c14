"""Owns the contract of a check kind: what a kind must offer and what its probe is given.

A kind is one file in `checks/kinds/` with one frozen dataclass. Its fields are the options that YAML may
set, each with a docstring beneath; `READINGS` declares every number it can report; `EXAMPLE` is YAML that
loads. `probe` looks once: it may raise a `ProbeError`, may be cancelled, and never retries, never loops,
never judges numbers by thresholds, never prints. The runner owns deadline, sanitiser, masking and judging.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from checks.clock import Clock
from checks.keep import Keep
from checks.model import Observation
from checks.secret_sources import SECRET_LIMIT
from checks.secrets import SecretText
from checks.vault import Vault

SLACK = 3 * SECRET_LIMIT
"""Bytes beyond a cut that are searched for secrets; encoding makes one three times as long at most."""


@dataclass(frozen=True, slots=True)
class ReadingSpec:
    """Declares one reading of a kind, so that rules are checked at load and units convert."""

    name: str
    unit: str
    """Base unit: `s`, `B`, `%`, `B/s`, `/s`, or empty for a count."""
    meaning: str
    """One sentence for `walkdown kinds NAME`."""
    labels: tuple[str, ...] = ()
    """Label names when there are several members, such as `("mount",)`."""


class Check(Protocol):
    """One configured instance of a kind, ready to be probed.

    A kind whose operators can name readings of their own, as `command` lets them, also has a method
    `declared_readings() -> tuple[ReadingSpec, ...]`, READINGS plus those; rules are checked against it.
    A probe that is cancelled at its deadline may leave evidence on the CancelledError with `add_note`.
    """

    READINGS: ClassVar[tuple[ReadingSpec, ...]]
    EXAMPLE: ClassVar[str]
    """A YAML mapping of one check of this kind, `kind:` included, that loads as it stands."""

    async def probe(self, context: ProbeContext) -> Observation:
        """Look once and say what was seen."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeContext:
    """What a probe is given besides its own options."""

    name: str
    """The check's name."""
    timeout: float
    """Seconds until the runner cancels the probe; hand it to libraries as their own timeout."""
    clock: Clock
    vault: Vault
    keep: Keep
    """Connections kept between probes: at most one per target."""
    memory: MutableMapping[str, Any]
    """Scratch of this check alone that lives as long as the engine: counters for rates, offsets."""
    threads: Executor
    """The bounded pool for blocking libraries; they also need a timeout of their own."""

    def reveal(self, secret: SecretText | None) -> str:
        """Return the secret's value, empty for None.

        Raises:
            MeasureError: `secret`, when it cannot be read.
        """
        return "" if secret is None else self.vault.reveal(secret)

    def beginning(self, raw: bytes, most: int) -> str:
        """Return the first bytes as text to be shown; a secret is masked before it could be cut in two."""
        return self.vault.masker.beginning(raw[: most + SLACK].decode(errors="replace"), most)

    def ending(self, raw: bytes, most: int) -> str:
        """Return the last bytes as text to be shown; a secret is masked before it could be cut in two."""
        return self.vault.masker.ending(raw[-most - SLACK :].decode(errors="backslashreplace"), most)

    async def second_look(self) -> None:
        """Wait a quarter of a second between two looks of a rate that has no earlier look to go by."""
        await self.clock.sleep(0.25)


def first_sentence(kind: type[Any]) -> str:
    """Return what the kind does, in one line."""
    return (kind.__doc__ or "").strip().partition("\n")[0]
