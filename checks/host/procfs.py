"""Owns the reading of `/proc`: few system calls, no state, no judgement.

What a kernel or a container does not offer reads as empty, so that its readings are absent. What may not be
read is a `MeasureError`. Content is bytes: names in it are chosen by others and need not be text.
"""

from __future__ import annotations

import os

from checks.errors import MeasureError

ROOT = "/proc"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_CHUNK = 65536


def read(path: str) -> bytes:
    """Return the whole file below `/proc`; empty when it is missing.

    Raises:
        MeasureError: `permission`, or `unreadable`.
    """
    try:
        descriptor = os.open(f"{ROOT}/{path}", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        parts = []
        while part := os.read(descriptor, _CHUNK):
            parts.append(part)
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)
    return b"".join(parts)


def demand(path: str) -> bytes:
    """Return the whole file below `/proc`, where nothing can be said without it.

    Raises:
        MeasureError: `unsupported` when it is missing or empty, else as `read`.
    """
    content = read(path)
    if not content:
        raise MeasureError("unsupported", f"{ROOT}/{path} is missing here")
    return content


def numbers(path: str) -> dict[str, int]:
    """Return a file of lines `name: number` or `name number`, such as `meminfo` and `vmstat`."""
    found = {}
    for line in read(path).splitlines():
        words = line.split(None, 2)
        if len(words) > 1 and words[1].isdigit():
            found[words[0].rstrip(b":").decode(errors="replace")] = int(words[1])
    return found


def table(path: str, heading: bytes) -> dict[str, int]:
    """Return the numbers of `net/snmp`, where a line of names stands above the line of its values."""
    rows = [line.split()[1:] for line in read(path).splitlines() if line.startswith(heading)]
    if len(rows) != 2:
        return {}
    return _numbered(*rows)


def pairs(path: str, heading: bytes) -> dict[str, int]:
    """Return the numbers of `net/sockstat`, where names and values take turns on the line of the heading."""
    for line in read(path).splitlines():
        words = line.split()
        if words and words[0] == heading:
            names, values = words[1::2], words[2::2]
            return _numbered(names, values)
    return {}


def pressure(resource: str) -> float | None:
    """Return the share in percent of the last 10 s in which some task waited for the resource."""
    words = read(f"pressure/{resource}").split(None, 2)
    if len(words) < 2 or not words[1].startswith(b"avg10="):
        return None
    return float(words[1][6:])


def _numbered(names: list[bytes], values: list[bytes]) -> dict[str, int]:
    return {name.decode(errors="replace"): int(value) for name, value in zip(names, values, strict=False)}


def _unreadable(path: str, error: OSError) -> MeasureError:
    kind = "permission" if isinstance(error, PermissionError) else "unreadable"
    return MeasureError(kind, f"{ROOT}/{path}: {error.strerror}")
