"""Owns the counters of one container, and reading them from the engine's statistics.

The memory that counts is what cannot be dropped at will: file pages not used lately are left out, as
`docker stats` leaves them out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import msgspec

HOST_MEMORY = float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


@dataclass(frozen=True, slots=True)
class Counters:
    """What a container has used so far; None for what is not known."""

    at: float
    """When it was read, on the monotonic clock."""
    cpus: int
    """Processors that it may use at most."""
    cpu: float | None = None
    """Processor seconds."""
    memory: float | None = None
    limit: float | None = None
    """Bytes that it may use at most: its own limit, or the machine's memory."""
    received: float | None = None
    sent: float | None = None
    block_read: float | None = None
    block_write: float | None = None


class _CpuUsage(msgspec.Struct):
    total_usage: int = 0


class _Cpu(msgspec.Struct):
    cpu_usage: _CpuUsage | None = None
    online_cpus: int = 0


class _Memory(msgspec.Struct):
    usage: int | None = None
    limit: int | None = None
    stats: dict[str, int] | None = None


class _Io(msgspec.Struct):
    op: str = ""
    value: int = 0


class _Block(msgspec.Struct):
    io_service_bytes_recursive: list[_Io] | None = None


class _Network(msgspec.Struct):
    rx_bytes: int = 0
    tx_bytes: int = 0


class Stats(msgspec.Struct):
    """The engine's statistics of one container."""

    read: str = ""
    cpu_stats: _Cpu | None = None
    memory_stats: _Memory | None = None
    blkio_stats: _Block | None = None
    networks: dict[str, _Network] | None = None

    def counters(self, at: float, cpus: int) -> Counters | None:
        """Return them as counters; None for a container that does not run, whose statistics are empty."""
        if self.read.startswith("0001-") or self.cpu_stats is None or self.cpu_stats.cpu_usage is None:
            return None
        memory = self.memory_stats or _Memory()
        networks = (self.networks or {}).values()
        return Counters(
            at,
            self.cpu_stats.online_cpus or cpus,
            self.cpu_stats.cpu_usage.total_usage / 1e9,
            _used(memory),
            memory.limit,
            sum(network.rx_bytes for network in networks) if networks else None,
            sum(network.tx_bytes for network in networks) if networks else None,
            self._block("read"),
            self._block("write"),
        )

    def _block(self, operation: str) -> float:
        entries = (self.blkio_stats.io_service_bytes_recursive if self.blkio_stats else None) or []
        return sum(entry.value for entry in entries if entry.op.lower() == operation)


def _used(memory: _Memory) -> float | None:
    """Return the memory used; version 1 of control groups has the idle file pages under another name."""
    if memory.usage is None:
        return None
    pages = memory.stats or {}
    return max(0, memory.usage - pages.get("total_inactive_file", pages.get("inactive_file", 0)))
