"""Owns the event of reports; it is part of the union that `runbooks/events.py` owns."""

from __future__ import annotations

import msgspec


class ReportWritten(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """A report was written and is kept."""

    name: str
    """`daily`, `window`, ..."""
    file: str
    """Name of its JSON file, of which the hash is."""
    sha256: str
    since: float = 0.0
    """What it tells of begins here, UTC seconds."""
    until: float = 0.0
    """And ends here."""
    due: bool = False
    """Whether it was its time; a report by somebody's wish does not stand in for it."""
    others: dict[str, str] = {}
    """The other files of the same report, each with its hash."""


ReportEvents = ReportWritten
