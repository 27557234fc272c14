"""Owns the address of a Unix socket, which the kernel takes to 107 bytes only; home folders can be longer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST = 107
"""Bytes: `sun_path` less its end (unix(7))."""


@contextmanager
def address_of(path: Path) -> Iterator[str]:
    """Yield what to bind or connect to; a path that is too long is reached through its open folder.

    Raises:
        FileNotFoundError: when the path is too long and its folder is not there.
    """
    if len(os.fsencode(path)) <= LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
