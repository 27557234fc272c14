"""Owns listings: the files of one folder that a pattern matches, with size and time. Links are left out."""

from __future__ import annotations

import fnmatch
import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the listing."""

    path: Path
    size: int
    """Bytes."""
    modified: float
    """UTC seconds."""


def list_files(folder: Path, pattern: str, *, newest_first: bool = True) -> tuple[Entry, ...]:
    """Return the files of the folder itself whose names match, newest first or by name.

    Raises:
        OSError: when the folder cannot be looked into.
    """
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if not fnmatch.fnmatchcase(entry.name, pattern):
                continue
            try:
                seen = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISREG(seen.st_mode):
                found.append(Entry(Path(entry.path), seen.st_size, seen.st_mtime))
    if newest_first:
        return tuple(sorted(found, key=lambda entry: (-entry.modified, entry.path.name)))
    return tuple(sorted(found, key=lambda entry: entry.path.name))
