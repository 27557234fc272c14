"""Owns what is known of a system without loading it: the names of its checks, when it was loaded before."""

from __future__ import annotations

from pathlib import Path

from checks.config import cache
from checks.config.files import read_sources
from checks.config.problems import Problems


def known_names(source: Path) -> tuple[str, ...]:
    """Return the names of the checks of a system whose files are as they were when it was last loaded.

    None: it was never loaded, cannot be used, has no checks, or a secret stands in its files.
    """
    return cache.recall_names(cache.key_of(read_sources(source, Problems())))
