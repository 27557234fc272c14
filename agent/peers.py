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
_GID = struct.Struct("I")
_SO_PEERGROUPS = 59
"""Not named by Python; the same on every architecture but those of HP and SPARC."""
_MOST_GROUPS = 256
"""As many as Python makes room for."""
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
    groups: frozenset[int] = frozenset()
    """All groups that it was in when it connected; empty where the kernel does not tell."""

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
        name=name_of(peer.uid),
        uid=peer.uid,
        login=_login(process),
        sudo=clean(said.get("SUDO_USER", ""))[:_LONGEST],
        ssh=clean(said.get("SSH_CONNECTION", ""))[:_LONGEST],
        terminal=clean(terminal)[:_LONGEST],
    )


def demand_there(peer: Peer) -> None:
    """Return when the process that connected is still there, so that who is behind it can be told.

    A connection can be handed on to another process. Once the first has ended, its login is not to be had any
    more, and somebody with two users could pass for two people.

    Raises:
        LinkError: when it has ended.
    """
    try:
        os.kill(peer.pid, 0)
    except ProcessLookupError:
        raise LinkError(
            f"process {peer.pid} has connected and is gone; who is behind it is not known"
        ) from None
    except PermissionError:
        return


def _environment(process: Path) -> dict[str, str]:
    with contextlib.suppress(OSError):
        raw = (process / "environ").read_bytes().decode(errors="replace")
        return dict(item.partition("=")[::2] for item in raw.split("\0"))
    return {}


def _login(process: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        uid = int((process / "loginuid").read_text())
        if uid != _NO_LOGIN:
            return name_of(uid)
    return ""


def name_of(uid: int) -> str:
    """Return what the user is called; his number when he has no name here. May block."""
    with contextlib.suppress(KeyError):
        return pwd.getpwuid(uid).pw_name
    return str(uid)


def demand_user(connection: socket.socket, place: Path, uid: int) -> None:
    """Return when it is this user who listens; what anybody else would show us may be made up.

    Raises:
        LinkError: when it is somebody else.
    """
    peer = peer_of(connection)
    if peer.uid != uid:
        whose = "of ours" if uid == os.geteuid() else f"of uid {uid}"
        raise LinkError(f"{place}: process {peer.pid} of uid {peer.uid} listens there, not an agent {whose}")


def peer_of(connection: socket.socket) -> Peer:
    """Return who is at the other end of a connected Unix socket (SO_PEERCRED, SO_PEERGROUPS, unix(7))."""
    pid, uid, gid = _UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return Peer(pid, uid, gid, _groups_of(connection, gid))


def _groups_of(connection: socket.socket, gid: int) -> frozenset[int]:
    """Return the groups of the process at the other end; none where the kernel does not tell, or too many."""
    try:
        raw = connection.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _MOST_GROUPS * _GID.size)
    except OSError:
        return frozenset()
    return frozenset({gid, *(group for (group,) in _GID.iter_unpack(raw))})
