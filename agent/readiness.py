"""Owns what systemd is told: ready, reloading, stopping (sd_notify(3)). Without systemd it says nothing."""

from __future__ import annotations

import os
import socket


def tell_systemd(*lines: str) -> None:
    """Send such lines as `READY=1`; a service manager that does not listen is no error."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    target = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
        try:
            out.sendto("\n".join(lines).encode(), target)
        except OSError:
            return
