"""Owns how the console and its agent are brought together: found or started, then attached.

The one module of `tui/` that knows how an agent is reached.
"""

from __future__ import annotations

from pathlib import Path

from agent.attach import AttachedLink
from agent.lifecycle import AgentPlace
from checks.clock import SystemClock
from checks.load import load
from tui.console import plan_console, run_console
from tui.environment import Manners


def open_console(source: Path | None, manners: Manners) -> int:
    """Open the console and return its exit code.

    An agent that has to be started boots while Textual is imported; where no console can be shown, none is.
    """
    clock = SystemClock()
    place = AgentPlace(source, clock)
    refused = plan_console(manners).refusal
    if not refused and not place.answers():
        if source is not None:
            load(source)  # raises when it cannot be used; what was read is cached for the agent
        place.start()
    return run_console(lambda: AttachedLink(place.connect, clock).opened(), manners)
