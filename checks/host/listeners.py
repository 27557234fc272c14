"""Owns the list of TCP sockets of this machine that wait for connections.

Asked of the kernel's socket diagnosis (netlink, as `ss` does): reading `/proc/net/tcp` walks the table of all
connections and costs fifty times as much. Layouts: `linux/netlink.h`, `linux/inet_diag.h`.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from checks.errors import MeasureError

_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_REQUEST_DUMP = 0x001 | 0x300
_ERROR, _DONE = 2, 3
_LISTEN = 1 << 10
_HEADER = struct.Struct("=IHHII")
"""Length, type, flags, sequence number, port."""
_QUESTION = struct.Struct("=BBBxI48x")
"""Family, protocol, extensions, states; the socket's identity is left open."""
_ANSWER = struct.Struct("=B3x2s2x16s44xI")
"""Family, source port, source address, inode."""
_TIMEOUT = 1.0


@dataclass(frozen=True, slots=True)
class Listener:
    """A TCP socket that waits for connections."""

    address: IPv4Address | IPv6Address
    port: int
    inode: int
    """Of the socket, by which its owner is found."""


def listeners() -> tuple[Listener, ...]:
    """Return every listening TCP socket, both families.

    Raises:
        MeasureError: `unsupported`, where the kernel or a sandbox does not answer such questions.
    """
    try:
        return (*_ask(socket.AF_INET), *_ask(socket.AF_INET6))
    except (OSError, AttributeError) as error:
        raise MeasureError("unsupported", f"listening sockets cannot be listed: {error}") from error


def _ask(family: int) -> Iterator[Listener]:
    question = _QUESTION.pack(family, socket.IPPROTO_TCP, 0, _LISTEN)
    header = _HEADER.pack(_HEADER.size + len(question), _SOCK_DIAG_BY_FAMILY, _REQUEST_DUMP, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        kernel.settimeout(_TIMEOUT)
        kernel.send(header + question)
        while True:
            for kind, body in _messages(kernel.recv(65536)):
                if kind == _DONE:
                    return
                if kind == _ERROR:
                    raise OSError(-struct.unpack_from("=i", body)[0], "refused by the kernel")
                yield _listener(body)


def _messages(packet: bytes) -> Iterator[tuple[int, bytes]]:
    while len(packet) >= _HEADER.size:
        length, kind, *_ = _HEADER.unpack_from(packet)
        yield kind, packet[_HEADER.size : length]
        packet = packet[(length + 3) & ~3 :]


def _listener(body: bytes) -> Listener:
    family, port, address, inode = _ANSWER.unpack_from(body)
    where = IPv4Address(address[:4]) if family == socket.AF_INET else IPv6Address(address)
    return Listener(where, int.from_bytes(port, "big"), inode)
