"""Owns who is attached: what the kernel vouches for about the process at the other end of a socket."""

from __future__ import annotations

import contextlib
import os
import pwd
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from checks.errors import LinkError
from checks.text import clean
from runbooks.operators import Operator

_UCRED = struct.Struct("3i")
_NO_LOGIN = 2**32 - 1
"""What the kernel says of a process that nobody logged in for."""
_LONGEST = 128
"""Characters of what a process says of itself."""


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


def operator_of(peer: Peer) -> Operator:
    """Return who is at the other end: the user by the kernel's word, the rest as far as it can be read.

    The login survives su and sudo (audit's loginuid); SUDO_USER and SSH_CONNECTION are what the process says.
    """
    process = Path(f"/proc/{peer.pid}")
    said = _environment(process)
    terminal = ""
    with contextlib.suppress(OSError):
        shown = str((process / "fd/0").readlink())
        terminal = shown if shown.startswith("/dev/") and shown != os.devnull else ""
    return Operator(
        name=_name_of(peer.uid),
        uid=peer.uid,
        login=_login(process),
        sudo=clean(said.get("SUDO_USER", ""))[:_LONGEST],
        ssh=clean(said.get("SSH_CONNECTION", ""))[:_LONGEST],
        terminal=clean(terminal)[:_LONGEST],
    )


def _environment(process: Path) -> dict[str, str]:
    with contextlib.suppress(OSError):
        raw = (process / "environ").read_bytes().decode(errors="replace")
        return dict(item.partition("=")[::2] for item in raw.split("\0"))
    return {}


def _login(process: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        uid = int((process / "loginuid").read_text())
        if uid != _NO_LOGIN:
            return _name_of(uid)
    return ""


def _name_of(uid: int) -> str:
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)


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
