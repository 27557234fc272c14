"""Owns what a configuration comes to: plain values only, so that it can be kept and read again in no time.

No secret value is in it, only where secrets come from. It imports neither pydantic nor ruamel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from checks.errors import Problem
from checks.expressions import Rule
from checks.secrets import SecretSource


@dataclass(frozen=True, slots=True)
class ResolvedCheck:
    """One check, with everything filled in."""

    name: str
    kind: str
    options: dict[str, Any]
    """The fields of the kind, as msgspec writes them."""
    title: str
    group: str
    every: float
    timeout: float
    attempts: int
    rules: tuple[Rule, ...]
    needs: tuple[str, ...]
    mandatory: bool
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolved:
    """A whole configuration, validated."""

    name: str
    title: str = ""
    environment: str = ""
    timezone: str = ""
    checks: tuple[ResolvedCheck, ...] = ()
    secrets: dict[str, SecretSource] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    keymap: tuple[tuple[str, str], ...] = ()
    sections: dict[str, Any] = field(default_factory=dict)
    """Sections that nobody here gives a meaning to, as plain data."""
    warnings: tuple[Problem, ...] = ()
    storable: bool = True
    """False when a secret stands in the configuration itself."""
