"""Owns the table of output formats of `walkdown check`; each is one file in `checks/output/`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from checks.board import Snapshot, SystemInfo

FORMATS: dict[str, str] = {
    "text": "checks.output.text",
    "json": "checks.output.json",
    "jsonl": "checks.output.jsonl",
    "junit": "checks.output.junit",
    "tap": "checks.output.tap",
    "nagios": "checks.output.nagios",
    "prometheus": "checks.output.prometheus",
}
"""Name of the format -> module with `render(system, snapshot) -> str`."""


def find_format(name: str) -> Callable[..., str]:
    """Return the format's `render`."""
    render: Callable[[SystemInfo, Snapshot], str] = import_module(FORMATS[name]).render
    return render
