"""Owns `-o jsonl`: one JSON object per check and line, for pipes."""

from __future__ import annotations

import msgspec

from checks.board import CheckState, Snapshot, SystemInfo
from checks.instants import rfc3339


def render(system: SystemInfo, snapshot: Snapshot) -> str:
    """Return the lines."""
    return "\n".join(_line(system, state) for state in snapshot.states)


def _line(system: SystemInfo, state: CheckState) -> str:
    last = state.last
    event = {
        "at": rfc3339(last.at),
        "system": system.name,
        "check": state.name,
        "level": state.level,
        "error_class": last.error_class,
        "summary": last.summary,
        "elapsed_seconds": round(last.elapsed, 6),
        "readings": {_key(r.name, r.labels): r.value for r in last.observation.readings},
    }
    return msgspec.json.encode(event).decode()


def _key(name: str, labels: tuple[tuple[str, str], ...]) -> str:
    """Return the reading's name with its labels, as rules write them."""
    return name if not labels else f"{name}[{','.join(f'{key}={value}' for key, value in labels)}]"
