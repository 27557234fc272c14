"""Owns the reading of `/proc`: few system calls, no state, no judgement.

What a kernel or a container does not offer reads as empty, so that its readings are absent. What may not be
read is a `MeasureError`. Content is bytes: names in it are chosen by others and need not be text.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from checks.errors import MeasureError

ROOT = "/proc"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_CHUNK = 65536
_LISTENING = b"0A"


@dataclass(frozen=True, slots=True)
class Listener:
    """A TCP socket of this machine that waits for connections."""

    address: IPv4Address | IPv6Address
    port: int
    inode: int
    """Of the socket, by which its owner is found."""


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
            return {
                name.decode(errors="replace"): int(value) for name, value in zip(names, values, strict=False)
            }
    return {}


def pressure(resource: str) -> float | None:
    """Return the share in percent of the last 10 s in which some task waited for the resource."""
    words = read(f"pressure/{resource}").split(None, 2)
    if len(words) < 2 or not words[1].startswith(b"avg10="):
        return None
    return float(words[1][6:])


def listeners() -> Iterator[Listener]:
    """Yield every listening TCP socket."""
    for path in ("net/tcp", "net/tcp6"):
        for line in _listening(path):
            words = line.split()
            address, _, port = words[1].partition(b":")
            yield Listener(_address(address), int(port, 16), int(words[9]))


def _numbered(names: list[bytes], values: list[bytes]) -> dict[str, int]:
    return {name.decode(errors="replace"): int(value) for name, value in zip(names, values, strict=False)}


def _listening(path: str) -> Iterator[bytes]:
    """Yield the lines of listening sockets: the kernel lists them first, so connections cost nothing."""
    try:
        with Path(ROOT, path).open("rb", buffering=4096) as file:
            next(file, b"")
            for line in file:
                words = line.split(None, 4)
                if len(words) < 5 or words[3] != _LISTENING:
                    return
                yield line
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unreadable(path, error) from error


def _address(text: bytes) -> IPv4Address | IPv6Address:
    """Return the address that the kernel writes as words of the machine's byte order."""
    words = (text[start : start + 8] for start in range(0, len(text), 8))
    raw = b"".join(int(word, 16).to_bytes(4, sys.byteorder) for word in words)
    return IPv4Address(raw) if len(raw) == 4 else IPv6Address(raw)


def _unreadable(path: str, error: OSError) -> MeasureError:
    kind = "permission" if isinstance(error, PermissionError) else "unreadable"
    return MeasureError(kind, f"{ROOT}/{path}: {error.strerror}")
