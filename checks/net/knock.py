"""Owns knocking: is anybody behind a local socket, and what does it answer to one message?

For discovery, which may load no drivers and must be quick. Never leaves this machine.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

PATIENCE = 0.1
"""Seconds for connecting, and for each answer."""


@contextlib.contextmanager
def knock(where: str | int) -> Iterator[socket.socket]:
    """Connect to a Unix socket's path or a port of 127.0.0.1.

    Raises:
        OSError: when nobody is there, we may not, or it takes too long.
    """
    family = socket.AF_UNIX if isinstance(where, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.settimeout(PATIENCE)
        door.connect(where if isinstance(where, str) else ("127.0.0.1", where))
        yield door
