"""Owns who is attached: what the kernel vouches for about the process at the other end of a socket."""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from checks.errors import LinkError

_UCRED = struct.Struct("3i")


@dataclass(frozen=True, slots=True)
class Peer:
    """The process at the other end, as the kernel knows it since it connected."""

    pid: int
    uid: int
    gid: int

    @property
    def is_owner(self) -> bool:
        """Return whether it runs as the agent's own user, who alone may attach."""
        return self.uid == os.geteuid()


def demand_owner(connection: socket.socket, place: Path) -> None:
    """Return when it is our own user who listens; what anybody else would show us may be made up.

    Raises:
        LinkError: when it is somebody else.
    """
    peer = peer_of(connection)
    if not peer.is_owner:
        raise LinkError(f"{place}: process {peer.pid} of uid {peer.uid} listens there, not an agent of ours")


def peer_of(connection: socket.socket) -> Peer:
    """Return who is at the other end of a connected Unix socket (SO_PEERCRED, unix(7))."""
    return Peer(*_UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)))
