"""Owns the definition of a check: a kind's options plus when, how often and by which rules it is judged."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks.expressions import Rule
from checks.kind import Check
from checks.secrets import secrets_in


@dataclass(frozen=True, slots=True)
class Definition:
    """One check of a system, ready to be scheduled."""

    name: str
    kind: str
    """Name of the kind, as in the registry."""
    check: Check
    title: str = ""
    group: str = ""
    every: float = 30.0
    """Seconds between the starts of two probes."""
    timeout: float = 10.0
    """Seconds that one probe may take as a whole."""
    attempts: int = 3
    """Results in a row that turn a soft state hard (Icinga's max_check_attempts)."""
    rules: tuple[Rule, ...] = ()
    needs: tuple[str, ...] = ()
    """Checks without which this one cannot be OK; while one is CRIT, this one is blocked."""
    mandatory: bool = False
    """True when CRIT here makes the whole system unhealthy."""
    refs: tuple[str, ...] = ()
    """What it answers in the catalogue, such as `HC-A14`."""
    target: str = ""
    """What it looks at; at most four checks of one target run at once. Empty: the check itself."""
    secrets: frozenset[str] = field(init=False, compare=False)
    """Names of the secrets that its options mention, looked for once and not at every probe."""

    def __post_init__(self) -> None:
        """Look for the secrets."""
        object.__setattr__(self, "secrets", secrets_in(self.check))
