"""Owns the format `json`: one document with stable keys; times RFC 3339 in UTC, null for never."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

import msgspec

from checks.instants import rfc3339
from runbooks.report_parts import Report

SCHEMA = 1
"""Rises when a key changes its meaning or goes away; new keys do not raise it."""
MOMENTS = frozenset({"at", "opened_at", "ended_at", "planned_at", "confirmed_at", "started_at", "made_at"})


def render(report: Report, zone: tzinfo | None = None) -> str:
    """Return the document, indented. Times are UTC whatever the zone."""
    told = _dated(msgspec.to_builtins(report))
    told["inputs"] = dict(report.inputs)
    return msgspec.json.format(msgspec.json.encode({"schema": SCHEMA} | told), indent=2).decode()


def _dated(value: Any) -> Any:
    """Return plain data with the moments written out."""
    if isinstance(value, dict):
        return {
            key: (rfc3339(part) if part else None) if key in MOMENTS else _dated(part)
            for key, part in value.items()
        }
    return [_dated(part) for part in value] if isinstance(value, list | tuple) else value
