"""Owns where a system comes from: its files when it has some, else what is found on this machine."""

from __future__ import annotations

from pathlib import Path

from checks.discover import discover
from checks.system import System, load_system, system_from_data


def load(source: Path | None) -> System:
    """Return the system at `source`, or this machine as a system when there is none.

    Raises:
        ConfigError: with every problem found in the files.
    """
    return system_from_data(discover()) if source is None else load_system(source)
