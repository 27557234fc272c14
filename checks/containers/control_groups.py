"""Owns reading the counters of a container from the files of its control groups, versions 1 and 2.

No process and no question to the engine is needed for it. Whatever may not or cannot be read is None, and
the engine is asked instead.
"""

from __future__ import annotations

import os

from checks.containers.stats import HOST_MEMORY, Counters
from checks.errors import MeasureError
from checks.host import procfs

ROOT = "/sys/fs/cgroup"
LONGEST = 65536
"""Bytes of one file."""
UNLIMITED = 1 << 60
"""From this limit in bytes on there is none: version 1 writes "no limit" as a huge number."""


def read_counters(pid: int, container: str, own_network: bool, at: float) -> Counters | None:
    """Return the counters of the container whose first process is `pid`.

    None when that process is not of this container, as when its number means another one here.
    """
    try:
        groups = _groups(pid)
        if not any(container in path for path in groups.values()):
            return None
        received, sent = _network(pid) if own_network else (None, None)
    except MeasureError:
        return None
    version = _version_1 if "memory" in groups else _version_2
    cpu, memory, limit, block_read, block_write = version(groups)
    if cpu is None:
        return None
    limit = HOST_MEMORY if limit is None else min(limit, HOST_MEMORY)
    return Counters(at, os.cpu_count() or 1, cpu, memory, limit, received, sent, block_read, block_write)


Used = tuple[float | None, float | None, float | None, float | None, float | None]
"""Processor seconds, bytes of memory, their limit, bytes read, bytes written."""


def _version_1(groups: dict[str, str]) -> Used:
    cpu = _number(f"cpuacct{groups.get('cpuacct', '')}/cpuacct.usage")
    memory = f"memory{groups['memory']}"
    limit = _number(f"{memory}/memory.limit_in_bytes")
    reads, writes = _block_1(f"blkio{groups.get('blkio', '')}/blkio.throttle.io_service_bytes_recursive")
    return (
        None if cpu is None else cpu / 1e9,
        _used(memory, "usage_in_bytes", "total_inactive_file"),
        None if limit is None or limit >= UNLIMITED else limit,
        reads,
        writes,
    )


def _version_2(groups: dict[str, str]) -> Used:
    group = groups.get("", "").lstrip("/")
    cpu = _pairs(f"{group}/cpu.stat").get("usage_usec")
    reads, writes = _block_2(f"{group}/io.stat")
    return (
        None if cpu is None else cpu / 1e6,
        _used(group, "current", "inactive_file"),
        _number(f"{group}/memory.max"),
        reads,
        writes,
    )


def _groups(pid: int) -> dict[str, str]:
    """Return the path of the process's group in each hierarchy, by controller; version 2 has no name."""
    found = {}
    for line in procfs.read(f"{pid}/cgroup").decode(errors="replace").splitlines():
        _, controllers, path = line.split(":", 2)
        found.update(dict.fromkeys(controllers.split(","), path))
    return found


def _used(group: str, usage: str, idle: str) -> float | None:
    used = _number(f"{group}/memory.{usage}")
    return None if used is None else max(0.0, used - _pairs(f"{group}/memory.stat").get(idle, 0.0))


def _block_1(path: str) -> tuple[float | None, float | None]:
    """Return the bytes read and written, from lines such as `8:0 Read 4096`."""
    lines = [line.split() for line in _text(path).splitlines()]
    if not lines:
        return None, None
    operations = [(line[1], float(line[2])) for line in lines if len(line) == 3]
    reads, writes = (sum(size for name, size in operations if name == kind) for kind in ("Read", "Write"))
    return reads, writes


def _block_2(path: str) -> tuple[float | None, float | None]:
    """Return the bytes read and written, from lines such as `8:0 rbytes=4096 wbytes=0 rios=1`."""
    words = [word.partition("=") for line in _text(path).splitlines() for word in line.split()]
    reads, writes = (sum(float(n) for name, _, n in words if name == kind) for kind in ("rbytes", "wbytes"))
    return reads, writes


def _network(pid: int) -> tuple[float | None, float | None]:
    """Return the bytes received and sent over all interfaces but the loopback; None without any."""
    lines = procfs.read(f"{pid}/net/dev").decode(errors="replace").splitlines()[2:]
    fields = [line.partition(":")[2].split() for line in lines if not line.lstrip().startswith("lo:")]
    if not fields:
        return None, None
    return sum(float(one[0]) for one in fields), sum(float(one[8]) for one in fields)


def _pairs(path: str) -> dict[str, float]:
    """Return a file of lines `name number`."""
    words = (line.split() for line in _text(path).splitlines())
    return {pair[0]: float(pair[1]) for pair in words if len(pair) == 2}


def _number(path: str) -> float | None:
    text = _text(path).strip()
    return float(text) if text.isdigit() else None


def _text(path: str) -> str:
    """Return a file below the root, in three system calls; empty when there is none for us."""
    try:
        descriptor = os.open(f"{ROOT}/{path}", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(descriptor, LONGEST).decode(errors="replace")
    except OSError:
        return ""
    finally:
        os.close(descriptor)
