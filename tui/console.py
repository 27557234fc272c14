"""Owns how a console is opened from the command line, and the exit code that it leaves.

Textual is imported here, late: by then the environment that it reads is in order.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

from tui.environment import PLAIN_MANNERS, Manners, Plan, prepare

NO_TERMINAL = 69
"""Exit code when no console can be shown (EX_UNAVAILABLE)."""


def plan_console(wish: Manners = PLAIN_MANNERS) -> Plan:
    """Return what this terminal needs before Textual is imported, or why it can show no console.

    Textual reads standard input and draws on standard error; on standard output it measures the size.
    """
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return prepare(os.environ, terminal=all(stream.isatty() for stream in streams), wish=wish)


def run_console(open_link: Callable[[], Any], wish: Manners = PLAIN_MANNERS, splash: str = "") -> int:
    """Open the console on the link that `open_link` opens, until it ends; return the exit code.

    `open_link` returns an async context manager that yields an `agent.link.Link`; it is called once, in the
    console's event loop. Exit codes: 0 when the operator left, 128 + the signal that ended it, 1 after a
    crash, 69 when there is no terminal to show it on.
    """
    plan = plan_console(wish)
    if plan.refusal:
        sys.stderr.write(plan.refusal + "\n")
        return NO_TERMINAL
    for name in plan.remove:
        del os.environ[name]
    os.environ.update(plan.put)
    if splash:
        sys.stdout.write(splash + "\r")
        sys.stdout.flush()
    app = importlib.import_module("tui.app").ConsoleApp(open_link, plan.manners)
    app.run(mouse=plan.manners.mouse)
    return int(app.return_code or 0)
