"""Owns the finding of systemd, and so of the units that have failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

BOOTED = Path("/run/systemd/system")
"""Exists where systemd is the first process: sd_booted(3)."""
ASK = "systemctl list-units --failed --plain --no-legend && systemctl show --property=NFailedUnits"
"""The first failed unit makes the summary, all of them the detail, and their number the reading."""


def find() -> dict[str, dict[str, Any]]:
    """Return the check of failed units where systemd runs."""
    if not BOOTED.is_dir():
        return {}
    check = {
        "kind": "command",
        "title": "Failed units",
        "group": "services",
        "every": "30s",
        "run": ASK,
        "shell": True,
        "readings": {"failed": r"NFailedUnits=(\d+)"},
        "warn": "failed > 0",
    }
    return {"systemd": check}
