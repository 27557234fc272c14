"""The fault grid: which faults every kind must be shown to survive, and where tests say so.

A test claims a cell with `@pytest.mark.fault("KIND", "SLUG")`. Rows and columns are those of the reliability
specification, section 2.4.
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
"""Fault -> the kinds that it applies to."""


def claimed(folder: Path) -> dict[str, set[str]]:
    """Return kind -> faults, as the markers in the test files below the folder claim them."""
    cells: dict[str, set[str]] = defaultdict(set)
    for file in folder.rglob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault":
                kind, fault = (argument.value for argument in node.args)
                cells[kind].add(fault)
    return cells
