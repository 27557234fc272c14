"""Owns the entry of a walk that a response begins: `python -P -m agent.headless RUNBOOK --auto`.

It is `walkdown run` without the table of commands: a client of the agent like any other.
"""

from __future__ import annotations

from agent.walk_cli import run as walk
from checks.command_line import run

if __name__ == "__main__":
    run(walk, "walkdown run")
