"""Owns the draft: a runbook that was read, with what another one that it is nested in must know of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from runbooks.document.form import InputOptions
from runbooks.document.scope import Captured
from runbooks.model import Plan


@dataclass(frozen=True, slots=True)
class Draft:
    """A runbook that was read."""

    plan: Plan
    """Without its services."""
    inputs: Mapping[str, InputOptions] = field(default_factory=dict)
    captured: tuple[Captured, ...] = ()
    """What its steps capture, those of `finally:` left out."""
    services: frozenset[str] = frozenset()
    """The names of the services that its steps act on."""
    depth: int = 1
    """How many runbooks lie within one another, this one included."""
