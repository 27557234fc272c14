"""Owns the finding of the machine's own parts: processors, memory, load, network, disks, processes."""

from __future__ import annotations

from typing import Any

from checks.host import procfs
from checks.host.mounts import real_mounts

GROUP = "host"
_IGNORED = (b"lo", b"veth", b"br-", b"docker")


def find() -> dict[str, dict[str, Any]]:
    """Return a check for each part that this machine shows."""
    found: dict[str, dict[str, Any]] = {}
    if procfs.read("stat"):
        found["cpu"] = _cpu()
    memory = procfs.numbers("meminfo")
    if memory.get("MemTotal"):
        found["memory"] = _memory(has_swap=memory.get("SwapTotal", 0) > 0)
    if procfs.read("loadavg"):
        found["load"] = _load()
    if real_mounts():
        found["disk"] = _disk()
    if _carries_traffic():
        found["network"] = _network()
    found["processes"] = _processes()
    return found


def _cpu() -> dict[str, Any]:
    return {
        "kind": "cpu",
        "title": "Processors",
        "group": GROUP,
        "every": "2s",
        "warn": "usage > 90 % for 5 m",
        "crit": "usage > 98 % for 15 m",
    }


def _memory(*, has_swap: bool) -> dict[str, Any]:
    return {
        "kind": "memory",
        "title": "Memory",
        "group": GROUP,
        "every": "2s",
        "warn": ["used > 90 % for 1 m", *(["swap_used > 80 % for 5 m"] if has_swap else [])],
        "crit": "used > 97 % for 1 m",
    }


def _load() -> dict[str, Any]:
    return {
        "kind": "load",
        "title": "Load",
        "group": GROUP,
        "every": "2s",
        "warn": "per_core > 2 for 5 m",
        "crit": "per_core > 5 for 15 m",
    }


def _disk() -> dict[str, Any]:
    return {
        "kind": "disk",
        "title": "Disks",
        "group": GROUP,
        "every": "10s",
        "warn": ["used > 85 %", "inodes_used > 85 %"],
        "crit": ["used > 95 %", "inodes_used > 95 %"],
    }


def _network() -> dict[str, Any]:
    return {
        "kind": "network",
        "title": "Network",
        "group": GROUP,
        "every": "2s",
        "warn": "errors > 1 /s for 5 m",
    }


def _processes() -> dict[str, Any]:
    return {
        "kind": "process",
        "title": "Processes",
        "group": GROUP,
        "every": "5s",
        "warn": "zombies > 50 for 10 m",
    }


def _carries_traffic() -> bool:
    """Return whether an interface that the check looks at has received or sent anything."""
    for line in procfs.read("net/dev").splitlines()[2:]:
        name, _, counters = line.partition(b":")
        words = counters.split()
        if not name.strip().startswith(_IGNORED) and len(words) > 8 and (int(words[0]) or int(words[8])):
            return True
    return False
