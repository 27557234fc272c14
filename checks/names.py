"""Owns what a shell completes: the names of checks and of kinds. Quick, silent, and never a probe.

Names of checks in files come from the cache, so those of a system that was never loaded are not known.
"""

from __future__ import annotations

from pathlib import Path

import click

from checks.config.known import known_names
from checks.discover import discover
from checks.errors import WalkdownError
from checks.registry import kind_names


def complete_check(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the checks of the system that the command line names, and begin with what is typed."""
    source = context.params.get("source")
    given = context.params.get(parameter.name or "") or ()
    try:
        names = known_checks(source)
    except (OSError, WalkdownError):
        return []
    return [name for name in names if name.startswith(incomplete) and name not in given]


def complete_kind(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the kinds that begin with what is typed."""
    return [name for name in kind_names() if name.startswith(incomplete)]


def known_checks(source: Path | None) -> tuple[str, ...]:
    """Return the names of a system's checks, as far as they are known without loading it."""
    if source is None:
        return tuple(discover()["checks"])
    return known_names(source)
