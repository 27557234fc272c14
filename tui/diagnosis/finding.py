"""Owns what one look of the doctor comes to."""

from __future__ import annotations

from dataclasses import dataclass

from checks.model import Level


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    value: str
    hint: str = ""
    """What to do about it, one line or several; empty when nothing needs doing."""
    level: Level = Level.OK
    """OK or WARN: the doctor judges no target."""


def warning(name: str, value: str, hint: str) -> Finding:
    """Return a finding about which something should be done."""
    return Finding(name, value, hint, Level.WARN)
