"""Owns what the text of a notice may speak of: names, what each holds, and made-up values to try a text with.

Plain data only, so that nothing can be reached from a text but what stands here; no secret does.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

DAY = 86_400.0

_SAMPLE: dict[str, Any] = {
    "system": {"name": "shop", "title": "The shop", "environment": "staging", "timezone": "UTC"},
    "window": {
        "name": "weekly",
        "starts": 21 * DAY,
        "ends": 21 * DAY + 7200.0,
        "lasts": 7200.0,
        "open": True,
        "left": 3600.0,
    },
    "tasks": ["Minor update"],
    "walks": [
        {
            "id": "walk-1",
            "runbook": "minor-update",
            "title": "Minor update",
            "how": "done",
            "well": True,
            "began": 21 * DAY,
            "ended": 21 * DAY + 600.0,
            "by": "alice",
        }
    ],
    "checks": {
        "ok": 8,
        "warn": 1,
        "crit": 1,
        "unknown": 0,
        "bad": [{"name": "api", "title": "API", "level": "CRIT", "summary": "connection refused"}],
    },
    "difference": {
        "worse": True,
        "newly_bad": [{"check": "api", "before": "OK", "now": "CRIT", "summary": "connection refused"}],
        "expected": [{"check": "web", "before": "OK", "now": "CRIT", "summary": "connection refused"}],
        "bad_before": [{"check": "disk", "before": "WARN", "now": "WARN", "summary": "85 % used"}],
        "fixed": [{"check": "queue", "before": "CRIT", "now": "OK", "summary": "empty"}],
        "moved": ["api latency: slower, 84 ms -> 310 ms (+269 %)"],
    },
    "result": {"well": False, "left": ["Disk"], "words": "Not all went as planned: Disk (failed)."},
    "incident": {
        "id": "1970-01-22-1",
        "title": "The shop is down",
        "severity": "major",
        "stage": "assessed",
        "detected": 21 * DAY,
        "assessed": 21 * DAY + 300.0,
        "restored": 0.0,
        "cause": "",
    },
    "contacts": [
        {
            "group": "operations",
            "role": "on call",
            "name": "Alice",
            "phone": "+49 30 1",
            "mail": "alice@example.org",
            "chat": "",
            "address": "",
            "hours": "any time",
        }
    ],
    "operator": "alice",
    "impact": "None.",
    "team": "The team",
    "now": 21 * DAY,
}
_SAMPLE["contact"] = _SAMPLE["contacts"][0]

SAMPLE: Mapping[str, Any] = MappingProxyType(_SAMPLE)
"""Made-up values: every name that there is, with all that it holds."""


def emptied(value: Any) -> Any:
    """Return the value without what it says: no text, no number, nothing in lists."""
    if isinstance(value, Mapping):
        return {name: emptied(part) for name, part in value.items()}
    return type(value)()


def without_anything() -> dict[str, Any]:
    """Return the values of a notice that is about nothing: every name that there is, and it says nothing."""
    return {name: emptied(value) for name, value in SAMPLE.items()}
