"""Owns what is told of a report that is kept. A plain value, for the wire and for screens."""

from __future__ import annotations

import msgspec


class KeptReport(msgspec.Struct, frozen=True):
    """A report that is kept."""

    file: str
    """Name of its folder, and of its files without their ends."""
    name: str
    """`daily`, `window-weekly`, ..."""
    made_at: float
    """UTC seconds, whole."""
    formats: tuple[str, ...]
    size: int
    """Bytes of all its files."""
