"""Owns `-o json`: one document with stable keys; times RFC 3339 in UTC, spans in seconds, the unit named."""

from __future__ import annotations

from typing import Any

import msgspec

from checks.board import CheckState, Snapshot, SystemInfo
from checks.instants import rfc3339
from checks.version import __version__

SCHEMA = 1
"""Rises when a key changes its meaning or goes away; new keys do not raise it."""


def render(system: SystemInfo, snapshot: Snapshot) -> str:
    """Return the document, indented."""
    kinds = {info.name: info.kind for info in system.checks}
    document = {
        "schema": SCHEMA,
        "walkdown": __version__,
        "system": {"name": system.name, "title": system.title, "environment": system.environment},
        "at": rfc3339(snapshot.at),
        "health": snapshot.health,
        "counts": snapshot.counts(),
        "checks": [as_mapping(kinds.get(state.name, ""), state) for state in snapshot.states],
        "notices": [{"source": n.source, "level": n.level, "text": n.text} for n in snapshot.notices],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()


def as_mapping(kind: str, state: CheckState) -> dict[str, Any]:
    """Return one check as plain data."""
    last = state.last
    return {
        "name": state.name,
        "kind": kind,
        "level": state.level,
        "hard_level": state.hard,
        "state": "hard" if state.is_hard else "soft",
        "summary": last.summary,
        "error_class": last.error_class,
        "at": rfc3339(last.at) if last.at else None,
        "elapsed_seconds": round(last.elapsed, 6),
        "stale": state.stale,
        "blocked_by": state.blocked_by,
        "readings": [
            {"name": r.name, "value": r.value, "unit": r.unit, "labels": dict(r.labels)}
            for r in last.observation.readings
        ],
        "rules": [
            {"rule": v.rule, "level": v.level, "firing": v.firing, "value": v.value, "labels": dict(v.labels)}
            for v in last.verdicts
        ],
        "rows": {"columns": last.observation.rows.columns, "rows": last.observation.rows.rows},
        "detail": last.observation.detail,
    }
