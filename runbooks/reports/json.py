"""Owns the format `json`: one document with stable keys; times RFC 3339 in UTC, null for never."""

from __future__ import annotations

from typing import Any

import msgspec

from checks.instants import rfc3339
from runbooks.report_blocks import Document

SCHEMA = 1
"""Rises when a key changes its meaning or goes away; new keys do not raise it."""
MOMENTS = frozenset({"at", "since", "until"})
"""Keys of moments, beside those that end in `_at`."""


def render(document: Document) -> str:
    """Return the document, indented."""
    told = {"schema": SCHEMA} | _dated(document.plain)
    return msgspec.json.format(msgspec.json.encode(told), indent=2).decode()


def _dated(value: Any) -> Any:
    """Return plain data with the moments written out."""
    if isinstance(value, dict):
        return {key: _moment(part) if _is_moment(key, part) else _dated(part) for key, part in value.items()}
    return [_dated(part) for part in value] if isinstance(value, list | tuple) else value


def _is_moment(key: str, value: Any) -> bool:
    return isinstance(value, float | int) and (key in MOMENTS or key.endswith("_at"))


def _moment(at: float) -> str | None:
    return rfc3339(at) if at else None
