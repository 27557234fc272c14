"""The fault grid: which faults every kind must be shown to survive, and where tests say so.

A test claims a cell with `@pytest.mark.fault("KIND", "SLUG")`, of a kind of step with `"step:KIND"`. Rows and
columns are those of the reliability specification, section 2.4.
"""

import ast
from collections import defaultdict
from pathlib import Path

GRID: dict[str, str] = {
    "refused": "http tls postgres redis container",
    "blackhole": "http tls postgres redis",
    "dns": "http tls postgres redis",
    "slow_loris": "http tls postgres redis container",
    "total_timeout": "http tls postgres redis container command",
    "reset": "http tls postgres redis container",
    "server_error": "http postgres redis container command",
    "malformed": "http tls postgres redis container command",
    "huge": "http postgres redis container command",
    "redirect": "http",
    "bad_certificates": "http tls postgres redis container",
    "auth": "http postgres redis container command",
    "restart": "http tls postgres redis container",
    "overloaded": "http postgres redis container",
    "hostile_text": "http tls postgres redis container command",
    "helper_hang": "container command",
    "fork_daemon": "command",
    "signals": "http postgres container command",
    "store": "http command",
    "clock": "http tls postgres command",
    "config_changed": "http tls postgres redis container command",
}
"""Fault -> the kinds of checks that it applies to."""

STEPS: dict[str, str] = {
    "refused": "sql http service",
    "blackhole": "sql http",
    "dns": "sql http",
    "slow_loris": "sql http",
    "total_timeout": "command sql http service manual",
    "reset": "sql http service",
    "server_error": "command sql http service",
    "malformed": "sql http",
    "huge": "command sql http service",
    "redirect": "http",
    "bad_certificates": "sql http",
    "auth": "command sql http service manual",
    "restart": "sql http service",
    "overloaded": "sql http service",
    "hostile_text": "command sql http service manual",
    "helper_hang": "command service",
    "fork_daemon": "command service",
    "console_killed": "command sql http service manual",
    "supervisor_killed": "command service",
    "signals": "command sql http service manual",
    "store": "command sql http service manual",
    "clock": "command sql http service manual",
    "two_operators": "command sql http service manual",
    "config_changed": "command sql http service",
}
"""Fault -> the kinds of steps that it applies to; a test claims them as `step:KIND`."""


def columns(grid: dict[str, str]) -> dict[str, set[str]]:
    """Return kind -> the faults that it must be shown to survive."""
    found: dict[str, set[str]] = defaultdict(set)
    for fault, kinds in grid.items():
        for kind in kinds.split():
            found[kind].add(fault)
    return found


def claimed(folder: Path) -> dict[str, set[str]]:
    """Return kind -> faults, as the markers in the test files below the folder claim them."""
    cells: dict[str, set[str]] = defaultdict(set)
    for text in (file.read_text() for file in folder.rglob("test_*.py")):
        if "mark.fault(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                kind, fault = (argument.value for argument in node.args)
                cells[kind].add(fault)
    return cells
