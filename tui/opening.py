"""Owns how the console and its agent are brought together: found or started, then attached.

The one module of `tui/` that knows how an agent is reached.
"""

from __future__ import annotations

import os
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from pathlib import Path

from agent.attach import AttachedLink
from agent.lifecycle import AgentPlace
from agent.log import log_to
from checks import paths
from checks.clock import SystemClock
from checks.masking import Masker
from checks.private import make_private
from tui.console import plan_console, run_console
from tui.environment import Manners

CONSOLE_LOG = "console.log"
"""Below the state folder; shared by the consoles of one user."""


def open_console(source: Path | None, manners: Manners) -> int:
    """Open the console and return its exit code.

    What goes wrong in the console itself is in its log, never on the screen with its variables. An agent
    that has to be started boots while Textual is imported; where no console can be shown, none is.
    """
    os.umask(0o077)
    make_private(paths.state_folder())
    log_to(paths.state_folder() / CONSOLE_LOG, Masker())
    clock = SystemClock()
    place = AgentPlace(source, clock)
    refused = plan_console(manners).refusal
    if not refused and not place.answers():
        if source is not None and place.is_ours:
            _refuse_unusable(source)
        place.start()

    def open_link() -> AbstractAsyncContextManager[AttachedLink]:
        return AttachedLink(place.connect, clock, may_replace=place.is_ours).opened()

    return run_console(open_link, manners)


def _refuse_unusable(source: Path) -> None:
    """Raise when the system cannot be used; files that were read before and are as they were need no look.

    What it needs is imported now: who attaches to an agent does not pay for it.

    Raises:
        ConfigError: with every problem; nothing was drawn yet that would hide them.
    """
    if not import_module("checks.config.known").known_names(source):
        import_module("checks.load").load(source)
