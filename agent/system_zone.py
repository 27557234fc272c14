"""Owns in which zone a command tells times that asks no agent: that of the system's files."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path

from checks.errors import ConfigError
from checks.load import load
from checks.moments import zone_of


def zone_at(source: Path | None) -> tzinfo | None:
    """Return the zone of the system at `source`; None, the host's own, where none can be learned."""
    if source is None:
        return None
    try:
        return zone_of(load(source).info.timezone)
    except ConfigError:
        return None
