"""Owns what is said about windows whose parts do not go together, or never come."""

from __future__ import annotations

from checks.config.nodes import Node, plain
from checks.config.problems import Problems
from checks.recurrence.timing import TimingError, read_timing


def check_windows(windows: Node, timezone: str, problems: Problems) -> None:
    """Record of each window that is well-formed why it says no time, as read in this zone."""
    for name, node in windows.children():
        path = ("windows", name)
        if not isinstance(node.value, dict) or problems.blames(path):
            continue
        try:
            read_timing(plain(node), timezone)
        except TimingError as error:
            found = node.get(error.key)
            problems.error((found or node).key, (*path, error.key) if error.key else path, str(error))
