"""Owns the finding of services that listen on TCP ports of this machine, named after their programs."""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

from checks.errors import MeasureError
from checks.host import procfs
from checks.host.listeners import Listener, listeners
from checks.host.processes import arguments, is_walkdown, read_process

MOST = 12
"""Services for which a check is made, the lowest ports first."""
DESCRIPTORS = 20_000
"""That are looked at in search of owners: some tens of milliseconds on the busiest machine."""
_FIRST_EPHEMERAL = 32768
_FOREIGN = re.compile(r"[^a-z0-9]+")


def find() -> dict[str, dict[str, Any]]:
    """Return a check for each service that can be reached from here, except walkdown's own."""
    try:
        by_port = _services()
    except MeasureError:
        return {}
    owners = _owners({listener.inode for listener in by_port.values()})
    found = {}
    for port, listener in sorted(by_port.items()):
        pid = owners.get(listener.inode, 0)
        if pid == os.getpid() or is_walkdown(arguments(pid)):
            continue
        name = _name(pid, port)
        found[f"listen-{name}-{port}"] = {
            "kind": "tcp",
            "title": f"{name} on port {port}",
            "group": "services",
            "every": "60s",
            "host": _host(listener),
            "port": port,
        }
        if len(found) == MOST:
            break
    return found


def _services() -> dict[int, Listener]:
    """Return one listener for each port that clients do not get for themselves; IPv4 where there is both."""
    words = procfs.read("sys/net/ipv4/ip_local_port_range").split()
    limit = int(words[0]) if words else _FIRST_EPHEMERAL
    reachable = [
        listener
        for listener in listeners()
        if listener.port < limit and (listener.address.is_unspecified or listener.address.is_loopback)
    ]
    return {listener.port: listener for listener in sorted(reachable, key=_preference, reverse=True)}


def _preference(listener: Listener) -> tuple[bool, bool]:
    """Return what sorts the addresses of one port, the one to connect to first."""
    return (not isinstance(listener.address, IPv4Address), not listener.address.is_unspecified)


def _host(listener: Listener) -> str:
    if not listener.address.is_unspecified:
        return str(listener.address)
    return "127.0.0.1" if isinstance(listener.address, IPv4Address) else "localhost"


def _owners(inodes: set[int]) -> dict[int, int]:
    """Return the process that holds each socket, where we may know; of several, the lowest number."""
    sought = {f"socket:[{inode}]": inode for inode in inodes}
    owners: dict[int, int] = {}
    looks = 0
    for pid in sorted(int(entry) for entry in os.listdir(procfs.ROOT) if entry.isdigit()):  # noqa: PTH208
        for target in _open_targets(pid):
            looks += 1
            if target in sought:
                owners.setdefault(sought[target], pid)
        if len(owners) == len(inodes) or looks > DESCRIPTORS:
            break
    return owners


def _open_targets(pid: int) -> Iterator[str]:
    """Yield what the descriptors of a process point to; nothing where we may not look."""
    folder = f"{procfs.ROOT}/{pid}/fd"
    try:
        descriptors = os.listdir(folder)  # noqa: PTH208 - of thousands, only the names are needed
    except OSError:
        return
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            yield os.readlink(f"{folder}/{descriptor}")  # noqa: PTH115 - as above


def _name(pid: int, port: int) -> str:
    """Return what the service is called: its program, else the name of its port, in plain letters."""
    with contextlib.suppress(PermissionError):
        process = read_process(pid) if pid else None
        if process is not None and (name := _plain(process.name)):
            return name
    try:
        return _plain(socket.getservbyport(port, "tcp")) or "tcp"
    except OSError:
        return "tcp"


def _plain(name: str) -> str:
    return _FOREIGN.sub("-", name.lower()).strip("-")
